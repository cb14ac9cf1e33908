// Signals to every command that lasts: it ends at once, with the exit code a shell expects, and leaves the state, no lock and no listener.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { JournalReader } from '../../src/store/journal'
import { until } from '../network/cli'
import { isWhole, tried } from '../torture/tried'

jest.setTimeout(120_000)

const KUBESIM = path.join(__dirname, '..', '..', 'bin', 'kubesim')
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-signals-'))
const env = { PATH: process.env.PATH, HOME: dir, KUBESIM_STATE: path.join(dir, 'state.json'), KUBESIM_NODES: '1' }
const kubectl = (...words: string[]) => spawnSync(process.execPath, [KUBESIM, ...words], { env, cwd: dir, encoding: 'utf8' })

beforeAll(() => {
  for (const line of [
    'run web --image=nginx',
    'create deployment slow --image=nosuchimage:1',
    'run sleeper --image=busybox -- sleep 9999',
    'cluster advance 5s',
  ])
    expect(kubectl(...line.split(' '))).toMatchObject({ status: 0 })
})
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

/** `said` is what it says once it waits. Who has something to end (a connection, a terminal) ends with 0 at Ctrl-C; others die of it. */
const LASTING: { line: string; said?: RegExp; atInterrupt: 0 | 'SIGINT'; listens?: boolean; quick?: boolean }[] = [
  { line: 'get pods -w', said: /sleeper/, atInterrupt: 'SIGINT', quick: true },
  { line: 'events -w', said: /Scheduled/, atInterrupt: 'SIGINT' },
  { line: 'logs -f web', atInterrupt: 0 },
  { line: 'wait --for=delete pod/web --timeout=60s', atInterrupt: 'SIGINT' },
  { line: 'rollout status deployment/slow', said: /Waiting/, atInterrupt: 'SIGINT', quick: true },
  { line: 'port-forward web :80', said: /Forwarding from 127/, atInterrupt: 0, listens: true, quick: true },
  { line: 'exec web -- sleep 60', atInterrupt: 'SIGINT' },
  { line: 'attach sleeper', atInterrupt: 0 },
  { line: 'proxy --port 0', said: /Starting to serve on/, atInterrupt: 0, listens: true },
  { line: 'serve api --port 0', said: /http:/, atInterrupt: 0, listens: true, quick: true },
  { line: 'serve page --port 0', said: /http:/, atInterrupt: 0, listens: true },
  { line: 'dns serve --port 0', said: /\d+/, atInterrupt: 0 },
]

async function meet(line: string, said: RegExp | undefined, signal: NodeJS.Signals, variables: object = {}) {
  const child: ChildProcess = spawn(process.execPath, [KUBESIM, ...line.split(' ')], {
    env: { ...env, _: KUBESIM, ...variables },
    cwd: dir,
  })
  let out = ''
  let err = ''
  child.stdout!.on('data', (bytes) => {
    out += bytes
  })
  child.stderr!.on('data', (bytes) => {
    err += bytes
  })
  const ended = new Promise<number | string>((resolve) => child.on('close', (code, by) => resolve(by ?? code ?? '')))
  if (said) await until(() => said.test(out), `${line} to say ${said}: ${out}${err}`)
  else await new Promise((resolve) => setTimeout(resolve, 2500))
  child.kill(signal)
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('still there'), 5000).unref())
  const end = await Promise.race([ended, late])
  child.kill('SIGKILL')
  return { end, out, err }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

const CASES = LASTING.filter(({ quick }) => isWhole || quick)

/** What watchers are told of; another watcher may still read it. The first change after they have all been gone for a while takes it away. */
const WATCH = 'state.json.watch'

test('what watchers were told of is their owner’s alone, and goes once they have been gone for a while', () => {
  const file = path.join(dir, WATCH)
  new JournalReader(path.join(dir, 'state.json'))
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
  const then = Date.now() / 1000 - 11
  fs.utimesSync(file, then, then)
  expect(kubectl('annotate', 'pod', 'web', 'gone=yes', '--overwrite')).toMatchObject({ status: 0 })
  expect(fs.existsSync(file)).toBe(false)
})

test.each(CASES)('$line', async ({ line, said, atInterrupt, listens }) => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const ends = await Promise.all(signals.map((signal) => meet(line, said, signal)))
  expect(ends.map(({ end }) => end)).toEqual([atInterrupt, 'SIGTERM', 'SIGHUP'])
  for (const { err, out } of ends) {
    expect(err).not.toMatch(/\n +at |error/i)
    const port = Number(/:(\d+)/.exec(out)?.[1])
    if (listens) expect(await isOpen(port)).toBe(false)
  }
  expect(fs.readdirSync(dir).filter((name) => !name.startsWith('.') && name !== 'state.json' && name !== WATCH)).toEqual([])
  expect(kubectl('get', 'pod', 'web', '-o', 'name')).toMatchObject({ status: 0, stdout: 'pod/web\n' })
  tried('a signal to a command that lasts', signals.length)
})

test.each([
  ['under nohup', { _: '/usr/bin/nohup' }, 'still there'],
  ['without a shell that would say so', { _: undefined }, 'still there'],
  ['of a shell that hangs up', { _: KUBESIM }, 'SIGHUP'],
])('what listens in the background, %s', async (_name, variables, expected) => {
  expect((await meet('serve api --port 0', /http:/, 'SIGHUP', variables)).end).toBe(expected)
  tried('a signal to a command that lasts', 1)
})
