// Entries kept as what sets them apart from a sample: the same value, the same folded text, as if they had been written out.
import { Shape, shapeId, structureOf } from '../../src/store/shape'
import { State } from '../../src/store/state'
import { Template, Twin } from '../../src/store/twin'

const SAMPLE = { name: 'a-1', deep: [{ at: '10.0.0.1', n: 3 }, { 'k:{"ip":"10.0.0.1"}': {} }], note: 'a-1', same: 'x' }
// Leaves in order: name, at, n, the key, note, same; the empty object has none.
const SLOTS = [[0, 4], [1], [3]].map((leaves, word) => ({ leaves, phrase: { parts: [word] } }))
const TEMPLATE = new Template(SAMPLE, SLOTS)
const TEXTS = ['b-2', '10.0.0.2', 'k:{"ip":"10.0.0.2"}']
const OTHER = { name: 'b-2', deep: [{ at: '10.0.0.2', n: 3 }, { 'k:{"ip":"10.0.0.2"}': {} }], note: 'b-2', same: 'x' }

test('a twin is the sample with other texts', () => {
  expect(structureOf(SAMPLE).leaves).toHaveLength(6)
  expect(new Twin(TEMPLATE, TEXTS).value).toEqual(OTHER)
  expect(new Twin(TEMPLATE, ['a-1', '10.0.0.1', 'k:{"ip":"10.0.0.1"}']).value).toEqual(SAMPLE)
})

test.each([
  ['the same', OTHER, true],
  ['another constant', { ...OTHER, same: 'y' }, false],
  ['another text in a slot', { ...OTHER, note: 'a-1' }, false],
  ['a field more', { ...OTHER, more: 1 }, false],
  ['a field less', { name: 'b-2', deep: OTHER.deep, note: 'b-2' }, false],
  ['a shorter list', { ...OTHER, deep: [OTHER.deep[0]] }, false],
  ['another key', { ...OTHER, deep: [OTHER.deep[0], { 'k:{"ip":"10.0.0.3"}': {} }] }, false],
  ['an undefined field more', { ...OTHER, more: undefined }, true],
  ['nothing', undefined, false],
])('fits: %s', (_, value, fits) => {
  expect(TEMPLATE.fits(TEXTS, value)).toBe(fits)
})

// The note is a slot of its own in these, and the name a constant; the words are in another order.
const ANOTHER = new Template({ ...OTHER, note: 'c' }, [
  { leaves: [4], phrase: { parts: [0] } },
  { leaves: [3], phrase: { parts: ['k:{"ip":"', 1, '"}'] } },
  { leaves: [1], phrase: { parts: [1] } },
])

test.each([
  ['of the same template', new Twin(TEMPLATE, TEXTS), true],
  ['of the same template, with another word', new Twin(TEMPLATE, ['b-3', ...TEXTS.slice(1)]), false],
  ['of another template that says the same', new Twin(ANOTHER, ['b-2', '10.0.0.2']), true],
  ['of another template whose slot differs from a slot', new Twin(ANOTHER, ['b-2', '10.0.0.3']), false],
  ['of another template whose slot differs from one that has other leaves', new Twin(ANOTHER, ['b-3', '10.0.0.2']), false],
  ['of a template with another constant', new Twin(new Template({ ...OTHER, same: 'y' }, SLOTS), TEXTS), false],
  ['of a template with a constant where this one has a slot', new Twin(new Template(OTHER, []), []), true],
  ['of another structure', new Twin(new Template({ ...OTHER, more: 1 }, SLOTS), TEXTS), false],
  ['of a structure in another order', new Twin(new Template(Object.fromEntries(Object.entries(OTHER).reverse()), []), []), true],
])('fits a twin %s as it fits its value', (_, twin, fits) => {
  expect(TEMPLATE.fitsTwin(TEXTS, twin)).toBe(fits)
  expect(TEMPLATE.fits(TEXTS, twin.value)).toBe(fits)
})

test('folding a twin says what folding its value does', () => {
  const bases = [SAMPLE, OTHER, { ...OTHER, name: 'c-3', same: 'y' }]
  for (const base of bases) {
    const shape = new Shape(base)
    const id = shapeId(shape.structure.text)
    for (const texts of [TEXTS, ['c-3', '10.0.0.9', 'k:{"ip":"10.0.0.9"}']]) {
      const value = new Twin(TEMPLATE, texts).value
      const folded = JSON.parse(TEMPLATE.foldOver(shape).text(id, texts[0], texts)) as { '=': [unknown, ...number[]][] }
      expect(shape.unfold(folded['='], `things/${texts[0]}`)).toEqual(value)
    }
  }
})

test('a state shows twins as values and writes them like values', () => {
  const header = { format: 2, clockOffset: 0, playedUntil: 0, resourceVersion: 0 }
  const [twins, plain] = [new State(undefined, header), new State(undefined, header)]
  const long = { ...SAMPLE, filler: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`field-${i}`, i])) }
  const template = new Template(long, TEMPLATE.slots)
  for (let i = 0; i < 100; i++) {
    const texts = [`a-${i}`, `10.0.1.${i}`, `k:{"ip":"10.0.1.${i}"}`]
    twins.set(`things/x/a-${i}`, i < 2 ? new Twin(template, texts).value : new Twin(template, texts))
    plain.set(`things/x/a-${i}`, new Twin(template, texts).value)
  }
  const text = (state: State) =>
    state
      .serialise()
      .map((part) => part.toString())
      .join('')
  expect(text(twins)).toBe(text(plain))
  expect(twins.get('things/x/a-50')).toEqual(plain.get('things/x/a-50'))
})
