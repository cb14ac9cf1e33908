// The process around one invocation: streams, variables, clock, chance. The only file that touches process, Date or Math.random.
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import tty from 'node:tty'
import type { ControlPlaneEnv } from './api/contracts'
import { CommandError } from './errors'
import { bytesOfText, hasRawBytes } from './lib/byte-text'
import { goReason } from './lib/os-errors'
import { sha256 } from './lib/sha256'

/** Standard streams as a command sees them. */
export interface Streams {
  out(text: string): void
  err(text: string): void
  /** Everything on standard input. */
  readInput(): Promise<string>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
}

/** What an invocation is given from outside. */
export interface Host {
  variables: Record<string, string | undefined>
  cwd: string
  /** `kubectl` when installed or linked under that name, else `kubesim`. */
  programName: string
  /** The file that was started, for programs that start it again. */
  program: string
  streams: Streams
  /** The wall clock, ms since 1970. */
  wallClock(): number
  pid: number
  /** Calls `handler` at Ctrl-C in place of ending at once; only the first time. */
  onInterrupt(handler: () => void): void
  /** A command in the background of a shell without a terminal goes on when the shell hangs up, as under nohup. */
  surviveHangUp(): void
}

export function processHost(): Host {
  return {
    variables: process.env,
    cwd: process.cwd(),
    programName: path.basename(process.argv[1] ?? 'kubesim').replace(/\.[cm]?js$/, ''),
    program: path.resolve(process.argv[1] ?? 'kubesim'),
    wallClock: Date.now,
    pid: process.pid,
    onInterrupt: (handler) => process.once('SIGINT', handler),
    surviveHangUp() {
      // Node forgets that nohup had SIGHUP ignored. Bash leaves in `_` what it started; who did not come from bash is known by what nohup
      // leaves behind: streams none of which is a terminal.
      const started = path.basename(process.env['_'] ?? '')
      const isAlone = started === path.basename(process.argv[1] ?? '') || started === 'node'
      if (started === 'nohup' || (!isAlone && ![0, 1, 2].some(isTerminal))) process.on('SIGHUP', () => {})
    },
    streams: {
      out: (text) => write(1, text),
      err: (text) => write(2, text),
      readInput: () => readAll(process.stdin),
      get stdin() {
        return process.stdin
      },
      get stdout() {
        return standardStream(1)
      },
      get stdoutIsTerminal() {
        return isTerminal(1)
      },
      get stderrIsTerminal() {
        return isTerminal(2)
      },
    },
  }
}

type Output = 1 | 2

/** Node's streams for the outputs, once something asked for them: making one takes longer than writing a short answer. */
const opened: Partial<Record<Output, NodeJS.WriteStream>> = {}

function standardStream(fd: Output): NodeJS.WriteStream {
  let stream = opened[fd]
  if (!stream) {
    stream = fd === 1 ? process.stdout : process.stderr
    stream.on('error', endQuietly)
    opened[fd] = stream
  }
  return stream
}

/** May a stream be coloured, if it is a terminal? Upstream: cli-runtime/pkg/printers/terminal.go AllowsColorOutput. */
export function allowsColor({ variables }: Pick<Host, 'variables'>, terminal: boolean): boolean {
  return terminal && variables.TERM !== 'dumb' && variables.NO_COLOR === undefined
}

/** A pipe that was closed by its reader ends the program quietly, as it ends kubectl. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(141)
  throw error
}

function write(fd: Output, text: string): void {
  if (!text) return
  let rest: string | Buffer = hasRawBytes(text) ? bytesOfText(text) : text
  if (opened[fd]) {
    opened[fd].write(rest)
    return
  }
  try {
    for (let left = Buffer.byteLength(rest); left > 0; ) {
      const done = fs.writeSync(fd, rest as string)
      left -= done
      if (left > 0) rest = Buffer.from(rest).subarray(done)
    }
  } catch (error) {
    // Another process left the pipe or terminal in a state in which a write may not wait: the stream does that for us.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') standardStream(fd).write(rest)
    else if ((error as NodeJS.ErrnoException).code === 'ENOSPC' && fd === 1) {
      throw new CommandError(`write /dev/stdout: ${goReason(error)}`)
    } else endQuietly(error as NodeJS.ErrnoException)
  }
}

/** Most outputs are told apart from a terminal without loading what knows terminals. */
function isTerminal(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isCharacterDevice() && tty.isatty(fd)
  } catch {
    return false
  }
}

/** What is read of standard input at most, bytes. */
const MOST_INPUT = 128 * 1024 * 1024

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MOST_INPUT) throw new CommandError(`standard input is larger than ${MOST_INPUT} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Ends the process with this code, once nothing is left to be done in it. */
export function endWith(code: number): void {
  process.exitCode = code
  // Node would find out by itself, and then take apart what the system throws away as a whole.
  if (process.getActiveResourcesInfo().length === 0) process.exit()
}

/** `__proto__` becomes a key like any other, in manifests, patches and states alike. */
export function forgetProto(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}

/** Where the state lives: `--state`, $KUBESIM_STATE, or kubesim/state.json under $XDG_STATE_HOME (~/.local/state). */
export function stateFile(host: Host, flag?: string): string {
  const { variables } = host
  const named = flag || variables.KUBESIM_STATE
  if (named) return path.resolve(host.cwd, named)
  const base = variables.XDG_STATE_HOME || path.join(variables.HOME || os.homedir(), '.local', 'state')
  return path.join(base, 'kubesim', 'state.json')
}

/** Chance: xoshiro-like 32-bit generator whose state is one number, so that a seeded run goes on where the last one stopped. */
export function seededRandom(seed: number): { next(): number; state(): number } {
  let a = seed >>> 0
  return {
    next() {
      a = (a + 0x6d2b79f5) >>> 0
      let t = Math.imul(a ^ (a >>> 15), 1 | a)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    },
    state: () => a,
  }
}

/** The number behind $KUBESIM_SEED: digits as they are, other text by its hash; undefined when not set. */
export function seedOf(variables: Host['variables']): number | undefined {
  const text = variables.KUBESIM_SEED
  if (text === undefined || text === '') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  return Buffer.from(sha256(text)).readUInt32LE(0)
}

/** $KUBESIM_CLOCK: `real` (default), `frozen` (stands still between `cluster advance`s), or an RFC 3339 time at which it stands. */
export function wallClockOf(host: Host): { now(): number; frozen: boolean; start?: number } {
  const text = host.variables.KUBESIM_CLOCK
  if (!text || text === 'real') return { now: host.wallClock, frozen: false }
  if (text === 'frozen') return { now: host.wallClock, frozen: true }
  const start = Date.parse(text)
  if (Number.isNaN(start)) throw new CommandError(`invalid KUBESIM_CLOCK "${text}": must be real, frozen or an RFC 3339 time`)
  return { now: () => start, frozen: true, start }
}

/** A clock that the event being played sets, and a source of chance. */
export interface MutableEnv extends ControlPlaneEnv {
  set(time: number): void
}

/** Without a seeded source, chance is the machine's. */
export function makeEnv(time: number, seeded?: () => number): MutableEnv {
  let now = time
  const env: MutableEnv = {
    now: () => now,
    random: seeded ?? Math.random,
    // Math.random tells from a few of its numbers those before and after.
    secret: () => (seeded ? Buffer.from(Array.from({ length: 32 }, () => env.random() * 256)) : crypto.randomBytes(32)).toString('hex'),
    set: (t) => (now = t),
  }
  return env
}

/** A line on stderr for who waits at a terminal: shown once something takes more than a second, and gone at the end. */
export interface Progress {
  /** Something more was done; `text` is asked for when it is to be shown. */
  step(text: () => string): void
  end(): void
}

const PATIENCE_MS = 1000
const REFRESH_MS = 200
/** The clock is looked at once in so many steps. */
const STEPS = 64

export function progressOn({ streams }: Pick<Host, 'streams'>, clock: () => number = monotonic): Progress {
  let steps = 0
  let next: number | undefined
  let shown = false
  return {
    step(text) {
      if (steps++ % STEPS !== 0) return
      const now = clock()
      next ??= now + PATIENCE_MS
      if (now < next || !streams.stderrIsTerminal) return
      next = now + REFRESH_MS
      shown = true
      streams.err(`\r${text()}\u001b[K`)
    },
    end() {
      if (shown) streams.err('\r\u001b[K')
      shown = false
      next = undefined
      steps = 0
    },
  }
}

/** Milliseconds since some moment, with fractions; for measuring how long something took. */
export function monotonic(): number {
  // `performance` would be loaded first, which takes a tenth of Node's own start.
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
