// JSON patch: operations of RFC 6902 and the sentences of evanphx/json-patch.
import type { Json } from '../../../src/api/types'
import { jsonPatch, type PatchOperation } from '../../../src/lib/patch/json-patch'

test.each<[string, Json, PatchOperation[], Json]>([
  ['add a field', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['add to a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['append', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  ['remove', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['replace an item', { a: [1, 2] }, [{ op: 'replace', path: '/a/-1', value: 3 }], { a: [1, 3] }],
  ['replace an absent field', {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
  ['move', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
  [
    'copy',
    { a: [1] },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/-', value: 2 },
    ],
    { a: [1], b: [1, 2] },
  ],
  ['test that holds', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
  ['escaped keys', { 'a/b': { '~': 1 } }, [{ op: 'replace', path: '/a~1b/~0', value: 2 }], { 'a/b': { '~': 2 } }],
])('%s', (_name, document, operations, expected) => {
  expect(jsonPatch(document, operations)).toEqual(expected)
})

test.each<[string, Json, PatchOperation, string]>([
  [
    'remove what is not there',
    {},
    { op: 'remove', path: '/a' },
    "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
  ],
  [
    'add under nothing',
    {},
    { op: 'add', path: '/a/b', value: 1 },
    'add operation does not apply: doc is missing path: "/a/b": missing value',
  ],
  [
    'add beyond the end',
    { a: [] },
    { op: 'add', path: '/a/5', value: 1 },
    "error in add for path: '/a/5': Unable to access invalid index: 5: invalid index referenced",
  ],
  [
    'replace in a missing list item',
    { a: [] },
    { op: 'replace', path: '/a/0', value: 1 },
    'replace operation does not apply: doc is missing key: /a/0: missing value',
  ],
  ['test that fails', { a: 1 }, { op: 'test', path: '/a', value: 2 }, 'testing value /a failed: test failed'],
  ['unknown operation', {}, { op: 'nope', path: '/a' }, 'Unexpected kind: nope'],
  ['no path', {}, { op: 'add', value: 1 }, 'add operation failed to decode path: missing value'],
])('%s is refused', (_name, document, operation, message) => {
  expect(() => jsonPatch(document, [operation])).toThrow(new Error(message))
})

test('the document is not changed, nor is a prototype', () => {
  const document = { a: [1] }
  const patched = jsonPatch(document, [
    { op: 'add', path: '/__proto__', value: { polluted: 1 } },
    { op: 'remove', path: '/a/0' },
  ])
  expect(document).toEqual({ a: [1] })
  expect(Object.hasOwn(patched as object, '__proto__')).toBe(true)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
