// What a start keeps for the next one of the same command: never anything that changes what is printed.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const ROOT = path.join(__dirname, '../..')
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-start-'))
const cache = path.join(home, 'dist/cache')

beforeAll(() => {
  for (const part of ['bin', 'dist']) fs.cpSync(path.join(ROOT, part), path.join(home, part), { recursive: true })
  fs.rmSync(cache, { recursive: true, force: true })
})
afterAll(() => fs.rmSync(home, { recursive: true, force: true }))

function kubesim(...words: string[]): string {
  const env = { ...process.env, KUBESIM_STATE: path.join(home, 'state.json'), HOME: home, KUBECONFIG: '', KUBESIM_CLOCK: 'frozen' }
  return execFileSync(process.execPath, [path.join(home, 'bin/kubesim'), ...words], { env, encoding: 'utf8' })
}

function kept(): { settled: boolean; lengths: [number, number][] } {
  const [name] = fs.readdirSync(cache)
  return JSON.parse(fs.readFileSync(path.join(cache, name), 'latin1').slice(0, 256))
}

const stamp = () => fs.statSync(path.join(cache, fs.readdirSync(cache)[0])).mtimeMs

test('a command settles on what it runs through, grows by what another line of it needs, and survives a damaged file', () => {
  // The first makes the cluster, which no later one does.
  const nodes = kubesim('get', 'ns')
  const first = kept()
  expect(first.settled).toBe(false)
  // It holds text that is not compiled yet: damaged, that is not run.
  expect(first.lengths[0][0]).toBe(0)
  const draft = path.join(cache, fs.readdirSync(cache)[0])
  const text = fs.readFileSync(draft, 'latin1')
  fs.writeFileSync(draft, `${text.slice(0, 5000)}${')('.repeat(40)}${text.slice(5080)}`, 'latin1')
  expect(kubesim('get', 'ns')).toBe(nodes)
  fs.writeFileSync(draft, text, 'latin1')
  for (let i = 0; i < 2; i++) expect(kubesim('get', 'ns')).toBe(nodes)
  const settled = kept()
  expect(settled.settled).toBe(true)
  expect(settled.lengths).toHaveLength(1)
  expect(settled.lengths[0][0]).toBeGreaterThan(0)
  expect(settled.lengths[0][1]).toBeLessThan(first.lengths[0][1])

  const before = stamp()
  expect(kubesim('get', 'ns')).toBe(nodes)
  expect(stamp()).toBe(before)

  const wide = kubesim('get', 'ns', '--sort-by=.metadata.name')
  expect(kept().lengths).toHaveLength(2)
  expect(kept().lengths[1][0]).toBe(0)
  expect(kubesim('get', 'ns', '--sort-by=.metadata.name')).toBe(wide)
  expect(kept().lengths[1][0]).toBeGreaterThan(0)

  const [name] = fs.readdirSync(cache)
  const whole = fs.readFileSync(path.join(cache, name))
  for (const bytes of [Buffer.alloc(0), whole.subarray(0, 100), whole.subarray(0, 5000), Buffer.alloc(4096, 7)]) {
    fs.writeFileSync(path.join(cache, name), bytes)
    expect(kubesim('get', 'ns')).toBe(nodes)
  }
}, 120_000)
