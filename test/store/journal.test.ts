// The journal beside a state file: who watches is told of versions, and nothing but the journal itself is ever written to.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isWatched, JournalReader, tellWatchers } from '../../src/store/journal'

let directory: string
let file: string
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-journal-'))
  file = path.join(directory, 'state.json')
  fs.writeFileSync(file, '{}')
})
afterEach(() => fs.rmSync(directory, { recursive: true }))

const entry = (version: number) => ({ resource: 'pods', after: { n: version }, version })

test('nobody is told where nobody watches', () => {
  expect(isWatched(file)).toBe(false)
  tellWatchers(file, [entry(1)])
  expect(fs.readdirSync(directory)).toEqual(['state.json'])
})

test('a watcher takes what happened since it came, up to a version', () => {
  const reader = new JournalReader(file)
  expect(isWatched(file)).toBe(true)
  expect(fs.statSync(`${file}.watch`).mode & 0o777).toBe(0o600)
  tellWatchers(file, [entry(1), entry(2)])
  tellWatchers(file, [entry(3)])
  expect(reader.take(2)).toEqual([entry(1), entry(2)])
  expect(new JournalReader(file).take(9)).toEqual([])
  expect(reader.take(3)).toEqual([entry(3)])
})

test('a link in the place of the journal is neither written to nor read, and its target keeps its times', () => {
  const reader = new JournalReader(file)
  const other = path.join(directory, 'other')
  fs.writeFileSync(other, 'mine')
  fs.utimesSync(other, 1, 1)
  fs.rmSync(`${file}.watch`)
  fs.symlinkSync(other, `${file}.watch`)
  tellWatchers(file, [entry(1)])
  reader.sign()
  expect(reader.take(9)).toEqual([])
  expect(isWatched(file)).toBe(false)
  expect(fs.readFileSync(other, 'utf8')).toBe('mine')
  expect(fs.statSync(other).mtimeMs).toBe(1000)
})
