// What the scheduler says is to be noted of a change, whether or not it has a picture of the nodes yet.
import type { Records, View } from '../../src/api/contracts'
import type { KubeObject, Pod } from '../../src/api/types'
import { scheduler } from '../../src/controllers/scheduler'
import { shell } from '../commands/shell'

const records: Records = { get: () => undefined, put: () => {}, list: () => [] }

const spec = { nodeName: 'node-1', containers: [] }
const pod = (changes: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', uid: '1' }, spec, ...changes }) as unknown as Pod
const service = (selector: object) =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { selector } }) as unknown as KubeObject
const waiting = pod({ spec: { containers: [] } })

const CASES: [name: string, resource: string, before: KubeObject | undefined, after: KubeObject | undefined, noted: boolean][] = [
  ['a Pod that gets its node', 'pods', waiting, pod(), true],
  ['a placed Pod that goes', 'pods', pod(), undefined, true],
  ['a placed Pod that ends', 'pods', pod(), pod({ status: { phase: 'Failed' } }), true],
  [
    'a placed Pod with a new status',
    'pods',
    pod({ metadata: pod().metadata }),
    pod({ metadata: pod().metadata, status: { phase: 'Running' } }),
    false,
  ],
  ['a Pod that waits', 'pods', undefined, waiting, false],
  ['a node', 'nodes', undefined, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } } as KubeObject, true],
  ['another selector', 'services', service({ a: 'b' }), service({ a: 'c' }), true],
  ['the same selector', 'services', service({ a: 'b' }), service({ a: 'b' }), false],
]

test.each(CASES)('%s', (_, resource, before, after, noted) => {
  expect(scheduler.follow?.({ resource, before, after }, {} as View, records)).toBe(noted)
})

const asking = (name: string, cpu: string, rest: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'busybox', command: ['sleep', '8'], resources: { requests: { cpu } } }],
    restartPolicy: 'Never',
    ...rest,
  },
})
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })

const tight = [asking('a', '6'), asking('b', '3')]

test.each<[string, object[], string, object[], string]>([
  ['another Pod comes', tight, 'create -f more.json', [asking('e', '1m')], ''],
  ['a Pod ends', tight, 'cluster advance 9s', [], 'node-1'],
  [
    'a node comes',
    tight,
    'create -f more.json',
    [{ ...node('node-2'), status: { allocatable: { cpu: '8', memory: '8Gi', pods: '9' } } }],
    'node-2',
  ],
  ['its node gets the label', [asking('b', '1m', { nodeSelector: { disk: 'ssd' } })], 'label node node-1 disk=ssd', [], 'node-1'],
])('a Pod that waits for room when %s', async (_what, objects, command, more, placed) => {
  const box = shell()
  const list = (items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  box.write('first.json', list(objects))
  box.write('more.json', list(more))
  await box.kubectl('create -f first.json')
  expect(await box.kubectl('get pod b -o jsonpath={.spec.nodeName}')).toBe('')
  await box.kubectl(command)
  expect(await box.kubectl('get pod b -o jsonpath={.spec.nodeName}')).toBe(placed)
  box.remove()
})

test('a Pod that waits for room gets it within one command', async () => {
  const box = shell()
  box.write('first.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...tight, asking('e', '3')] }))
  expect(await box.kubectl('check -f first.json --timeout=30s')).not.toContain('Pod default/b')
  box.remove()
})
