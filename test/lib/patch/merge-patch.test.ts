// JSON merge patch: the appendix of RFC 7386, its laws, and the three-way form.
import fc from 'fast-check'
import type { Json } from '../../../src/api/types'
import { createMergePatch, createThreeWayMergePatch, mergePatch } from '../../../src/lib/patch/merge-patch'
import type { JsonObject } from '../../../src/lib/patch/value'

test.each<[string, Json, Json, Json]>([
  ['replace', { a: 'b' }, { a: 'c' }, { a: 'c' }],
  ['add', { a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  ['remove', { a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  ['lists are replaced', { a: ['b'] }, { a: ['c', null] }, { a: ['c', null] }],
  ['nested', { a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  ['object over a list', { a: [1] }, { a: { b: 1, c: null } }, { a: { b: 1 } }],
  ['nulls of new objects vanish', {}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ['nulls in a list in the place of an object stay', { a: { b: 'c' } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  ['nulls in a list in the place of anything else vanish', { a: 'b' }, { a: [{ b: null }, null] }, { a: [{}, null] }],
  ['a list for the whole', { a: 'b' }, ['c'], ['c']],
])('%s', (_name, target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected)
})

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor')
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>('x', 'y', 1, true),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value
const object = fc.dictionary(key, value, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>

test('a created patch makes one document out of the other', () => {
  fc.assert(fc.property(object, object, (a, b) => expect(mergePatch(a, createMergePatch(a, b))).toEqual(b)))
})

test('a document patched with itself, or with the patch of no difference, stays the same', () => {
  fc.assert(
    fc.property(object, (a) => {
      expect(createMergePatch(a, a)).toEqual({})
      expect(mergePatch(a, a)).toEqual(a)
    }),
  )
})

test('three ways: what is no longer applied goes, what others set stays', () => {
  const patch = createThreeWayMergePatch({ a: 1, gone: 1 }, { a: 2, new: { x: 1 } }, { a: 1, gone: 1, theirs: 1 })
  expect(patch).toEqual({ gone: null, a: 2, new: { x: 1 } })
})

test('three ways: lists come without nulls', () => {
  expect(createThreeWayMergePatch({}, { a: [{ b: null }] }, { a: { c: 1 } })).toEqual({ a: [{}] })
})

test('a prototype key is a key', () => {
  const patched = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}'))
  expect(Object.hasOwn(patched as object, '__proto__')).toBe(true)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
