// Who owns what of objects that components write, as `get --show-managed-fields` of a v1.37 cluster shows it.
import { type Shell, shell } from '../commands/shell'

let sh: Shell

beforeAll(() => {
  sh = shell()
})
afterAll(() => sh.remove())

interface Entry {
  manager: string
  operation: string
  subresource?: string
  fieldsV1: Record<string, unknown>
}

async function entries(what: string): Promise<Entry[]> {
  const { out } = await sh.streams(`get ${what} -o json --show-managed-fields`)
  const object = JSON.parse(out) as { items?: unknown[] }
  return ((object.items?.[0] ?? object) as { metadata: { managedFields: Entry[] } }).metadata.managedFields
}

function part(fields: unknown, ...way: string[]): unknown {
  return way.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], fields)
}

test('a Deployment is given its revision with its status', async () => {
  await sh.kubectl('create deployment web --image=nginx')
  const [status, ...others] = (await entries('deployment web')).filter(({ manager }) => manager === 'kube-controller-manager')
  expect(others).toEqual([])
  expect(status.subresource).toBe('status')
  expect(part(status.fieldsV1, 'f:metadata', 'f:annotations')).toEqual({ '.': {}, 'f:deployment.kubernetes.io/revision': {} })
  expect(part(status.fieldsV1, 'f:status', 'f:conditions', '.')).toEqual({})
})

test('of a Pod the kubelet owns what was not there when it was bound', async () => {
  const kubelet = (await entries('pods -l app=web')).find(({ manager }) => manager === 'kubelet')
  expect(part(kubelet?.fieldsV1, 'f:status', 'f:conditions', 'k:{"type":"PodScheduled"}')).toEqual({ 'f:observedGeneration': {} })
  expect(part(kubelet?.fieldsV1, 'f:status', 'f:conditions', '.')).toBeUndefined()
  expect(part(kubelet?.fieldsV1, 'f:status', 'f:podIPs', '.')).toEqual({})
  expect(part(kubelet?.fieldsV1, 'f:status', 'f:qosClass')).toBeUndefined()
})

test('scaling to none leaves the replicas to nobody', async () => {
  await sh.kubectl('scale deployment web --replicas=0')
  const owners = (await entries('deployment web')).filter(({ fieldsV1 }) => part(fieldsV1, 'f:spec', 'f:replicas'))
  expect(owners).toEqual([])
})

test('the selector of a Service is replaced whole', async () => {
  await sh.kubectl('create service clusterip web --tcp=80')
  await sh.kubectl('set selector service web a=b')
  const owners = (await entries('service web')).filter(({ fieldsV1 }) => part(fieldsV1, 'f:spec', 'f:selector'))
  expect(owners.map(({ manager, fieldsV1 }) => [manager, part(fieldsV1, 'f:spec', 'f:selector')])).toEqual([['kubectl-set', {}]])
})
