// Simple commands: expansion, redirections, and then a builtin, a function, a command of the image, a script or a daemon.
import type { CommandIo, CommandOutcome } from '../process'
import type { Node } from './ast'
import { BUILTINS } from './builtins'
import { commandOf, shellNames } from './catalogue'
import { ExpansionProblem, expandText, expandWord } from './expand'
import { Blocked, type Machine } from './machine'
import { processTable } from './process-table'
import { redirect } from './redirect'
import { startShell } from './start'
import type { Frame, ShellProcess } from './state'
import { assign, contextOf, finish, substitute, waitFor } from './steps'

type CommandNode = Extract<Node, { type: 'command' }>

export function stepCommand(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode): void {
  if (frame.command) {
    proceed(machine, process, frame)
    return
  }
  if (frame.step === 0) {
    expandAll(machine, process, frame, node)
    frame.step = 1
  }
  const words = frame.words ?? []
  if (frame.step === 1 && !prepare(machine, process, frame, node, words)) return
  if (words.length === 0) {
    // The status of a substitution stays that of the whole command.
    const status = node.assignments.some((a) => a.word.substitutions.length > 0) ? process.status : 0
    finish(machine, process, frame, status, true)
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
      finish(machine, process, frame, 1, true)
      // A failed redirection of a special builtin ends the shell.
      if (words[0] === 'exec') machine.end(process, 2)
      return false
    }
  }
  return true
}

/** Expands assignments, words and redirection targets in order; resumes where a substitution made it wait. */
function expandAll(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode): void {
  frame.words ??= []
  frame.assigned ??= []
  const { words, assigned } = frame
  const total = node.assignments.length + node.words.length + node.redirections.length
  const bare = node.words.length === 0
  for (frame.item ??= 0; frame.item < total; frame.item++) {
    const at = frame.item
    const inWords = at - node.assignments.length
    const word =
      inWords < 0
        ? node.assignments[at].word
        : inWords < node.words.length
          ? node.words[inWords]
          : node.redirections[inWords - node.words.length].target
    substitute(machine, process, frame, word)
    const context = contextOf(machine, process, frame)
    if (inWords < 0) {
      const { name, append } = node.assignments[at]
      const value = (append ? (context.get(name) ?? '') : '') + expandText(word, context)
      assigned.push(value)
      if (bare && process.variables[name]?.readonly)
        throw new ExpansionProblem(`${name}: ${process.name.endsWith('bash') ? 'readonly variable' : 'is read only'}`)
      if (bare) assign(machine, process, name, value)
    } else if (inWords < node.words.length) {
      const single = words[0] === '[[' || (['export', 'local', 'readonly', 'declare'].includes(words[0] ?? '') && isAssignment(word))
      if (single) words.push(words[0] === '[[' ? expandText(word, context) : expandText(word, context))
      else words.push(...expandWord(word, context))
    } else assigned.push(expandText(word, context))
    delete frame.results
  }
}

function isAssignment(word: CommandNode['words'][number]): boolean {
  const first = word.parts[0]
  return first?.kind === 'text' && !first.quoted && /^[A-Za-z_]\w*=/.test(first.text)
}

function trace(machine: Machine, process: ShellProcess, node: CommandNode, frame: Frame, words: string[]): void {
  const assignments = node.assignments.map((a, i) => `${a.name}=${frame.assigned![i]}`)
  const quoted = words.map((w) => (w === '' || /[\s'"$`\\|&;<>()*?[\]]/.test(w) ? `'${w.replaceAll("'", "'\\''")}'` : w))
  machine.write(process, 2, `${process.variables['PS4']?.value ?? '+ '}${[...assignments, ...quoted].join(' ')}\n`)
}

/** Starts what the words name. */
function call(machine: Machine, process: ShellProcess, frame: Frame, words: string[], node: CommandNode): void {
  const fn = process.functions[words[0]]
  if (fn) {
    const [source, body] = fn
    const before = process.parameters
    const kept: Frame['variables'] = {}
    for (const [i, { name }] of node.assignments.entries()) {
      kept[name] = process.variables[name] ?? null
      process.variables[name] = { ...process.variables[name], value: frame.assigned![i] }
    }
    process.frames.pop()
    process.frames.push({
      kind: 'call',
      step: 0,
      parameters: before,
      variables: kept,
      ...(frame.saved ? { saved: frame.saved } : {}),
      ...(frame.tested ? { tested: true } : {}),
    })
    process.frames.push({ kind: 'node', source, node: body, step: 0 })
    process.parameters = [before[0], ...words.slice(1)]
    return
  }
  const builtin = Object.hasOwn(BUILTINS, words[0]) ? BUILTINS[words[0]] : undefined
  if (builtin) {
    const before = process.frames.length
    const status = builtin(machine, process, frame, words, Object.fromEntries(node.assignments.map((a, i) => [a.name, frame.assigned![i]])))
    if (status === undefined || process.ended || process.frames[before - 1] !== frame) return
    if (process.frames.length > before) return
    finish(machine, process, frame, status, true)
    return
  }
  frame.command = { argv: words }
  if (node.assignments.length > 0) {
    // Only for this command: a child's environment. The names are put back when it ends.
    frame.variables = {}
    for (const [i, { name }] of node.assignments.entries()) {
      frame.variables[name] = process.variables[name] ?? null
      process.variables[name] = { value: frame.assigned![i], exported: 1 }
    }
  }
  proceed(machine, process, frame)
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
  if (frame.pids && frame.command?.state === undefined) return waitFor(machine, frame.pids[0])
  const isPath = argv[0].includes('/')
  const path = isPath ? machine.path(process, argv[0]) : undefined
  const text = path === undefined ? scriptOnPath(machine, process, name) : context.files.read(path)
  if (isPath && text === undefined) {
    machine.complain(process, context.files.isDirectory(path!) ? `${argv[0]}: Permission denied` : notFound(process, argv[0], true))
    return context.files.isDirectory(path!) ? 126 : 127
  }
  if (text !== undefined && text !== '') {
    if (path !== undefined && ((context.files.stat(path)?.mode ?? 0) & 0o111) === 0) {
      machine.complain(process, `${argv[0]}: Permission denied`)
      return 126
    }
    if (!machine.program(argv))
      return startChild(machine, process, frame, ['sh', path ?? pathOf(machine, process, name)!, ...argv.slice(1)])
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

function notFound(process: ShellProcess, name: string, isPath: boolean): string {
  if (process.name.endsWith('bash')) return isPath ? `${name}: No such file or directory` : `${name}: command not found`
  return `${name}: not found`
}

/** A file on the PATH that is a script somebody wrote, not one of the image's executables. */
function scriptOnPath(machine: Machine, process: ShellProcess, name: string): string | undefined {
  const path = pathOf(machine, process, name)
  return path === undefined ? undefined : machine.host.context.files.read(path)
}

export function pathOf(machine: Machine, process: ShellProcess, name: string): string | undefined {
  const { files } = machine.host.context
  for (const directory of (process.variables['PATH']?.value ?? '').split(':')) {
    const path = `${directory}/${name}`
    if (directory !== '' && files.exists(path) && !files.isDirectory(path)) return path
  }
  return undefined
}

/** A shell as a child process. */
function startChild(machine: Machine, process: ShellProcess, frame: Frame, argv: string[]): number {
  const child = machine.spawn(process, { command: argv.join(' '), functions: {}, options: '' })
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
  return {
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
    files: machine.host.context.files,
    path: (path) => machine.path(process, path),
    processes: () => processTable(machine),
    kill: (pid, signal) => {
      if (machine.find(pid)) return machine.kill(pid, signal === 'SIGKILL' ? 'KILL' : signal.slice(3))
      if (pid !== 1 || machine.host.main) return false
      machine.host.context.signal(signal)
      return true
    },
    ...(result ? { result } : {}),
  }
}
