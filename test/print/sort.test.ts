import type { KubeObject } from '../../src/api/types'
import { sortObjects, sortRows } from '../../src/print/sort'

function object(name: string, value?: unknown): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    ...(value === undefined ? {} : { value }),
  }
}

function named(values: Record<string, unknown>): KubeObject[] {
  return Object.entries(values).map(([name, value]) => object(name, value))
}

const cases: { name: string; objects: KubeObject[]; order: string }[] = [
  { name: 'texts', objects: named({ a: 'z', b: 'x', c: 'y' }), order: 'bca' },
  { name: 'numbers', objects: named({ a: 10, b: 9, c: -1 }), order: 'cba' },
  { name: 'quantities by what they mean', objects: named({ a: '1', b: '500m', c: '1Gi', d: '900Mi' }), order: 'badc' },
  { name: 'digits in texts as quantities', objects: named({ a: '10', b: '9' }), order: 'ba' },
  { name: 'without the field first, reversed', objects: named({ a: '10', b: '2', c: undefined, d: undefined }), order: 'dcba' },
  { name: 'nulls before values', objects: named({ a: 'x', b: null }), order: 'ba' },
]

test.each(cases)('sorts $name', ({ objects, order }) => {
  expect(
    sortObjects(objects, '.value')
      .map((o) => o.metadata.name)
      .join(''),
  ).toBe(order)
  expect(
    sortRows(objects, '{value}')
      ?.map((o) => o.metadata.name)
      .join(''),
  ).toBe(order)
})

test('a field nobody has', () => {
  expect(() => sortObjects([object('a')], '.nope')).toThrow(`couldn't find any field with path "{.nope}" in the list of objects`)
  expect(sortRows([object('a'), object('b')], '.nope')).toBeUndefined()
  expect(sortRows([object('a')], '.nope')).toHaveLength(1)
})

test('paths that cannot be read', () => {
  expect(() => sortObjects([object('a')], '{.a}{.b}')).toThrow('unexpected path string')
  expect(() => sortObjects([object('a')], '.a[')).toThrow('unterminated array')
  expect(sortObjects([], '.a[')).toEqual([])
})

test('values that have no order', () => {
  expect(() => sortObjects(named({ a: 'x', b: 1 }), '.value')).toThrow(
    'is an unsortable type: interface, err: unsortable interface: interface',
  )
  expect(() => sortRows(named({ a: true, b: false }), '.value')).toThrow('unsortable type: bool')
})

test('what is sorted is told where values have no order: objects or rows', () => {
  const objects = named({ a: {}, b: {} })
  const why = 'is an unsortable type: interface, err: unsortable type: map[string]interface {}'
  expect(() => sortObjects(objects, '.value')).toThrow(`Field {.value} in *unstructured.Unstructured ${why}`)
  expect(() => sortRows(objects, '.value')).toThrow(`Field {.value} in [][][]reflect.Value ${why}`)
})
