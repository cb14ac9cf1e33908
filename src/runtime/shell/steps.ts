// One step of a shell process: what the node on top of its stack does next. Follows POSIX 2.9.

import { ArithmeticProblem, evaluate } from './arithmetic'
import type { Node } from './ast'
import { stepCommand } from './commands-step'
import { syntaxComplaint } from './complaints'
import { evaluateCondition } from './condition'
import { daemonContext } from './daemon-context'
import { ExpansionProblem, expandPattern, expandWord } from './expand'
import { contextOf, subshell, substitute, textOf } from './expansion-context'
import { Blocked, type Machine } from './machine'
import { parseScript } from './parser'
import { matches } from './pattern'
import { redirect, redirectionStatus, restore } from './redirect'
import { stepSelect } from './select'
import type { Frame, ShellProcess } from './state'
import { assign, namesOf } from './variables'

/** Advances a process by one small step; throws Blocked when it must wait. */
export function stepFrame(machine: Machine, process: ShellProcess, frame: Frame): void {
  if (frame.kind === 'node') {
    const node = parseScript(machine.state.sources[frame.source!], process.dialect).nodes[frame.node!]
    try {
      stepNode(machine, process, frame, node)
    } catch (error) {
      if (!(error instanceof ExpansionProblem || error instanceof ArithmeticProblem)) throw error
      giveUp(machine, process, frame, node, error)
    }
  } else if (frame.kind === 'program') stepProgram(machine, process, frame)
  else {
    // A function, a sourced script or a trap came to its end.
    process.frames.pop()
    leave(process, frame)
    if (frame.kind === 'call') afterCall(machine, process, frame)
    else if (frame.kind === 'trap' && (frame.signal === 'EXIT' || (frame.signal === 'ERR' && process.options.includes('e'))))
      machine.end(process, frame.status!)
    else if (frame.kind === 'trap') process.status = frame.status!
  }
}

/** What cannot be expanded ends the shell, in bash only the line that runs. */
function giveUp(machine: Machine, process: ShellProcess, frame: Frame, node: Node, error: ExpansionProblem | ArithmeticProblem): void {
  const bash = process.dialect === 'bash'
  if (bash && (node.type === 'arithmetic' || node.type === 'condition')) {
    machine.complain(process, `${node.type === 'arithmetic' ? '((' : '[['}: ${error.message}`)
    finish(machine, process, frame, 1, true)
    return
  }
  machine.complain(process, error.message)
  const interactive = process.options.includes('i')
  if (!bash && !interactive) machine.end(process, 2)
  else if (error instanceof ExpansionProblem && error.unset && !interactive)
    machine.end(process, process.from === 'c' && !process.depth && !process.options.includes('e') ? 127 : 1)
  else discard(machine, process)
}

/** Leaves the line that runs; in `-c` and in a subshell nothing comes after it. */
export function discard(machine: Machine, process: ShellProcess): void {
  const reading = process.frames.findIndex((f) => f.words?.[0] === '__read_commands')
  if (process.depth || (process.from === 'c' && reading < 0)) {
    machine.end(process, 1)
    return
  }
  const keep = reading < 0 ? 2 : reading + 1
  while (process.frames.length > keep) leave(process, process.frames.pop()!)
  process.status = 1
}

/** A function that failed, and one with a trap on its return. */
function afterCall(machine: Machine, process: ShellProcess, frame: Frame): void {
  const { status } = process
  if (status !== 0 && !frame.tested && !process.frames.some((f) => f.tested)) trapError(machine, process, status)
  const { RETURN } = process.traps
  if (frame.signal === 'RETURN' && RETURN !== undefined) machine.pushScript(process, RETURN, { kind: 'trap', status, signal: 'RETURN' })
}

/** Runs the trap on ERR; functions do not have it unless `set -E`. */
function trapError(machine: Machine, process: ShellProcess, status: number): boolean {
  const { ERR } = process.traps
  if (
    !ERR ||
    process.frames.some((f) => (f.kind === 'trap' && f.signal === 'ERR') || (f.kind === 'call' && !process.options.includes('E')))
  )
    return false
  machine.pushScript(process, ERR, { kind: 'trap', status, signal: 'ERR' })
  return true
}

/** Puts back what a function call or a redirection had changed. */
export function leave(process: ShellProcess, frame: Frame): void {
  restore(process, frame)
  if (frame.parameters) process.parameters = frame.parameters
  for (const [name, variable] of Object.entries(frame.variables ?? {})) {
    if (variable) process.variables[name] = variable
    else delete process.variables[name]
  }
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

/** Ends the node on top of the stack; `set -e` ends the process on an untested failure. */
export function finish(machine: Machine, process: ShellProcess, frame: Frame, status: number, final = false): void {
  process.status = status
  leave(process, frame)
  process.frames.pop()
  if (!final) return
  if (process.dialect === 'bash') process.statuses = [status]
  if (status === 0 || frame.tested || process.frames.some((f) => f.tested)) return
  if (!trapError(machine, process, status) && process.options.includes('e')) machine.end(process, status)
}

/** Opens the redirections of a compound command once; false when one failed. */
function opened(machine: Machine, process: ShellProcess, frame: Frame, node: Node): boolean {
  if (frame.opened || !('redirections' in node) || node.redirections.length === 0) return true
  frame.words ??= []
  const targets = frame.words
  while (targets.length < node.redirections.length) targets.push(textOf(machine, process, frame, node.redirections[targets.length].target))
  delete frame.words
  frame.opened = true
  frame.saved ??= {}
  for (const [i, redirection] of node.redirections.entries()) {
    if (redirect(machine, process, frame, redirection, targets[i])) continue
    finish(machine, process, frame, redirectionStatus(process), true)
    return false
  }
  return true
}

function stepNode(machine: Machine, process: ShellProcess, frame: Frame, node: Node): void {
  if ('line' in node) process.line = node.line + (process.taken?.before ?? 0)
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
      const child = subshell(machine, process, { detached: true })
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
        const child = subshell(machine, process)
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
      } else if (frame.step === 2 && node.step !== undefined) {
        frame.status = process.status
        frame.step = 3
        push(process, frame, node.step, true)
      } else {
        if (frame.step === 2) frame.status = process.status
        frame.step = 1
        push(process, frame, node.condition, true)
      }
      return
    case 'for':
      if (node.menu) stepSelect(machine, process, frame, node)
      else stepFor(machine, process, frame, node)
      return
    case 'time':
      stepTime(machine, process, frame, node)
      return
    case 'condition':
      stepCondition(machine, process, frame, node)
      return
    case 'problem':
      stepProblem(machine, process, node)
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
      if (process.options.includes('x')) traceText(machine, process, `(( ${text} ))`)
      const value = evaluate(text, namesOf(machine, process), process.dialect)
      finish(machine, process, frame, value === 0n ? 1 : 0, true)
    }
  }
}

/** A line of `set -x`. */
export function traceText(machine: Machine, process: ShellProcess, text: string): void {
  machine.write(process, 2, `${process.variables['PS4']?.value ?? '+ '}${text}\n`)
}

function stepTime(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'time' }>): void {
  if (frame.step++ === 0) {
    frame.begun = machine.now
    push(process, frame, node.body)
    return
  }
  const seconds = (machine.now - frame.begun!) / 1000
  const real = node.posix ? seconds.toFixed(2) : `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`
  const none = node.posix ? '0.00' : '0m0.000s'
  const gap = node.posix ? ' ' : '\t'
  machine.write(process, 2, `${node.posix ? '' : '\n'}real${gap}${real}\nuser${gap}${none}\nsys${gap}${none}\n`)
  finish(machine, process, frame, process.status)
}

function stepCondition(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'condition' }>): void {
  for (const word of node.words) substitute(machine, process, frame, word)
  const { value, shown } = evaluateCondition(machine, process, node.body, contextOf(machine, process, frame))
  if (process.options.includes('x')) for (const text of shown) traceText(machine, process, `[[ ${text} ]]`)
  finish(machine, process, frame, value, true)
}

/** What could not be parsed: eval says so and goes on in bash, else the shell ends. */
function stepProblem(machine: Machine, process: ShellProcess, node: Extract<Node, { type: 'problem' }>): void {
  const at = process.frames.findLastIndex((f) => f.kind !== 'node')
  const inEval = process.frames[at]?.kind === 'eval' && process.frames[at].sourced === undefined
  machine.write(process, 2, syntaxComplaint(process, node.problem, inEval ? 'eval' : undefined))
  if (process.dialect !== 'bash' || at <= 0) {
    // What bash says with words of its own it does not count.
    machine.end(process, typeof node.problem.what === 'string' && process.dialect === 'bash' ? process.status : 2)
    return
  }
  while (process.frames.length > at) leave(process, process.frames.pop()!)
  process.status = 2
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
      const child = subshell(machine, process)
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
  if (process.dialect === 'bash') process.statuses = statuses
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

/** The words of a for loop, expanded once. */
export function loopWords(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'for' }>): string[] {
  if (frame.rest) return frame.rest
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
  return frame.rest
}

function stepFor(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'for' }>): void {
  if (!frame.rest && !/^[A-Za-z_]\w*$/.test(node.name)) {
    machine.complain(process, `\`${node.name}': not a valid identifier`)
    finish(machine, process, frame, 1, true)
    return
  }
  const rest = loopWords(machine, process, frame, node)
  const next = rest[0]
  if (next === undefined) {
    finish(machine, process, frame, process.status)
    return
  }
  if (process.options.includes('x') && process.dialect === 'bash') traceText(machine, process, `for ${node.name} in ${rest.join(' ')}`)
  frame.rest = rest.slice(1)
  assign(machine, process, node.name, next)
  push(process, frame, node.body)
}

function stepCase(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'case' }>): void {
  if (frame.step === 0) {
    frame.words = [textOf(machine, process, frame, node.word)]
    if (process.options.includes('x') && process.dialect === 'bash') traceText(machine, process, `case ${frame.words[0]} in`)
    frame.step = 1
    frame.item = 0
  }
  // Step 1 looks for an arm from `item` on, step 2 comes back from one.
  let through = false
  if (frame.step === 2) {
    const { end } = node.arms[frame.item!]
    if (end === ';;') {
      finish(machine, process, frame, process.status)
      return
    }
    through = end === ';&'
    frame.item!++
    frame.step = 1
  } else process.status = 0
  for (; frame.item! < node.arms.length; frame.item!++) {
    const arm = node.arms[frame.item!]
    if (!through && !arm.patterns.some((p) => patternMatches(machine, process, frame, p))) continue
    frame.step = 2
    process.status = 0
    push(process, frame, arm.body)
    return
  }
  finish(machine, process, frame, process.status)
}

function patternMatches(machine: Machine, process: ShellProcess, frame: Frame, pattern: Parameters<typeof expandPattern>[0]): boolean {
  substitute(machine, process, frame, pattern)
  const flags = process.shopts?.includes('nocasematch') ? 'i' : ''
  return matches(expandPattern(pattern, contextOf(machine, process, frame)), frame.words![0], flags)
}
