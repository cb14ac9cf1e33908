// Strategic merge patch: directives, order, the patches kubectl apply makes, and the laws that tie them together.
import fc from 'fast-check'
import { patchSchemaOf } from '../../../src/apiserver/patch-schema'
import { createThreeWayPatch, createTwoWayPatch } from '../../../src/lib/patch/strategic-diff'
import { strategicMergePatch } from '../../../src/lib/patch/strategic-merge'
import type { JsonObject } from '../../../src/lib/patch/value'

const pod = patchSchemaOf('v1', 'Pod')!
const deployment = patchSchemaOf('apps/v1', 'Deployment')!

const two: { spec: { containers: JsonObject[] } } = {
  spec: {
    containers: [
      { name: 'a', image: 'x', env: [{ name: 'E', value: '1' }] },
      { name: 'b', image: 'y' },
    ],
  },
}

test.each<[string, JsonObject, JsonObject, JsonObject]>([
  [
    'lists merge by key',
    two,
    { spec: { containers: [{ name: 'b', image: 'z' }] } },
    { spec: { containers: [two.spec.containers[0], { name: 'b', image: 'z' }] } },
  ],
  [
    'an item is deleted',
    two,
    { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
    { spec: { containers: [two.spec.containers[1]] } },
  ],
  ['a list is replaced', two, { spec: { containers: [{ name: 'c' }, { $patch: 'replace' }] } }, { spec: { containers: [{ name: 'c' }] } }],
  [
    'a map is replaced',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { b: '2', $patch: 'replace' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  ['a map is deleted', { metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'delete' } } }, { metadata: { labels: {} } }],
  [
    'lists without a key are replaced',
    { spec: { containers: [{ name: 'a', args: ['1'] }] } },
    { spec: { containers: [{ name: 'a', args: ['2'] }] } },
    { spec: { containers: [{ name: 'a', args: ['2'] }] } },
  ],
  [
    'scalars merge',
    { metadata: { finalizers: ['a'] } },
    { metadata: { finalizers: ['b', 'a'] } },
    { metadata: { finalizers: ['b', 'a'] } },
  ],
  [
    'scalars are deleted',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    'order is set',
    two,
    { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } },
    { spec: { containers: [two.spec.containers[1], two.spec.containers[0]] } },
  ],
  [
    'only the kept keys stay',
    { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
    { spec: { volumes: [{ name: 'v', hostPath: { path: '/' }, $retainKeys: ['name', 'hostPath'] }] } },
    { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
  ],
  [
    'null removes, and vanishes where there is nothing',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { a: null, b: null }, annotations: { c: null } } },
    { metadata: { labels: {}, annotations: {} } },
  ],
])('%s', (_name, original, patch, expected) => {
  expect(strategicMergePatch(original, patch, pod)).toEqual(expected)
})

test.each<[string, JsonObject, JsonObject, string]>([
  ['no merge key', two, { spec: { containers: [{ image: 'z' }] } }, 'map: map[image:z] does not contain declared merge key: name'],
  ['unknown directive', two, { spec: { $patch: 'nope' } }, 'unknown patch type: nope in map: map[$patch:nope]'],
  ['keys that are not kept', { spec: { a: 1 } }, { spec: { b: 1, $retainKeys: ['a'] } }, 'invalid patch format of retainKeys'],
  ['mixed list', two, { spec: { containers: ['a'] } }, /^list element types are not identical/ as unknown as string],
])('%s is refused', (_name, original, patch, message) => {
  expect(() => strategicMergePatch(original, patch, pod)).toThrow(typeof message === 'string' ? new Error(message) : message)
})

test('a two-way patch names the order and deletes what is gone', () => {
  const modified = { spec: { containers: [{ name: 'b', image: 'z' }] } }
  expect(createTwoWayPatch(two, modified, pod)).toEqual({
    spec: {
      '$setElementOrder/containers': [{ name: 'b' }],
      containers: [
        { name: 'b', image: 'z' },
        { $patch: 'delete', name: 'a' },
      ],
    },
  })
})

test('a three-way patch keeps what others added and clears a union that changed', () => {
  const applied = {
    spec: { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    metadata: { labels: { a: '1' } },
  }
  const live = {
    spec: { replicas: 5, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    metadata: { labels: { a: '1', theirs: '2' } },
  }
  const wanted = { spec: { strategy: { type: 'Recreate' } }, metadata: { labels: {} } }
  const patch = createThreeWayPatch(applied, wanted, live, deployment)
  expect(strategicMergePatch(live, patch, deployment)).toEqual({
    spec: { strategy: { type: 'Recreate' } },
    metadata: { labels: { theirs: '2' } },
  })
})

const finalizers = (...names: string[]): JsonObject => ({ metadata: { finalizers: names } })

test.each<[string, JsonObject, JsonObject, JsonObject]>([
  ['sorted as the live list is', finalizers('a', 'b'), finalizers('a', 'b'), {}],
  ['the same as the live list, but unsorted', finalizers('b', 'a'), finalizers('b', 'a'), { '$setElementOrder/finalizers': ['b', 'a'] }],
  ['sorted, the live list is not', finalizers('a', 'b'), finalizers('b', 'a'), {}],
])('a three-way patch states the order of scalars that is %s', (_name, wanted, live, metadata) => {
  expect(createThreeWayPatch(wanted, wanted, live, pod)).toEqual(Object.keys(metadata).length > 0 ? { metadata } : {})
})

test.each<[string, JsonObject[], boolean]>([
  ['before', [{ name: 'x', $patch: 'replace' }, { name: 'a' }], true],
  ['after', [{ name: 'a' }, { name: 'x', $patch: 'replace' }], false],
])('a directive may stand %s the last item that the order names: %#', (_name, containers, allowed) => {
  const patch = { spec: { containers, '$setElementOrder/containers': [{ name: 'a' }] } } as JsonObject
  const apply = () => strategicMergePatch(two, patch, pod)
  if (allowed) expect(apply()).toEqual({ spec: { containers: [{ name: 'a' }] } })
  else expect(apply).toThrow(/^The order in patch list:/)
})

test('with overwriting forbidden, a field both sides changed is a conflict', () => {
  const make = (overwrite: boolean) =>
    createThreeWayPatch({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, deployment, { overwrite })
  expect(make(true)).toEqual({ spec: { replicas: 2 } })
  expect(() => make(false)).toThrow(/^patch:\n.*\nconflicts with changes made from original to current:/)
})

const container = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      image: fc.constantFrom('x', 'y'),
      args: fc.array(fc.constantFrom('1', '2'), { minLength: 1, maxLength: 2 }),
      env: fc
        .subarray(['E', 'F', 'G'], { minLength: 1 })
        .chain((names) => fc.tuple(...names.map((n) => fc.record({ name: fc.constant(n), value: fc.constantFrom('1', '2') })))),
    },
    { requiredKeys: ['name'] },
  )
const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('1', '2'), { minKeys: 1 })
const somePod = fc.record(
  {
    metadata: fc.record({ labels, finalizers: fc.subarray(['f', 'g', 'h'], { minLength: 1 }) }, { requiredKeys: [] }),
    spec: fc
      .shuffledSubarray(['p', 'q', 'r'], { minLength: 1 })
      .chain((names) => fc.record({ containers: fc.tuple(...names.map(container)) })),
  },
  { requiredKeys: ['spec', 'metadata'] },
) as unknown as fc.Arbitrary<JsonObject>

test('a two-way patch makes one object out of the other', () => {
  fc.assert(
    fc.property(somePod, somePod, (a, b) => expect(strategicMergePatch(a, createTwoWayPatch(a, b, pod), pod)).toEqual(b)),
    { numRuns: 300 },
  )
})

test('a three-way patch from an object nobody else changed gives what is wanted', () => {
  fc.assert(
    fc.property(somePod, somePod, (a, b) => expect(strategicMergePatch(a, createThreeWayPatch(a, b, a, pod), pod)).toEqual(b)),
    { numRuns: 300 },
  )
})

test('applying twice changes nothing the second time', () => {
  fc.assert(
    fc.property(somePod, somePod, somePod, (applied, wanted, live) => {
      const once = strategicMergePatch(live, createThreeWayPatch(applied, wanted, live, pod), pod)
      expect(strategicMergePatch(once, createThreeWayPatch(wanted, wanted, once, pod), pod)).toEqual(once)
    }),
    { numRuns: 300 },
  )
})
