// Resizing a Pod in place: amounts, conditions, events, restarts by policy, what has to wait, what is refused.
import { type Shell, shell } from './shell'

const POD = `apiVersion: v1
kind: Pod
metadata: {name: r}
spec:
  containers:
  - name: c
    image: nginx
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m, memory: 128Mi}}
    resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: memory, restartPolicy: RestartContainer}]
  - {name: d, image: redis}
`
let box: Shell
beforeEach(async () => {
  box = shell()
  box.write('pod.yaml', POD)
  await box.kubectl('create -f pod.yaml')
  await box.kubectl('cluster advance 5s')
})
afterEach(() => box.remove())

const patch = (resources: object, name = 'c') => {
  box.write('patch.json', JSON.stringify({ spec: { containers: [{ name, resources }] } }))
  return box.kubectl('patch pod r --subresource=resize --patch-file patch.json')
}
const told = async (path: string) => (await box.kubectl(`get pod r -o jsonpath={.status.${path}}`)).replaceAll('"', '')
const events = async () =>
  (await box.kubectl('get events -o custom-columns=R:.reason,M:.message --no-headers')).split('\n').filter((l) => /Resize|resize/.test(l))
const SUMMARY = (requests: string, limits: string) =>
  `{"containers":[{"name":"c","resources":{"limits":{${limits}},"requests":{${requests}}}},{"name":"d","resources":{}}],"generation":2}`

test('CPU changes while the container runs', async () => {
  expect(await patch({ requests: { cpu: '150m' }, limits: { cpu: '300m' } })).toBe('pod/r patched\n')
  expect(await told('conditions[0].type')).toBe('PodResizeInProgress')
  await box.kubectl('cluster advance 5s')
  expect(await told('containerStatuses[0].resources')).toBe('{limits:{cpu:300m,memory:128Mi},requests:{cpu:150m,memory:64Mi}}')
  expect(await told('containerStatuses[0].allocatedResources')).toBe('{cpu:150m,memory:64Mi}')
  expect(await told('containerStatuses[0].restartCount')).toBe('0')
  expect(await told('conditions[0].type')).toBe('PodReadyToStartContainers')
  const summary = SUMMARY('"cpu":"150m","memory":"64Mi"', '"cpu":"300m","memory":"128Mi"')
  expect(await events()).toEqual([`ResizeStarted     Pod resize started: ${summary}`, `ResizeCompleted   Pod resize completed: ${summary}`])
})

test('memory by a restart, as its policy says', async () => {
  await patch({ requests: { memory: '100Mi' } })
  await box.kubectl('cluster advance 40s')
  expect(await told('containerStatuses[0].restartCount')).toBe('1')
  expect(await told('containerStatuses[1].restartCount')).toBe('0')
  expect((await box.kubectl('get events -o custom-columns=M:.message --no-headers')).split('\n')).toContain(
    'Container c resize requires restart',
  )
  expect((await events()).map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['ResizeStarted', 'ResizeCompleted']))
})

test('what the node could never give is refused', async () => {
  const before = await box.kubectl('get pod r -o yaml')
  expect(await patch({ requests: { cpu: '100', memory: '20Gi' }, limits: { cpu: '100', memory: '20Gi' } })).toBe(
    `Error from server (Forbidden): pods "r" is forbidden: node didn't have enough allocatable resources: cpu, requested: 100000, allocatable: 8000; memory, requested: 21474836480, allocatable: 17179869184\n[exit 1]`,
  )
  expect(await box.kubectl('get pod r -o yaml')).toBe(before)
})

test('what the node has not got is waited for', async () => {
  box.write('other.yaml', POD.replace('name: r', 'name: other').replaceAll('cpu: 100m', 'cpu: 4').replaceAll('cpu: 200m', 'cpu: 4'))
  await box.kubectl('create -f other.yaml')
  await patch({ requests: { cpu: '6' }, limits: { cpu: '7' } })
  const why = "Node didn't have enough resource: cpu, requested: 6000, used: 4000, capacity: 8000"
  expect(await told('conditions[0].type')).toBe('PodResizePending')
  expect([await told('conditions[0].reason'), await told('conditions[0].message')]).toEqual(['Deferred', why])
  await box.kubectl('cluster advance 10m')
  expect(await told('containerStatuses[0].resources')).toBe('{limits:{cpu:200m,memory:128Mi},requests:{cpu:100m,memory:64Mi}}')
  expect(await events()).toHaveLength(1)
  await patch({ requests: { cpu: '1' }, limits: { cpu: '2' } })
  await box.kubectl('cluster advance 5s')
  expect(await told('containerStatuses[0].resources')).toBe('{limits:{cpu:2,memory:128Mi},requests:{cpu:1,memory:64Mi}}')
  expect(await told('conditions[0].type')).toBe('PodReadyToStartContainers')
})

test.each([
  ['other resources', { limits: { 'ephemeral-storage': '1Gi' } }, 'spec: Forbidden: only cpu and memory resources are mutable'],
  [
    'fewer requests than that',
    { requests: { memory: '1Gi' } },
    'spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 128Mi',
  ],
])('%s', async (_name, resources, problem) => {
  expect(await patch(resources)).toBe(`The Pod "r" is invalid: ${problem}\n[exit 1]`)
})

test('no container comes, goes or changes otherwise', async () => {
  expect(await patch({}, 'z')).toBe(
    'The Pod "r" is invalid: \n* spec.containers[0].image: Required value\n* spec.containers: Forbidden: containers may not be added or removed on resize\n[exit 1]',
  )
  box.write('image.json', '{"spec":{"containers":[{"name":"c","image":"other"}]}}')
  expect(await box.kubectl('patch pod r --subresource=resize --patch-file image.json')).toBe('pod/r patched (no change)\n')
})

test('the quality of service stays', async () => {
  const amounts = '{cpu: 100m, memory: 64Mi}'
  box.write(
    'g.yaml',
    `apiVersion: v1\nkind: Pod\nmetadata: {name: g}\nspec: {containers: [{name: c, image: nginx, resources: {requests: ${amounts}, limits: ${amounts}}}]}\n`,
  )
  await box.kubectl('create -f g.yaml')
  box.write('g.json', '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"50m"}}}]}}')
  expect(await box.kubectl('patch pod g --subresource=resize --patch-file g.json')).toBe(
    'The Pod "g" is invalid: spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing\n[exit 1]',
  )
})

test('only Pods have it', async () => {
  await box.kubectl('create deployment web --image=nginx')
  box.write('none.json', '{}')
  expect(await box.kubectl('patch deployment web --subresource=resize --patch-file none.json')).toMatch(
    /NotFound|could not find the requested resource/,
  )
})
