// A small operating system for one container's scripts: processes, descriptors, pipes and a scheduler. Its state is JSON, so a script that
// sleeps for an hour costs nothing and goes on in another invocation.
import { RegexpTooSlow } from '../../lib/bounded-regexp'
import type { Exit, Image, Listener, ProcessContext, Program, Signal } from '../process'
import { normalPath } from '../tree'
import { complaintPrefix } from './complaints'
import { daemonContext } from './daemon-context'
import { heldBy, ignored } from './held'
import { parseScript } from './parser'
import { SIGNALS } from './signals'
import type { Frame, MachineState, OpenFile, ShellProcess, Wait } from './state'
import { stepFrame } from './steps'

/** Steps a script may take at one moment of cluster time before it is made to wait: a loop without sleep must end somewhere. */
const BUDGET = 20_000
/** Signals that do nothing to who has no handler: nothing here can be stopped. */
const HARMLESS = new Set(['CHLD', 'CONT', 'WINCH', 'URG', 'STOP', 'TSTP', 'TTIN', 'TTOU', '0'])
/** Bytes that a pipe holds before its writer waits. */
export const PIPE_SIZE = 65_536
/** Where a machine runs and what it talks to. */
export interface MachineHost {
  image: Image
  tag: string
  context: ProcessContext
  /** Whether its first process is process 1 of the container: signals without a handler do not end it. */
  main: boolean
  /** Steps it may take at one moment of cluster time. */
  budget?: number
  tty: boolean
  /** The time its waits are measured by, if it is not the context's. */
  now?: () => number
  output(stream: 'stdout' | 'stderr', text: string): void
}

/** Thrown by what cannot go on yet. */
export class Blocked {
  constructor(readonly wait: Wait) {}
}
/** Thrown when a process writes to a pipe nobody reads. */
export class BrokenPipe {}

export interface MachineResult {
  exit?: Exit
  wakeAt?: number
  watchesFiles?: boolean
  /** It took all the steps it may take in one go. */
  isBusy?: true
  /** Some process waits for standard input. */
  wantsInput?: boolean
}

export class Machine {
  /** Set while a wake goes on: processes that follow files look at them once. */
  private filesSeen = new Set<number>()
  private steps = 0
  private spawned = false
  /** Something was written or read. */
  private moved = false

  constructor(
    readonly state: MachineState,
    readonly host: MachineHost,
  ) {}

  private get budget(): number {
    return this.host.budget ?? (this.state.busy > 3 ? BUDGET / 10 : BUDGET)
  }

  get now(): number {
    return this.host.now?.() ?? this.host.context.env.now()
  }

  // ---------------------------------------------------------------- processes

  find(pid: number): ShellProcess | undefined {
    return this.state.processes.find((p) => p.pid === pid)
  }

  /** Adds a process that has nothing to do yet. */
  spawn(parent: ShellProcess | undefined, from: Partial<ShellProcess> & { command: string }): ShellProcess {
    const process: ShellProcess = {
      pid: this.state.nextPid++,
      parent: parent?.pid ?? 0,
      name: parent?.name ?? 'sh',
      dialect: parent?.dialect ?? (this.host.image.userland === 'debian' ? 'dash' : 'ash'),
      from: parent?.from ?? 'c',
      line: parent?.line ?? 1,
      startedAt: this.now,
      frames: [],
      variables: { ...parent?.variables },
      parameters: parent?.parameters ?? ['sh'],
      cwd: parent?.cwd ?? this.host.context.record.workingDir,
      fds: { ...(parent?.fds ?? { 0: 0, 1: 1, 2: 2 }) },
      functions: { ...parent?.functions },
      traps: ignored(parent?.traps),
      options: parent?.options ?? '',
      ...(parent?.aliases ? { aliases: parent.aliases } : {}),
      ...(parent?.shopts ? { shopts: parent.shopts } : {}),
      ...(parent?.directories ? { directories: parent.directories } : {}),
      status: 0,
      ...(parent?.background === undefined ? {} : { background: parent.background }),
      ...from,
    }
    this.state.processes.push(process)
    this.spawned = true
    return process
  }

  /** Ends a process; a trap on EXIT runs first. */
  end(process: ShellProcess, status: number): void {
    const onExit = process.traps['EXIT']
    process.status = status
    process.frames = []
    delete process.wait
    if (onExit) {
      delete process.traps['EXIT']
      this.pushScript(process, onExit, { kind: 'trap', status, signal: 'EXIT' })
      return
    }
    process.ended = true
    process.fds = {}
    for (const child of this.state.processes) if (child.parent === process.pid) child.parent = 1
  }

  /** Parses a script and puts it on the stack. */
  pushScript(process: ShellProcess, text: string, frame: Partial<Frame> & { kind: Frame['kind'] }): void {
    const source = this.sourceOf(text)
    const { root, open } = parseScript(text, process.dialect)
    if (process.dialect === 'bash') {
      for (const { line, wanted } of open ?? []) {
        const end = text.replace(/\n$/, '').split('\n').length
        const warning = `warning: here-document at line ${line} delimited by end-of-file (wanted \`${wanted}')`
        this.write(process, 2, `${process.name}: line ${end}: ${warning}\n`)
      }
    }
    process.frames.push({ step: 0, source, ...frame })
    process.frames.push({ kind: 'node', source, node: root, step: 0 })
  }

  private sourceOf(text: string): number {
    const known = this.state.sources.indexOf(text)
    return known >= 0 ? known : this.state.sources.push(text) - 1
  }

  /** A message of the shell itself, or of one of its builtins. */
  complain(process: ShellProcess, message: string, builtin?: string): void {
    this.write(process, 2, `${complaintPrefix(process, builtin)}${message}\n`)
  }

  kill(pid: number, signal: string): boolean {
    const process = this.find(pid)
    if (!process || process.ended) return false
    const trap = process.traps[signal]
    if (signal !== 'KILL' && trap !== undefined) {
      if (trap !== '') process.pending = [...(process.pending ?? []), signal]
      return true
    }
    if (HARMLESS.has(signal)) return true
    const frame = process.frames.at(-1)
    if (frame?.kind === 'program' && signal !== 'KILL') {
      this.signalProgram(process, frame, `SIG${signal}` as Signal)
      return true
    }
    if (pid === 1 && this.host.main && signal !== 'KILL') return true
    delete process.traps['EXIT']
    this.end(process, 128 + (SIGNALS[signal] ?? 15))
    process.killed = signal
    return true
  }

  // ---------------------------------------------------------------- descriptors

  open(file: OpenFile): number {
    const id = this.state.nextOpen++
    this.state.opens[id] = file
    return id
  }

  newPipe(): { read: number; write: number } {
    const pipe = this.state.nextOpen++
    this.state.pipes[pipe] = ''
    return { read: this.open({ kind: 'read', pipe }), write: this.open({ kind: 'write', pipe }) }
  }

  private opened(process: ShellProcess, fd: number): OpenFile | undefined {
    const id = process.fds[fd]
    return id === undefined ? undefined : this.state.opens[id]
  }

  isTerminal(process: ShellProcess, fd: number): boolean {
    const kind = this.opened(process, fd)?.kind
    return this.host.tty && (kind === 'stdin' || kind === 'output')
  }

  /** Writes to a descriptor; throws BrokenPipe. */
  write(process: ShellProcess, fd: number, text: string): void {
    const file = this.opened(process, fd)
    if (!file || text === '') return
    this.moved = true
    if (file.kind === 'output') this.host.output(file.stream, text)
    else if (file.kind === 'file') this.host.context.files.append(file.path, text)
    else if (file.kind === 'capture') file.text += text
    else if (file.kind === 'write') {
      if (!this.inUse((f) => f.kind === 'read' && f.pipe === file.pipe)) throw new BrokenPipe()
      this.state.pipes[file.pipe] += text
    }
  }

  isPipe(process: ShellProcess, fd: number): boolean {
    return this.opened(process, fd)?.kind === 'write'
  }

  /** True when the pipe behind a descriptor is full: its writer waits. */
  full(process: ShellProcess, fd: number): boolean {
    const file = this.opened(process, fd)
    return file?.kind === 'write' && this.state.pipes[file.pipe].length > PIPE_SIZE
  }

  /** Whether some living process holds such a file. */
  private inUse(test: (file: OpenFile) => boolean): boolean {
    for (const process of this.state.processes) {
      if (process.ended) continue
      for (const id of heldBy(process)) {
        const file = this.state.opens[id]
        if (file && test(file)) return true
      }
    }
    return false
  }

  /** Takes what can be read now, at most up to and with a newline (or `until`) when `line`. `end`: nothing more will come. */
  read(process: ShellProcess, fd: number, line = false, until = '\n'): { text: string; end: boolean } {
    const file = this.opened(process, fd)
    if (!file) return { text: '', end: true }
    const cut = (text: string) => {
      const newline = line ? text.indexOf(until) : -1
      return newline < 0 ? text : text.slice(0, newline + 1)
    }
    if (file.kind === 'stdin') {
      const text = cut(this.state.stdin)
      this.state.stdin = this.state.stdin.slice(text.length)
      return { text, end: !this.state.stdinOpen && this.state.stdin === '' }
    }
    if (file.kind === 'read') {
      const text = cut(this.state.pipes[file.pipe] ?? '')
      const left = (this.state.pipes[file.pipe] ?? '').slice(text.length)
      this.state.pipes[file.pipe] = left
      return { text, end: left === '' && !this.inUse((f) => f.kind === 'write' && f.pipe === file.pipe) }
    }
    if (file.kind === 'file' || file.kind === 'text') {
      const all = file.kind === 'text' ? file.text : (this.host.context.files.read(file.path) ?? '')
      const text = cut(all.slice(file.at))
      file.at += text.length
      return { text, end: file.at >= all.length }
    }
    return { text: '', end: true }
  }

  /** Puts text back that was read too far. */
  unread(process: ShellProcess, fd: number, text: string): void {
    const file = this.opened(process, fd)
    if (file?.kind === 'stdin') this.state.stdin = text + this.state.stdin
    else if (file?.kind === 'read') this.state.pipes[file.pipe] = text + this.state.pipes[file.pipe]
    else if (file?.kind === 'file' || file?.kind === 'text') file.at -= text.length
  }

  private hasInput(process: ShellProcess, fd: number, beyond = 0): boolean {
    const file = this.opened(process, fd)
    if (file?.kind === 'stdin') return this.state.stdin.length > beyond || !this.state.stdinOpen
    if (file?.kind === 'read')
      return this.state.pipes[file.pipe].length > beyond || !this.inUse((f) => f.kind === 'write' && f.pipe === file.pipe)
    return true
  }

  path(process: ShellProcess, path: string): string {
    return normalPath(path.startsWith('/') ? path : `${process.cwd}/${path}`)
  }

  // ---------------------------------------------------------------- running

  private ready(process: ShellProcess): boolean {
    const { wait } = process
    if (!wait) return true
    switch (wait.for) {
      case 'time':
        return this.now >= wait.at
      case 'child': {
        const child = this.find(wait.pid)
        return !child || !!child.ended || (wait.at !== undefined && this.now >= wait.at)
      }
      case 'children':
        return !this.state.processes.some((p) => p.parent === process.pid && !p.ended)
      case 'input':
        return this.hasInput(process, wait.fd, wait.beyond) || (wait.at !== undefined && this.now >= wait.at)
      case 'room':
        return !this.full(process, wait.fd)
      case 'files': {
        if (wait.at !== undefined && this.now >= wait.at) return true
        const due = !this.filesSeen.has(process.pid)
        this.filesSeen.add(process.pid)
        return due
      }
      case 'program':
        return wait.at !== undefined && this.now >= wait.at
    }
  }

  /** A signal with a handler interrupts `wait` and `read` at once, a command only at its end. */
  private interrupt(process: ShellProcess): void {
    const top = process.frames.at(-1)
    const waits = process.wait && (process.wait.for === 'children' || process.wait.for === 'child') && top?.words?.[0] === 'wait'
    if (process.wait && !waits) return
    const signal = process.pending!.shift()!
    if (process.pending!.length === 0) delete process.pending
    if (waits) {
      process.frames.pop()
      delete process.wait
      process.status = 128 + (SIGNALS[signal] ?? 0)
    }
    this.pushScript(process, process.traps[signal], { kind: 'trap', status: process.status, signal })
  }

  /** Lets every process go on until all wait; says until when. */
  run(): MachineResult {
    let progress = true
    while ((progress || this.spawned || this.moved) && this.steps < this.budget) {
      if (this.first().ended) break
      progress = false
      this.moved = false
      this.spawned = false
      for (const process of [...this.state.processes]) {
        if (process.ended) continue
        if (process.pending) this.interrupt(process)
        if (!this.ready(process)) continue
        delete process.wait
        if (this.advance(process)) progress = true
      }
    }
    if (this.first().ended) return { exit: this.exitOf(this.first()) }
    this.sweep()
    return this.result()
  }

  private first(): ShellProcess {
    return this.state.processes[0]
  }

  private exitOf(process: ShellProcess): Exit {
    return { code: process.status & 255 }
  }

  /** Runs one process until it waits or ends; true when it did anything. */
  private advance(process: ShellProcess): boolean {
    let moved = false
    while (!process.ended && !process.wait && this.steps < this.budget) {
      this.steps++
      const frame = process.frames.at(-1)
      try {
        if (!frame) this.end(process, process.status)
        else stepFrame(this, process, frame)
        moved = true
      } catch (thrown) {
        if (thrown instanceof Blocked) process.wait = thrown.wait
        else if (thrown instanceof BrokenPipe) {
          delete process.traps['EXIT']
          this.end(process, 141)
        } else if (thrown instanceof RegexpTooSlow) {
          this.complain(process, thrown.message)
          this.end(process, 2)
        } else if (thrown instanceof RangeError) {
          // A text, a list or a nesting beyond the engine's bounds: out of memory, for a container.
          this.end(process, 137)
        } else throw thrown
      }
      if (process.pending && !process.wait) this.interrupt(process)
    }
    return moved
  }

  private result(): MachineResult {
    const { state } = this
    if (this.steps >= this.budget) {
      // A busy loop: one round a second, then ever fewer.
      state.busy = Math.min(state.busy + 1, 10)
      return { wakeAt: this.now + 1000 * 2 ** (state.busy - 1), isBusy: true }
    }
    state.busy = 0
    const result: MachineResult = {}
    for (const { wait, ended } of state.processes) {
      if (ended || !wait) continue
      if (wait.for === 'files') result.watchesFiles = true
      if (wait.for === 'input') result.wantsInput = true
      const at = 'at' in wait ? wait.at : undefined
      if (at !== undefined && at !== null) result.wakeAt = Math.min(result.wakeAt ?? Number.POSITIVE_INFINITY, at)
    }
    return result
  }

  /** Forgets processes nobody will ask for, files and pipes nobody holds. */
  private sweep(): void {
    const { state } = this
    const wanted = (p: ShellProcess) => {
      if (!p.ended || p === state.processes[0]) return true
      const parent = this.find(p.parent)
      return !!parent && !parent.ended && (parent.background === p.pid || JSON.stringify(parent.frames).includes(String(p.pid)))
    }
    state.processes = state.processes.filter(wanted)
    const held = new Set<number>([0, 1, 2])
    for (const process of state.processes) for (const id of heldBy(process)) held.add(id)
    for (const id of Object.keys(state.opens)) if (!held.has(Number(id))) delete state.opens[id]
    const pipes = new Set(Object.values(state.opens).map((f) => ('pipe' in f ? f.pipe : -1)))
    for (const id of Object.keys(state.pipes)) if (!pipes.has(Number(id))) delete state.pipes[id]
  }

  // ---------------------------------------------------------------- signals and programs

  /** A signal from outside for the first process. Undefined when it changes nothing. */
  signal(signal: Signal): MachineResult | undefined {
    const process = this.first()
    const bare = signal.slice(3)
    const frame = process.frames.at(-1)
    const handled = process.traps[bare] || (frame?.kind === 'program' && frame.program?.replaced) || !this.host.main || process.pid !== 1
    if (!handled) return undefined
    this.kill(process.pid, bare)
    return this.run()
  }

  /** Ctrl-C: children in the foreground get SIGINT; a shell that reads commands drops its line, anything else gets it too. */
  interruptForeground(): void {
    const shell = this.first()
    for (const p of this.state.processes.slice(1)) if (!p.ended && !p.detached) this.kill(p.pid, 'INT')
    if (!shell.frames.some((f) => f.words?.[0] === '__read_commands')) {
      this.kill(shell.pid, 'INT')
      return
    }
    const at = shell.frames.findIndex((f) => f.words?.[0] === '__read_commands')
    shell.frames.length = at + 1
    shell.status = 130
    delete shell.wait
  }

  program(argv: string[]): Program | undefined {
    return this.host.image.program?.(argv, this.host.tag)
  }

  /** Takes over what a daemon's step says. */
  settleProgram(process: ShellProcess, frame: Frame, step: ReturnType<Program['start']>): void {
    frame.program = { ...frame.program!, state: step.state, listeners: step.listeners ?? frame.program!.listeners }
    if (step.exit) {
      process.frames.pop()
      process.status = step.exit.code
      if (frame.program.replaced) this.end(process, step.exit.code)
    } else process.wait = { for: 'program', ...(step.wakeAt === undefined ? {} : { at: step.wakeAt }) }
  }

  private signalProgram(process: ShellProcess, frame: Frame, signal: Signal): void {
    const { argv, state } = frame.program!
    const program = this.program(argv)
    const step = program?.signal?.(state, signal, daemonContext(this, process, argv))
    if (step) this.settleProgram(process, frame, step)
    else if (!(process.pid === 1 && this.host.main)) this.end(process, 128 + (SIGNALS[signal.slice(3)] ?? 15))
  }

  listeners(): Listener[] {
    return this.state.processes.flatMap((p) => {
      const frame = p.frames.at(-1)
      return frame?.kind === 'program' && !p.ended ? frame.program!.listeners.map((l) => ({ ...l, owner: p.pid })) : []
    })
  }

  /** Has the daemon that owns a listener answer. */
  answer<T extends { state?: unknown; exit?: Exit; wakeAt?: number }>(
    listener: Listener,
    ask: (program: Program, state: NonNullable<Frame['program']>['state'], context: ProcessContext) => T | undefined,
  ): T | undefined {
    const process = this.find(listener.owner ?? 0)
    const frame = process?.frames.at(-1)
    if (!process || frame?.kind !== 'program') return undefined
    const { argv, state } = frame.program!
    const program = this.program(argv)
    const answer = program && ask(program, state, daemonContext(this, process, argv))
    if (!answer) return undefined
    if (answer.state !== undefined) frame.program = { ...frame.program!, state: answer.state as typeof state }
    if (answer.wakeAt !== undefined) process.wait = { for: 'program', at: answer.wakeAt }
    if (answer.exit) this.settleProgram(process, frame, { state: frame.program!.state, exit: answer.exit })
    return answer
  }
}
