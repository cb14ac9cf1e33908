// Words on a running machine: substitutions are run before a word is expanded, and what expansion may ask for.
import type { Word } from './ast'
import { type ExpansionContext, expandText } from './expand'
import { Blocked, type Machine } from './machine'
import type { Frame, ShellProcess } from './state'
import { assign, assignElement, keyOf, listOf, namesOf, parameter } from './variables'

export function contextOf(machine: Machine, process: ShellProcess, frame?: Frame): ExpansionContext {
  return {
    dialect: process.dialect,
    get: (name) => parameter(machine, process, name),
    set: (name, value) => assign(machine, process, name, value),
    list: (name) => listOf(process, name),
    key: (name, subscript) => keyOf(machine, process, name, subscript),
    setElement: (name, key, value) => assignElement(machine, process, name, key, value),
    namesWith: (prefix) =>
      Object.keys(process.variables)
        .filter((name) => name.startsWith(prefix))
        .sort(),
    numbers: namesOf(machine, process),
    parameters: process.parameters,
    result: (node) => frame?.results?.[node] ?? '',
    pipe: (node, writes) => pipePath(machine, process, frame!, node, writes),
    files: machine.host.context.files,
    cwd: process.cwd,
    noGlob: process.options.includes('f'),
    noUnset: process.options.includes('u'),
    nullGlob: process.shopts?.includes('nullglob') ?? false,
  }
}

/** A process in which a part of the script runs on its own. */
export function subshell(machine: Machine, process: ShellProcess, from: Partial<ShellProcess> = {}): ShellProcess {
  return machine.spawn(process, { command: process.command, depth: (process.depth ?? 0) + 1, ...from })
}

/** Opens what a process substitution gives; it closes with the command. */
function pipePath(machine: Machine, process: ShellProcess, frame: Frame, node: number, writes: boolean): string {
  // bash counts down, ash up.
  const ash = process.dialect === 'ash'
  let fd = ash ? 64 : 63
  while (process.fds[fd] !== undefined) fd += ash ? 1 : -1
  frame.saved ??= {}
  frame.saved[fd] = null
  if (writes) {
    const pipe = machine.newPipe()
    const child = subshell(machine, process)
    child.fds[0] = pipe.read
    child.frames.push({ kind: 'node', source: frame.source, node, step: 0 })
    process.fds[fd] = pipe.write
  } else process.fds[fd] = machine.open({ kind: 'text', text: frame.results?.[node] ?? '', at: 0 })
  return `/dev/fd/${fd}`
}

/**
 * Runs the substitutions of a word, one after the other; throws Blocked while one runs. Afterwards the word can be expanded with
 * `contextOf(..., frame)`.
 */
export function substitute(machine: Machine, process: ShellProcess, frame: Frame, word: Word): void {
  const { capture } = frame
  if (capture) {
    const child = machine.find(capture.pid)
    if (child && !child.ended) throw new Blocked({ for: 'child', pid: capture.pid })
    const file = machine.state.opens[capture.open]
    const text = file?.kind === 'capture' ? file.text : ''
    const piped = word.parts.some((part) => part.kind === 'process' && part.node === capture.node)
    frame.results = { ...frame.results, [capture.node]: piped ? text : text.replace(/\n+$/, '') }
    if (!piped) process.status = child?.status ?? 0
    delete frame.capture
  }
  for (const node of word.substitutions) {
    if (frame.results && node in frame.results) continue
    const open = machine.open({ kind: 'capture', text: '' })
    const child = subshell(machine, process)
    // In bash what is substituted goes on after a failure.
    if (process.dialect === 'bash') child.options = child.options.replaceAll('e', '')
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
