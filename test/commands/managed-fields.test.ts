// Who manages what of Pods, as a real v1.37 API server with its components said it.
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
})
afterEach(() => sh.remove())

interface Entry {
  manager: string
  subresource?: string
  fieldsV1: Record<string, Record<string, Record<string, unknown>>>
}
async function entries(name: string): Promise<Entry[]> {
  const object = JSON.parse(await sh.kubectl(`get ${name} -o json --show-managed-fields`)) as { metadata: { managedFields: Entry[] } }
  return object.metadata.managedFields
}
const named = (list: Entry[], manager: string) => list.find((entry) => entry.manager === manager)

test('a kubelet owns what it wrote, not what the API server wrote itself', async () => {
  await sh.kubectl('run p --image=nginx')
  const status = named(await entries('pod/p'), 'kubelet')!.fieldsV1['f:status']
  expect(Object.keys(status)).toEqual([
    'f:conditions',
    'f:containerStatuses',
    'f:hostIP',
    'f:hostIPs',
    'f:observedGeneration',
    'f:phase',
    'f:podIP',
    'f:podIPs',
    'f:resources',
    'f:startTime',
  ])
  expect(status['f:conditions']['.']).toBeUndefined()
  expect(status['f:conditions']['k:{"type":"PodScheduled"}']).toEqual({ 'f:observedGeneration': {} })
  expect(status['f:conditions']['k:{"type":"Ready"}']).toMatchObject({ '.': {}, 'f:status': {} })
  expect(status['f:podIPs']['.']).toEqual({})
})

test('a scheduler that found no node owns its condition', async () => {
  sh.write(
    'pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: nginx}]}\n',
  )
  await sh.kubectl('apply -f pod.yaml')
  const list = await entries('pod/p')
  expect(Object.keys(named(list, 'kube-scheduler')!.fieldsV1['f:status'])).toEqual(['f:conditions'])
  expect(Object.keys(named(list, 'kube-scheduler')!.fieldsV1['f:status']['f:conditions'])).toEqual(['.', 'k:{"type":"PodScheduled"}'])
  // Selectors are replaced whole.
  expect(named(list, 'kubectl-client-side-apply')!.fieldsV1['f:spec']['f:nodeSelector']).toEqual({})
})

test('owners of the status stay when something else is changed', async () => {
  await sh.kubectl('run p --image=nginx')
  const before = named(await entries('pod/p'), 'kubelet')
  await sh.kubectl('label pod p a=b')
  const after = await entries('pod/p')
  expect(after.map(({ manager }) => manager).sort()).toEqual(['kubectl-label', 'kubectl-run', 'kubelet'])
  expect(named(after, 'kubelet')).toEqual(before)
})
