// Runs command lines in this process against a state file of their own; the clock stands still.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { run } from '../../src/cli/run'
import type { Host } from '../../src/env'

export interface Shell {
  /** Runs `kubectl <line>`; words may be quoted. Answers stdout, then stderr, then `[exit N]` when it failed. */
  kubectl(line: string): Promise<string>
  /** Runs it with more variables; answers the streams apart. */
  streams(line: string, variables?: Record<string, string>): Promise<{ out: string; err: string; code: number }>
  write(name: string, text: string): void
  /** Where the command lines run. */
  dir: string
  /** The full name of a file in the shell's directory. */
  path(name: string): string
  mkdir(name: string): void
  /** The process as the command lines see it; what they print is lost. */
  host(): Host
  remove(): void
}

function words(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

export function shell(nodes = 1): Shell {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-commands-'))
  const host = (out: string[], err: string[], variables: Record<string, string> = {}): Host => ({
    variables: {
      KUBESIM_STATE: path.join(dir, 'state.json'),
      KUBESIM_SEED: '7',
      KUBESIM_NODES: String(nodes),
      KUBESIM_CLOCK: '2026-11-23T17:00:00Z',
      HOME: dir,
      ...variables,
    },
    cwd: dir,
    programName: 'kubectl',
    program: '/usr/bin/kubectl',
    pid: 1,
    wallClock: () => Date.parse('2026-11-23T17:00:00Z'),
    onInterrupt: () => () => {},
    surviveHangUp: () => {},
    streams: {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      readInput: async () => '',
      stdin: Readable.from([]) as unknown as typeof process.stdin,
      stdout: process.stdout,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    },
  })
  return {
    async kubectl(line) {
      const out: string[] = []
      const err: string[] = []
      const code = await run(words(line), host(out, err))
      return out.join('') + err.join('') + (code === 0 ? '' : `[exit ${code}]`)
    },
    path: (name) => path.join(dir, name),
    async streams(line, variables) {
      const out: string[] = []
      const err: string[] = []
      const code = await run(words(line), host(out, err, variables))
      return { out: out.join(''), err: err.join(''), code }
    },
    dir,
    write: (name, text) => fs.writeFileSync(path.join(dir, name), text),
    mkdir: (name) => void fs.mkdirSync(path.join(dir, name), { recursive: true }),
    host: () => host([], []),
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  }
}
