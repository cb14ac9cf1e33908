// The state file's entries against a plain sorted map: the same after any sequence of changes, small files and paged ones alike.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { readState, writeState } from '../../src/store/file'
import { emptyState } from '../../src/store/fresh-state'
import { recover } from '../../src/store/recover'

const HEADER = { clockOffset: 0, playedUntil: 0, resourceVersion: 0 }
let dir: string
let file: string

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-state-'))
  file = path.join(dir, 'state.json')
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

const key = fc
  .tuple(
    fc.constantFrom('pods', 'pods.x', 'services', '~due'),
    fc.constantFrom('default', 'default-a', ''),
    fc.stringMatching(/^[a-z0-9-]{1,4}$/),
  )
  .map((p) => p.join('/'))
const value = fc.oneof(fc.record({ name: fc.string(), size: fc.integer() }), fc.constant(1), fc.string({ maxLength: 40 }))
const change = fc.tuple(key, fc.option(value, { nil: undefined }))

function check(model: Map<string, unknown>): void {
  const state = readState(file)!
  const sorted = [...model.keys()].sort()
  expect(
    state
      .topics()
      .flatMap((t) => state.keys(`${t}/`))
      .sort(),
  ).toEqual(sorted)
  for (const k of sorted) expect(state.get(k)).toEqual(model.get(k))
  expect(state.keys('pods/default/')).toEqual(sorted.filter((k) => k.startsWith('pods/default/')))
  expect(state.get('pods/default/nobody-has-this-name')).toBeUndefined()
  expect(Object.keys((JSON.parse(fs.readFileSync(file, 'utf8')) as { entries: object }).entries)).toEqual(sorted)
  state.close()
}

function under(model: Map<string, unknown>, prefix: string): string[] {
  return [...model.keys()].filter((k) => k.startsWith(prefix)).sort()
}

const label = fc.constantFrom('a', 'b', 'c')
const labelled = fc.tuple(key, fc.option(fc.uniqueArray(label, { maxLength: 2 }), { nil: undefined }))

describe('state', () => {
  test('finds what carries label values, asked once or often, while things come and go', () => {
    fc.assert(
      fc.property(fc.array(labelled, { maxLength: 8 }), fc.array(fc.tuple(labelled, label), { maxLength: 12 }), (before, after) => {
        fs.rmSync(file, { force: true })
        const model = new Map<string, string[]>()
        const put = (state: ReturnType<typeof emptyState>, [k, labels]: [string, string[] | undefined]) => {
          state.set(k, labels && { metadata: { labels: Object.fromEntries(labels.map((l, i) => [`k${i}`, l])) } })
          if (labels) model.set(k, labels)
          else model.delete(k)
        }
        const made = emptyState(HEADER)
        for (const each of before) put(made, each)
        writeState(file, made)
        const state = readState(file)!
        for (const [each, wanted] of after) {
          put(state, each)
          const found = state.keysHolding('pods/', [wanted])
          expect(found.filter((k) => model.get(k)?.includes(wanted))).toEqual(
            under(model, 'pods/').filter((k) => model.get(k)?.includes(wanted)),
          )
        }
        state.close()
      }),
      { numRuns: 60 },
    )
  })

  test('is the model after every batch of changes', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 6 }), (batches) => {
        fs.rmSync(file, { force: true })
        const model = new Map<string, unknown>()
        for (const batch of batches) {
          const state = readState(file) ?? emptyState(HEADER)
          for (const [k, v] of batch) {
            state.set(k, v)
            if (v === undefined) model.delete(k)
            else model.set(k, v)
            for (const prefix of ['pods/', 'pods/default/']) expect(state.keys(prefix)).toEqual(under(model, prefix))
            expect(state.get(k)).toEqual(v)
          }
          writeState(file, state)
          state.close()
          check(model)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('large files are read page by page, and only touched lines are rewritten', () => {
    const state = emptyState(HEADER)
    const filler = 'x'.repeat(1500)
    const model = new Map<string, unknown>()
    for (let i = 0; i < 1500; i++) model.set(`pods/default/p-${String(i).padStart(5, '0')}`, { filler, i })
    model.set('pods/default/q', { big: 'y'.repeat(300_000) })
    for (const [k, v] of model) state.set(k, v)
    writeState(file, state)
    check(model)
    const again = readState(file)!
    again.set('pods/default/p-00700', undefined)
    again.set('pods/default/p-00701', { changed: true })
    again.set('services/default/new', { fresh: 1 })
    model.delete('pods/default/p-00700')
    model.set('pods/default/p-00701', { changed: true })
    model.set('services/default/new', { fresh: 1 })
    writeState(file, again)
    again.close()
    check(model)
  })

  test('a file cut short, or with a line that is no entry, is refused with its line', () => {
    const state = emptyState(HEADER)
    for (const name of ['a', 'b', 'c']) state.set(`pods/default/${name}`, { name })
    writeState(file, state)
    const whole = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(file, whole.slice(0, -10))
    expect(() => readState(file)).toThrow(/damaged at line 4: the file is cut short/)
    fs.writeFileSync(file, whole.replace('{"name":"b"}', '{"name":'))
    expect(() => readState(file)).toThrow(/line 3: the entry "pods\/default\/b" does not match its checksum/)
    fs.writeFileSync(file, whole.replace(/("pods\/default\/b":)[ \t]+{"name":"b"}/, '$1{"name":'))
    expect(() => readState(file)).toThrow(/line 3: the entry "pods\/default\/b" is not valid JSON/)
  })

  test('recovery keeps every whole entry and names what it leaves out', () => {
    const state = emptyState({ ...HEADER, resourceVersion: 7 })
    for (const name of ['a', 'b', 'c']) state.set(`pods/default/${name}`, { name })
    writeState(file, state)
    const conflicted = fs
      .readFileSync(file, 'utf8')
      .replace('"pods/default/b"', '<<<<<<< ours\n"pods/default/b"')
      .replace('"pods/default/c"', '=======\n"pods/default/c"')
      .replace('}}\n', '>>>>>>> theirs\n}}\n')
    const result = recover(Buffer.from(conflicted), 0)
    expect(result.kept).toBe(3)
    expect(result.lost.map((l) => l.why)).toEqual(['a conflict marker', 'a conflict marker', 'a conflict marker'])
    fs.writeFileSync(file, Buffer.concat(result.parts))
    expect(readState(file)!.keys('pods/')).toEqual(['pods/default/a', 'pods/default/b', 'pods/default/c'])
    expect(readState(file)!.header.resourceVersion).toBe(7)
  })
})
