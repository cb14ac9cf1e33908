// Entries that are built alike: folded to what sets each apart, and found again as they were.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { readBytes, readState, writeState } from '../../src/store/file'
import { emptyState } from '../../src/store/fresh-state'
import { recover } from '../../src/store/recover'
import { Shape, type ShapeEntry, shapeId, structureOf } from '../../src/store/shape'

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-shape-'))
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

function pod(i: number, extra: Record<string, unknown> = {}) {
  const uid = `0000-${i}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${i}`, uid, labels: { app: `app-${i % 7}` }, managedFields: [{ fieldsV1: { [`k:{"uid":"${uid}"}`]: {} } }] },
    spec: { containers: [{ name: 'main', image: 'nginx', ports: [], env: null }], nodeName: `node-${i % 3}`, hostNetwork: false },
    status: { podIP: `10.0.0.${i}`, podIPs: [{ ip: `10.0.0.${i}` }], ready: i % 2 === 0, count: i },
    ...extra,
  }
}

function written(name: string, entries: [string, unknown][]): string {
  const file = path.join(directory, name)
  const state = readState(file) ?? emptyState({ clockOffset: 0, playedUntil: 0, resourceVersion: 0 })
  for (const [key, value] of entries) state.set(key, value)
  writeState(file, state)
  state.close()
  return file
}

function linesOf(file: string, prefix: string): string[] {
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`"${prefix}`))
}

const MANY = Array.from({ length: 200 }, (_, i): [string, unknown] => [`pods/default/web-${i}`, pod(i)])

test('many alike take less and come back as they were', () => {
  const file = written('many', MANY)
  const state = readState(file)!
  for (const [key, value] of MANY) expect([key, JSON.stringify(state.get(key))]).toEqual([key, JSON.stringify(value)])
  expect(state.keys('pods/')).toHaveLength(200)
  state.close()
  const plain = MANY.reduce((sum, [, value]) => sum + JSON.stringify(value).length, 0)
  expect(linesOf(file, 'pods/').join('').length).toBeLessThan(plain * 0.75)
})

test('a few stay plain JSON', () => {
  const file = written('few', MANY.slice(0, 20))
  expect(linesOf(file, '~shapes/')).toEqual([])
  expect(JSON.parse(fs.readFileSync(file, 'utf8')).entries['pods/default/web-3'].status.podIP).toBe('10.0.0.3')
})

test('one changed later takes the shape that is there, one of another structure stays plain', () => {
  const file = written('later', MANY)
  const shapes = linesOf(file, '~shapes/')
  const [changed, other] = [pod(5, { status: { ...pod(5).status, podIP: '10.9.9.9' } }), pod(6, { more: { a: 1 } })]
  written('later', [
    ['pods/default/web-5', changed],
    ['pods/default/web-6', other],
  ])
  expect(linesOf(file, '~shapes/')).toEqual(shapes)
  expect(linesOf(file, 'pods/default/web-5"')[0]).toContain('"~":')
  expect(linesOf(file, 'pods/default/web-6"')[0]).not.toContain('"~":')
  const state = readState(file)!
  expect([state.get('pods/default/web-5'), state.get('pods/default/web-6')]).toEqual([changed, other])
  state.close()
})

test.each([
  ['a label', ['app-5'], (i: number) => i % 7 === 5],
  ['two values', ['app-5', 'node-1'], (i: number) => i % 7 === 5 && i % 3 === 1],
  ['what the shape has', ['app-3'], (i: number) => i % 7 === 3],
  ['its own name', ['web-17'], (i: number) => i === 17],
  ['what none has', ['nothing'], () => false],
])('keys of entries that hold %s', (name, texts, holds) => {
  const state = readState(written('holding', MANY))!
  state.set('pods/default/web-200', pod(200))
  state.set('pods/default/web-24', undefined)
  const found = state.keysHolding('pods/', texts)
  const all = [...MANY.map(([key]) => key), 'pods/default/web-200'].filter((key) => key !== 'pods/default/web-24')
  expect(all.filter((key) => holds(Number(key.slice(key.indexOf('-') + 1)))).filter((key) => !found.includes(key))).toEqual([])
  expect(found).toEqual([...found].sort())
  // Every entry of a shape that has the text may have it, too.
  if (name !== 'what the shape has') expect(found.length).toBeLessThan(all.length)
  state.close()
})

test('without its shape an entry is damaged, and recover leaves it out', () => {
  const file = written('lost', MANY)
  const text = fs.readFileSync(file, 'utf8')
  fs.writeFileSync(
    file,
    text
      .split('\n')
      .filter((line) => !line.startsWith('"~shapes/'))
      .join('\n')
      .replace(/,\n\}\}/, '\n}}'),
  )
  const state = readState(file)!
  expect(() => state.get('pods/default/web-1')).toThrow('the entry "pods/default/web-1" is of a shape that is not in the file')
  state.close()
  const { kept, lost } = recover(readBytes(file)!, 0)
  expect([kept, lost.length]).toEqual([0, 200])
})

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))

test('whatever the values, folding and unfolding gives them back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(leaf, { minLength: 1 }), fc.string(), (base, values, name) => {
      const plain = JSON.parse(JSON.stringify(base))
      let next = 0
      const other = replaced(plain, () => values[next++ % values.length])
      const [a, b] = [structureOf(plain), structureOf(other)]
      expect(b.text).toBe(a.text)
      const entry: ShapeEntry = { base: plain }
      const shape = new Shape(entry.base)
      const key = `pods/default/${name.replaceAll('/', '')}`
      // Folding gives up where it does not pay; the differences themselves must hold all the same.
      const text = shape.fold(shapeId(a.text), key, { ...b, text: 'x'.repeat(1e6) }) as string
      expect(JSON.stringify(shape.unfold(JSON.parse(text)['='], key))).toBe(JSON.stringify(other))
    }),
  )
})

function replaced(value: unknown, next: () => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, next))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, next)]))
  return next()
}
