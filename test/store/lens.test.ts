// A lens shows of an entry what unfolding it gives, one entry after the other.
import fc from 'fast-check'
import { Lens, NotShown } from '../../src/store/lens'
import { type Folded, Shape } from '../../src/store/shape'

const leaf = fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean(), fc.constant(null))
const { base } = fc.letrec((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('part'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('part'), { maxKeys: 3 }),
  ),
  base: fc.dictionary(fc.constantFrom('metadata', 'spec', 'status'), tie('part'), { minKeys: 1, maxKeys: 3 }),
}))

test('what it shows is what unfolding gives', () => {
  fc.assert(
    fc.property(base, fc.array(fc.array(fc.tuple(fc.nat(), leaf), { maxLength: 4 }), { maxLength: 4 }), (value, entries) => {
      const shape = new Shape(value)
      const count = shape.structure.leaves.length
      // The field named __proto__ is put back like a key whose name differs, and not shown at the root.
      fc.pre(count > 0 && !shape.root.renamed)
      const lens = new Lens(shape)
      for (const changes of entries) {
        const places = new Map(changes.map(([at, text]) => [at % count, text]))
        const differences: Folded['='] = [...places].map(([at, text]) => [text, at])
        lens.show(differences, 'name')
        expect(shown(lens.value)).toEqual(shown(shape.unfold(differences, 'place/name')))
      }
    }),
  )
})

/** As JSON, without what a lens does not show. */
function shown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return [...value.keys()].map((i) => shownAt(value, i))
  if (Object.hasOwn(value, '__proto__')) return 'not shown'
  return Object.fromEntries(Object.keys(value).map((key) => [key, shownAt(value, key)]))
}

function shownAt(value: object, key: string | number): unknown {
  try {
    return shown((value as Record<string | number, unknown>)[key])
  } catch (error) {
    if (error instanceof NotShown) return 'not shown'
    throw error
  }
}

test('a name that differs from entry to entry is not shown', () => {
  const lens = new Lens(new Shape({ fields: { 'k:{"name":"a"}': {} }, name: 'a' }))
  lens.show([['b', 1]], 'x')
  expect((lens.value as { name: string }).name).toBe('b')
  expect(() => (lens.value as { fields: unknown }).fields).toThrow(NotShown)
})

test('it tells what was asked for', () => {
  const lens = new Lens(new Shape({ a: 1, b: { c: 2, d: [3, 4] } }))
  lens.show([], '')
  const { value } = lens as { value: { a: number; b: { c: number; d: number[] } } }
  expect([...lens.askedBy(() => value.b.d[1] + value.a)].sort()).toEqual([0, 3])
})
