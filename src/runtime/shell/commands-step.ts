// Simple commands: expansion, redirections, and then a builtin, a function, a command of the image, a script or a daemon.

import { ownEntry } from '../../lib/own-entry'
import type { CommandIo, CommandOutcome } from '../process'
import type { Node } from './ast'
import { builtinOf, isSpecial } from './builtins'
import { aliasedScript } from './builtins/alias'
import { replaceByScript } from './builtins/flow'
import { locate, pathOf } from './builtins/locate'
import { commandOf, shellNames } from './catalogue'
import { withDescriptors } from './descriptor-files'
import { expandAll } from './expand-command'
import { Blocked, type Machine } from './machine'
import { processTable, signalOutside } from './process-table'
import { redirect, redirectionStatus } from './redirect'
import { startShell } from './start'
import type { Frame, ShellProcess } from './state'
import { finish, traceText, waitFor } from './steps'
import { allowed, READ } from './user-files'
import { assign, assignElement, assignList } from './variables'

type CommandNode = Extract<Node, { type: 'command' }>

export function stepCommand(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode): void {
  if (frame.command) {
    proceed(machine, process, frame)
    return
  }
  if (frame.step === 0) {
    const stands = aliasedScript(process, frame, node)
    if (stands) {
      replaceByScript(machine, process, frame, stands.text, { name: stands.name })
      return
    }
    expandAll(machine, process, frame, node)
    frame.step = 1
  }
  const words = frame.words ?? []
  if (frame.step === 1 && !prepare(machine, process, frame, node, words)) return
  if (words.length === 0) {
    // The status of a substitution stays that of the whole command.
    const substituted = node.assignments.some(
      (a) => a.word.substitutions.length > 0 || a.elements?.some((e) => e.word.substitutions.length > 0),
    )
    finish(machine, process, frame, substituted ? process.status : 0, true)
    return
  }
  call(machine, process, frame, words, node)
}

/** Traces the command and opens its redirections; false when one failed. */
function prepare(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode, words: string[]): boolean {
  frame.step = 2
  if (process.options.includes('x') && (words.length > 0 || node.assignments.length > 0)) trace(machine, process, node, frame, words)
  const targets = frame.assigned!.splice(node.assignments.length)
  for (const [i, redirection] of node.redirections.entries()) {
    if (!redirect(machine, process, frame, redirection, targets[i])) {
      finish(machine, process, frame, redirectionStatus(process), true)
      // A failed redirection of a special builtin ends the shell, bash only that of exec.
      if (words[0] === 'exec' || (process.dialect !== 'bash' && isSpecial(words[0])))
        machine.end(process, process.dialect === 'bash' ? 1 : 2)
      return false
    }
  }
  return true
}

function trace(machine: Machine, process: ShellProcess, node: CommandNode, frame: Frame, words: string[]): void {
  const quote = (text: string) => (process.dialect === 'dash' ? text : quoted(text, process.dialect === 'ash'))
  const assignments = node.assignments.map((a, i) => `${a.name}${a.append ? '+' : ''}=${quote(frame.assigned![i])}`)
  const shown = words.map((w) => (w === '' && process.dialect === 'dash' ? '' : quote(w)))
  if (process.dialect === 'bash') for (const line of assignments) traceText(machine, process, line)
  const line = [...(process.dialect === 'bash' ? [] : assignments), ...shown].join(' ')
  if (line !== '' || words.length > 0) traceText(machine, process, line)
}

function quoted(text: string, ash: boolean): string {
  const plain = ash ? /^[\w%+,\-./:@^~]+$/ : /^[\w%+,\-./:@^~=#{}\][]+$/
  if (text !== '' && plain.test(text) && !(!ash && /[\][]/.test(text) && !/^[\][]+$/.test(text))) return text
  return ash && /^[\][]+$/.test(text) && text !== '[[' && text !== '[' ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** Starts what the words name. */
function call(machine: Machine, process: ShellProcess, frame: Frame, words: string[], node: CommandNode): void {
  const fn = ownEntry(process.functions, words[0])
  if (fn) {
    const [source, body] = fn
    const before = process.parameters
    const variables = assignFor(process, frame, node)
    process.frames.pop()
    process.frames.push({
      kind: 'call',
      step: 0,
      name: words[0],
      parameters: before,
      ...(variables ? { variables } : {}),
      ...(frame.saved ? { saved: frame.saved } : {}),
      ...(frame.tested ? { tested: true } : {}),
    })
    if (process.frames.length > MOST_CALLS) throw new RangeError('the stack is full')
    process.frames.push({ kind: 'node', source, node: body, step: 0 })
    process.parameters = [before[0], ...words.slice(1)]
    return
  }
  const builtin = builtinOf(machine, process, words[0])
  if (builtin) {
    const before = process.frames.length
    const status = builtin(machine, process, frame, words, Object.fromEntries(node.assignments.map((a, i) => [a.name, frame.assigned![i]])))
    if (status === undefined || process.ended || process.frames[before - 1] !== frame) return
    if (process.frames.length > before) return
    const late = status === 0 && !assignLate(machine, process, frame, node) ? 1 : status
    finish(machine, process, frame, late, true)
    return
  }
  frame.command = { argv: words }
  const variables = assignFor(process, frame, node)
  if (variables) frame.variables = variables
  proceed(machine, process, frame)
}

/** How deep functions may call each other. */
const MOST_CALLS = 5000

/** `X=1 command`: only for this command, a child's environment. What the names were before is put back when it ends. */
function assignFor(process: ShellProcess, frame: Frame, node: CommandNode): Frame['variables'] {
  if (node.assignments.length === 0) return undefined
  const kept: NonNullable<Frame['variables']> = {}
  for (const [i, { name }] of node.assignments.entries()) {
    kept[name] = process.variables[name] ?? null
    process.variables[name] = { value: frame.assigned![i], exported: 1 }
  }
  return kept
}

/** `declare x=(...)`: the value comes after the declaration. */
function assignLate(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode): boolean {
  return (node.late ?? []).every((assignment, i) => {
    const list = frame.lists?.[node.assignments.length + i]
    if (assignment.elements) return assignList(machine, process, assignment.name, list ?? [], assignment.append)
    const [{ key, values }] = list!
    return key === undefined
      ? assign(machine, process, assignment.name, values[0], assignment.append)
      : assignElement(machine, process, assignment.name, key, values[0], assignment.append)
  })
}

/** Goes on with the command of a frame: starts it, or looks whether what it waited for has come. */
export function proceed(machine: Machine, process: ShellProcess, frame: Frame): void {
  const running = frame.command!
  const { argv } = running
  const status = execute(machine, process, frame, argv)
  if (status === undefined) return
  finish(machine, process, frame, status, true)
}

/** Runs an image's command, a script or a daemon in this frame. Undefined: something else stands on the stack now. Throws Blocked. */
function execute(machine: Machine, process: ShellProcess, frame: Frame, argv: string[]): number | undefined {
  const { image, context } = machine.host
  const name = argv[0].replace(/^.*\//, '')
  if (frame.pids && frame.command?.state === undefined) return endOf(machine, process, frame.pids[0])
  const isPath = argv[0].includes('/')
  const path = isPath ? machine.path(process, argv[0]) : undefined
  const text = path === undefined ? scriptOnPath(machine, process, name) : context.files.read(path)
  if (isPath && text === undefined) {
    const why = process.dialect === 'bash' ? 'Is a directory' : 'Permission denied'
    machine.complain(process, context.files.isDirectory(path!) ? `${argv[0]}: ${why}` : notFound(process, argv[0], true))
    return context.files.isDirectory(path!) ? 126 : 127
  }
  if (path !== undefined && text !== undefined && ((context.files.stat(path)?.mode ?? 0) & 0o111) === 0) {
    machine.complain(process, `${argv[0]}: Permission denied`)
    return 126
  }
  if (text !== undefined && text !== '') {
    if (!machine.program(argv))
      return startChild(machine, process, frame, [
        interpreterOf(machine, process, text),
        path === undefined ? pathOf(machine, process, name)! : argv[0],
        ...argv.slice(1),
      ])
  }
  if (machine.program(argv)) {
    const child = machine.spawn(process, { command: argv.join(' ') })
    child.frames.push({ kind: 'program', step: 0, program: { argv, state: null, listeners: [] } })
    frame.pids = [child.pid]
    throw new Blocked({ for: 'child', pid: child.pid })
  }
  if (shellNames(image.userland ?? 'none').includes(name)) return startChild(machine, process, frame, argv)
  const command = commandOf(image, name)
  if (!command) {
    machine.complain(process, notFound(process, argv[0], false))
    return 127
  }
  return runInFrame(machine, process, frame, argv, command)
}

/** The shell that a script's first line names, when the image has it. */
function interpreterOf(machine: Machine, process: ShellProcess, text: string): string {
  const named = /^#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/.exec(text)?.[1].replace(/^.*\//, '')
  return named !== undefined && shellNames(machine.host.image.userland ?? 'none').includes(named)
    ? named
    : process.dialect === 'bash' && !text.startsWith('#!')
      ? 'bash'
      : 'sh'
}

/** The status of a child; ash and dash say which signal ended it. */
function endOf(machine: Machine, process: ShellProcess, pid: number): number {
  const status = waitFor(machine, pid)
  const killed = machine.find(pid)?.killed
  const words =
    killed === undefined
      ? undefined
      : { KILL: 'Killed', TERM: 'Terminated', HUP: 'Hangup', QUIT: 'Quit', ABRT: 'Aborted', SEGV: 'Segmentation fault' }[killed]
  if (words && process.dialect !== 'bash') machine.write(process, 2, `${words}\n`)
  return status
}

function notFound(process: ShellProcess, name: string, isPath: boolean): string {
  if (process.dialect === 'bash') return isPath ? `${name}: No such file or directory` : `${name}: command not found`
  return `${name}: not found`
}

/** A file on the PATH that is a script somebody wrote, not one of the image's executables. */
function scriptOnPath(machine: Machine, process: ShellProcess, name: string): string | undefined {
  const path = pathOf(machine, process, name)
  return path === undefined ? undefined : machine.host.context.files.read(path)
}

/** A shell as a child process. */
function startChild(machine: Machine, process: ShellProcess, frame: Frame, argv: string[]): number {
  const child = machine.spawn(process, { command: argv.join(' '), functions: {}, options: '', depth: 0, shopts: [], directories: [] })
  delete child.aliases
  child.variables = Object.fromEntries(Object.entries(child.variables).filter(([, v]) => v.exported))
  delete child.background
  startShell(machine, child, argv)
  frame.pids = [child.pid]
  if (child.ended) return child.status
  throw new Blocked({ for: 'child', pid: child.pid })
}

/** Calls a command's code and does what its outcome asks for. */
function runInFrame(
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  argv: string[],
  command: (io: CommandIo, state?: never) => CommandOutcome,
): number {
  const running = frame.command!
  let result: CommandIo['result']
  if (frame.pids) {
    const child = machine.find(frame.pids[0])
    const late = process.wait === undefined && child && !child.ended
    if (late) machine.kill(child.pid, 'TERM')
    const file = frame.capture ? machine.state.opens[frame.capture.open] : undefined
    result = { status: late ? 124 : (child?.status ?? 127), output: file?.kind === 'capture' ? file.text : '' }
    delete frame.pids
    delete frame.capture
  }
  if (machine.full(process, 1)) throw new Blocked({ for: 'room', fd: 1 })
  const output: [number, string][] = []
  const io = commandIo(machine, process, frame, argv, output, result)
  const outcome = command(io, running.state as never)
  for (const [fd, text] of output) machine.write(process, fd, text)
  if (typeof outcome === 'number') return outcome
  frame.command = { ...running, state: outcome.state }
  if (outcome.run) {
    const child = machine.spawn(process, { command: outcome.run.argv.join(' ') })
    if (outcome.run.only) child.variables = {}
    for (const [name, value] of Object.entries(outcome.run.variables ?? {})) child.variables[name] = { value, exported: 1 }
    if (outcome.run.stdin !== undefined) child.fds[0] = machine.open({ kind: 'text', text: outcome.run.stdin, at: 0 })
    if (outcome.run.capture) {
      const open = machine.open({ kind: 'capture', text: '' })
      child.fds[1] = open
      frame.capture = { open, pid: child.pid, node: -1 }
    }
    runArgv(machine, child, outcome.run.argv)
    frame.pids = [child.pid]
    throw new Blocked({ for: 'child', pid: child.pid, ...(outcome.wakeAt === undefined ? {} : { at: outcome.wakeAt }) })
  }
  if (outcome.onInput) throw new Blocked({ for: 'input', fd: 0 })
  if (outcome.onFiles) throw new Blocked({ for: 'files', ...(outcome.wakeAt === undefined ? {} : { at: outcome.wakeAt }) })
  throw new Blocked({ for: 'time', at: outcome.wakeAt ?? Number.MAX_SAFE_INTEGER })
}

/** Makes a process run one command, as exec does: without a shell in between. */
export function runArgv(machine: Machine, process: ShellProcess, argv: string[]): void {
  process.command = argv.join(' ')
  const name = argv[0].replace(/^.*\//, '')
  if (
    shellNames(machine.host.image.userland ?? 'none').includes(name) &&
    (!argv[0].includes('/') || machine.host.context.files.exists(argv[0]))
  )
    startShell(machine, process, argv)
  else if (machine.program(argv))
    process.frames.push({ kind: 'program', step: 0, program: { argv, state: null, listeners: [], replaced: true } })
  else {
    process.options = ''
    const text = `"$@"`
    process.parameters = [process.name, ...argv]
    machine.pushScript(process, text, { kind: 'script' })
  }
}

function commandIo(
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  argv: string[],
  output: [number, string][],
  result: CommandIo['result'],
): CommandIo {
  const variables: Record<string, string> = {}
  for (const [name, v] of Object.entries(process.variables)) if (v.exported) variables[name] = v.value
  const io: CommandIo = {
    name: argv[0],
    args: argv.slice(1),
    get stdin() {
      const running = frame.command!
      const { text, end } = machine.read(process, 0)
      running.stdin = (running.stdin ?? '') + text
      if (!end) throw new Blocked({ for: 'input', fd: 0 })
      return running.stdin
    },
    input: () => machine.read(process, 0),
    out: (text) => void output.push([1, text]),
    err: (text) => void output.push([2, text]),
    cwd: process.cwd,
    variables,
    tty: machine.isTerminal(process, 1),
    piped: machine.isPipe(process, 1),
    gnu: machine.host.image.userland === 'debian',
    process: machine.host.context,
    files: withDescriptors(machine, process, () => io.stdin),
    readable: (path) => allowed(machine, path, READ),
    path: (path) => machine.path(process, path),
    has: (name) => locate(machine, process, name) !== undefined || machine.program([name]) !== undefined,
    processes: () => processTable(machine),
    kill: (pid, signal) => {
      if (machine.find(pid)) return machine.kill(pid, signal === 'SIGKILL' ? 'KILL' : signal.slice(3))
      return signalOutside(machine, pid, signal)
    },
    ...(result ? { result } : {}),
  }
  return io
}
