// kubesim in this process, on a state file of its own, with a clock that the test moves.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { run } from '../../src/cli/run'
import type { Host } from '../../src/env'

export interface Result {
  out: string
  err: string
  exit: number
}

export class Cli {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-test-'))
  now = Date.UTC(2026, 0, 5, 12)
  private readonly interrupts: (() => void)[] = []

  constructor(private readonly variables: Record<string, string> = {}) {}

  private host(result: Result): Host {
    const stdin = { isTTY: false } as NodeJS.ReadStream
    const stdout = { isTTY: false } as NodeJS.WriteStream
    return {
      variables: {
        KUBESIM_STATE: path.join(this.dir, 'state.json'),
        KUBESIM_NODES: '2',
        KUBESIM_SEED: '7',
        HOME: this.dir,
        ...this.variables,
      },
      cwd: this.dir,
      programName: 'kubectl',
      program: '/usr/bin/kubectl',
      wallClock: () => this.now,
      pid: 4711,
      onInterrupt: (handler) => this.interrupts.push(handler),
      surviveHangUp: () => {},
      streams: {
        out: (text) => {
          result.out += text
        },
        err: (text) => {
          result.err += text
        },
        readInput: async () => '',
        stdin,
        stdout,
        stdoutIsTerminal: false,
        stderrIsTerminal: false,
      },
    }
  }

  /** Ctrl-C to what runs. */
  interrupt(): void {
    for (const handler of this.interrupts.splice(0)) handler()
  }

  async run(...words: string[]): Promise<Result> {
    const result = { out: '', err: '', exit: 0 }
    result.exit = await run(words, this.host(result))
    return result
  }

  /** Starts a command that goes on; its output grows in the result meanwhile. */
  start(...words: string[]): { result: Result; done: Promise<number> } {
    const result = { out: '', err: '', exit: 0 }
    return { result, done: run(words, this.host(result)) }
  }

  /** A command line as printed: single quotes, `&&`, `kubectl` or `kubesim` in front. */
  async shell(line: string): Promise<Result> {
    let last: Result = { out: '', err: '', exit: 0 }
    for (const command of line.split(' && ')) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2])
      last = await this.run(...words.slice(1))
      if (last.exit !== 0) break
    }
    return last
  }

  async create(objects: object[]): Promise<void> {
    if (objects.length === 0) return
    const file = path.join(this.dir, 'objects.json')
    fs.writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
    const { exit, err } = await this.run('create', '-f', file)
    if (exit !== 0) throw new Error(err)
  }

  /** Lets cluster time pass. */
  async wait(seconds: number): Promise<void> {
    this.now += seconds * 1000
    await this.run('get', 'nodes')
  }

  remove(): void {
    fs.rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Runs until something holds; for sockets, which need real time. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`in vain: ${what}`)
}

export function deployment(name: string, more: { replicas?: number; labels?: object; container?: object } = {}) {
  const labels = more.labels ?? { app: name }
  const container = { name: 'nginx', image: 'nginx:1.25', ports: [{ name: 'http', containerPort: 80 }], ...more.container }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: more.replicas ?? 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  }
}

export function clientPod(name = 'client', metadata: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name }, ...metadata },
    spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] },
  }
}

export function webService(spec: object = {}, name = 'web', metadata: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80 }], ...spec },
  }
}
