// One step of a shell process: what the node on top of its stack does next. Follows POSIX 2.9.

import { ArithmeticProblem, evaluate } from './arithmetic'
import type { Node, Word } from './ast'
import { stepCommand } from './commands-step'
import { daemonContext } from './daemon-context'
import { type ExpansionContext, ExpansionProblem, expandPattern, expandText, expandWord } from './expand'
import { Blocked, type Machine } from './machine'
import { parseScript } from './parser'
import { matches } from './pattern'
import { redirect, restore } from './redirect'
import type { Frame, ShellProcess } from './state'

/** Advances a process by one small step; throws Blocked when it must wait. */
export function stepFrame(machine: Machine, process: ShellProcess, frame: Frame): void {
  if (frame.kind === 'node') {
    const node = parseScript(machine.state.sources[frame.source!]).nodes[frame.node!]
    try {
      stepNode(machine, process, frame, node)
    } catch (error) {
      if (!(error instanceof ExpansionProblem || error instanceof ArithmeticProblem)) throw error
      machine.complain(process, error.message)
      machine.end(process, process.name.endsWith('bash') && error instanceof ArithmeticProblem ? 1 : 2)
    }
  } else if (frame.kind === 'program') stepProgram(machine, process, frame)
  else {
    // A function, a sourced script or a trap came to its end.
    process.frames.pop()
    leave(machine, process, frame)
    if (frame.kind === 'trap' && frame.signal === 'EXIT') machine.end(process, frame.status!)
    else if (frame.kind === 'trap') process.status = frame.status!
  }
}

/** Puts back what a function call or a redirection had changed. */
export function leave(machine: Machine, process: ShellProcess, frame: Frame): void {
  restore(process, frame)
  if (frame.parameters) process.parameters = frame.parameters
  for (const [name, variable] of Object.entries(frame.variables ?? {})) {
    if (variable) process.variables[name] = variable
    else delete process.variables[name]
  }
  void machine
}

function stepProgram(machine: Machine, process: ShellProcess, frame: Frame): void {
  const { argv, state } = frame.program!
  const program = machine.program(argv)
  const context = daemonContext(machine, process, argv)
  if (frame.step === 0) {
    frame.step = 1
    machine.settleProgram(process, frame, program!.start(context))
  } else if (program?.wake) machine.settleProgram(process, frame, program.wake(state, context))
  else throw new Blocked({ for: 'program' })
}

export function push(process: ShellProcess, from: Frame, node: number, tested = false): void {
  process.frames.push({ kind: 'node', source: from.source, node, step: 0, ...(tested ? { tested } : {}) })
}

/** The longest value of a variable, UTF-16 units. */
const MOST_VALUE = 1 << 22

/** Ends the node on top of the stack; `set -e` ends the process on an untested failure. */
export function finish(machine: Machine, process: ShellProcess, frame: Frame, status: number, final = false): void {
  process.status = status
  leave(machine, process, frame)
  process.frames.pop()
  if (final && status !== 0 && process.options.includes('e') && !frame.tested && !process.frames.some((f) => f.tested))
    machine.end(process, status)
}

export function contextOf(machine: Machine, process: ShellProcess, frame?: Frame): ExpansionContext {
  return {
    get: (name) => parameter(machine, process, name),
    set: (name, value) => assign(machine, process, name, value),
    parameters: process.parameters,
    result: (node) => frame?.results?.[node] ?? '',
    files: machine.host.context.files,
    cwd: process.cwd,
    noGlob: process.options.includes('f'),
    noUnset: process.options.includes('u'),
  }
}

function parameter(machine: Machine, process: ShellProcess, name: string): string | undefined {
  if (/^\d+$/.test(name)) return process.parameters[Number(name)]
  switch (name) {
    case '?':
      return String(process.status)
    case '$':
      return String(process.pid)
    case '!':
      return process.background === undefined ? '' : String(process.background)
    case '#':
      return String(process.parameters.length - 1)
    case '-':
      return process.options
    case 'RANDOM':
      return String(Math.floor(machine.host.context.env.random() * 32768))
    case 'SECONDS':
      return String(Math.floor((machine.now - process.startedAt) / 1000))
    case 'PWD':
      return process.cwd
    case 'PPID':
      return String(process.parent)
  }
  if (name.startsWith('!')) {
    const target = process.variables[name.slice(1)]?.value
    return target === undefined ? undefined : process.variables[target]?.value
  }
  return process.variables[name]?.value
}

export function assign(machine: Machine, process: ShellProcess, name: string, value: string): boolean {
  const before = process.variables[name]
  if (before?.readonly) {
    machine.complain(process, `${name}: is read only`)
    return false
  }
  // The container's memory is not endless.
  if (value.length > MOST_VALUE) throw new RangeError('out of memory')
  process.variables[name] = { ...before, value, ...(process.options.includes('a') ? { exported: 1 as const } : {}) }
  return true
}

/**
 * Runs the command substitutions of a word, one after the other; throws Blocked while one runs. Afterwards the word can be expanded with
 * `contextOf(..., frame)`.
 */
export function substitute(machine: Machine, process: ShellProcess, frame: Frame, word: Word): void {
  const { capture } = frame
  if (capture) {
    const child = machine.find(capture.pid)
    if (child && !child.ended) throw new Blocked({ for: 'child', pid: capture.pid })
    const file = machine.state.opens[capture.open]
    const text = file?.kind === 'capture' ? file.text : ''
    frame.results = { ...frame.results, [capture.node]: text.replace(/\n+$/, '') }
    process.status = child?.status ?? 0
    delete frame.capture
  }
  for (const node of word.substitutions) {
    if (frame.results && node in frame.results) continue
    const open = machine.open({ kind: 'capture', text: '' })
    const child = machine.spawn(process, { command: process.command })
    child.fds[1] = open
    child.frames.push({ kind: 'node', source: frame.source, node, step: 0 })
    frame.capture = { open, pid: child.pid, node }
    throw new Blocked({ for: 'child', pid: child.pid })
  }
}

/** Expands a word as one text, substitutions included. */
export function textOf(machine: Machine, process: ShellProcess, frame: Frame, word: Word): string {
  substitute(machine, process, frame, word)
  const text = expandText(word, contextOf(machine, process, frame))
  delete frame.results
  return text
}

/** Opens the redirections of a compound command once; false when one failed. */
function opened(machine: Machine, process: ShellProcess, frame: Frame, node: Node): boolean {
  if (frame.saved || !('redirections' in node) || node.redirections.length === 0) return true
  frame.words ??= []
  const targets = frame.words
  while (targets.length < node.redirections.length) targets.push(textOf(machine, process, frame, node.redirections[targets.length].target))
  delete frame.words
  frame.saved = {}
  for (const [i, redirection] of node.redirections.entries()) {
    if (redirect(machine, process, frame, redirection, targets[i])) continue
    finish(machine, process, frame, 1, true)
    return false
  }
  return true
}

function stepNode(machine: Machine, process: ShellProcess, frame: Frame, node: Node): void {
  if (node.type === 'command') {
    stepCommand(machine, process, frame, node)
    return
  }
  if (!opened(machine, process, frame, node)) return
  switch (node.type) {
    case 'list':
      if (frame.step < node.items.length) push(process, frame, node.items[frame.step++])
      else finish(machine, process, frame, node.items.length === 0 ? 0 : process.status)
      return
    case 'background': {
      const child = machine.spawn(process, { command: process.command, detached: true })
      if (child.fds[0] === 0 && !process.options.includes('i')) child.fds[0] = machine.open({ kind: 'null' })
      child.frames.push({ kind: 'node', source: frame.source, node: node.body, step: 0 })
      process.background = child.pid
      finish(machine, process, frame, 0)
      return
    }
    case 'and':
    case 'or':
      if (frame.step === 0) {
        frame.step = 1
        push(process, frame, node.left, true)
      } else if (frame.step === 1 && (process.status === 0) === (node.type === 'and')) {
        frame.step = 2
        push(process, frame, node.right)
      } else finish(machine, process, frame, process.status)
      return
    case 'not':
      if (frame.step++ === 0) push(process, frame, node.body, true)
      else finish(machine, process, frame, process.status === 0 ? 1 : 0)
      return
    case 'pipe':
      stepPipe(machine, process, frame, node.items)
      return
    case 'group':
      if (frame.step++ === 0) push(process, frame, node.body)
      else finish(machine, process, frame, process.status)
      return
    case 'subshell':
      if (frame.step === 0) {
        frame.step = 1
        const child = machine.spawn(process, { command: process.command })
        child.frames.push({ kind: 'node', source: frame.source, node: node.body, step: 0 })
        frame.pids = [child.pid]
      }
      finish(machine, process, frame, waitFor(machine, frame.pids![0]), true)
      return
    case 'if':
      stepIf(machine, process, frame, node)
      return
    case 'loop':
      if (frame.step === 0) {
        frame.step = 1
        push(process, frame, node.condition, true)
      } else if (frame.step === 1) {
        if ((process.status === 0) === node.until) finish(machine, process, frame, frame.status ?? 0)
        else {
          frame.step = 2
          push(process, frame, node.body)
        }
      } else {
        frame.status = process.status
        frame.step = 1
        push(process, frame, node.condition, true)
      }
      return
    case 'for':
      stepFor(machine, process, frame, node)
      return
    case 'case':
      stepCase(machine, process, frame, node)
      return
    case 'function':
      process.functions[node.name] = [frame.source!, node.body]
      finish(machine, process, frame, 0)
      return
    case 'arithmetic': {
      const text = textOf(machine, process, frame, node.word)
      const context = contextOf(machine, process)
      const value = evaluate(text, { get: (n) => context.get(n) ?? '', set: context.set })
      finish(machine, process, frame, value === 0 ? 1 : 0, true)
    }
  }
}

/** The status of a child; throws Blocked while it runs. */
export function waitFor(machine: Machine, pid: number): number {
  const child = machine.find(pid)
  if (child && !child.ended) throw new Blocked({ for: 'child', pid })
  return child?.status ?? 127
}

function stepPipe(machine: Machine, process: ShellProcess, frame: Frame, items: number[]): void {
  if (!frame.pids) {
    frame.pids = []
    let input = process.fds[0]
    for (const [i, item] of items.entries()) {
      const child = machine.spawn(process, { command: process.command })
      child.frames.push({ kind: 'node', source: frame.source, node: item, step: 0 })
      if (input === undefined) delete child.fds[0]
      else child.fds[0] = input
      if (i < items.length - 1) {
        const pipe = machine.newPipe()
        child.fds[1] = pipe.write
        input = pipe.read
      }
      frame.pids.push(child.pid)
    }
  }
  const statuses = frame.pids.map((pid) => waitFor(machine, pid))
  const failed = process.options.includes('p') ? statuses.filter((s) => s !== 0).at(-1) : undefined
  finish(machine, process, frame, failed ?? statuses.at(-1)!, true)
}

function stepIf(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'if' }>): void {
  // Even steps start a condition, odd ones look at it; -1 ends.
  if (frame.step < 0) {
    finish(machine, process, frame, process.status)
    return
  }
  const clause = node.clauses[Math.floor(frame.step / 2)]
  if (!clause) {
    if (node.otherwise === undefined) finish(machine, process, frame, 0)
    else {
      frame.step = -1
      push(process, frame, node.otherwise)
    }
  } else if (frame.step % 2 === 0) {
    frame.step++
    push(process, frame, clause.condition, true)
  } else if (process.status === 0) {
    frame.step = -1
    push(process, frame, clause.body)
  } else frame.step++
}

function stepFor(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'for' }>): void {
  if (!frame.rest) {
    frame.words ??= []
    const { words } = frame
    for (frame.item ??= 0; frame.item < (node.words?.length ?? 0); frame.item++) {
      const word = node.words![frame.item]
      substitute(machine, process, frame, word)
      words.push(...expandWord(word, contextOf(machine, process, frame)))
      delete frame.results
    }
    frame.rest = node.words ? words : process.parameters.slice(1)
    delete frame.words
    process.status = 0
  }
  const next = frame.rest[0]
  if (next === undefined) finish(machine, process, frame, process.status)
  else {
    frame.rest = frame.rest.slice(1)
    assign(machine, process, node.name, next)
    push(process, frame, node.body)
  }
}

function stepCase(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'case' }>): void {
  if (frame.step === -1) {
    finish(machine, process, frame, process.status)
    return
  }
  const subject = textOf(machine, process, frame, node.word)
  const context = contextOf(machine, process)
  const arm = node.arms.find((a) => a.patterns.some((p) => matches(expandPattern(p, context), subject)))
  frame.step = -1
  process.status = 0
  if (arm) push(process, frame, arm.body)
}
