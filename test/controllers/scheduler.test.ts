// What the scheduler says is to be noted of a change, whether or not it has a picture of the nodes yet.
import type { Records, View } from '../../src/api/contracts'
import type { KubeObject, Pod } from '../../src/api/types'
import { scheduler } from '../../src/controllers/scheduler'

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
