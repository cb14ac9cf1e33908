// Builtins that change where a shell goes on: break, return, exit, eval, source, exec.
import { runArgv } from '../commands-step'
import type { Machine } from '../machine'
import { parseScript } from '../parser'
import type { Frame, ShellProcess } from '../state'
import { leave } from '../steps'
import { locate, pathOf } from './locate'
import { failSpecial } from './type'

function isLoop(machine: Machine, process: ShellProcess, frame: Frame): boolean {
  if (frame.kind !== 'node') return false
  const { type } = parseScript(machine.state.sources[frame.source!], process.dialect).nodes[frame.node!]
  return type === 'loop' || type === 'for'
}

/** Leaves loops; a level more than there are loops leaves all. */
export function leaveLoops(machine: Machine, process: ShellProcess, words: string[], again: boolean): number | undefined {
  let levels = Number(words[1] ?? 1)
  const call = process.frames.findLastIndex((f) => f.kind !== 'node')
  if (!process.frames.slice(call + 1).some((f) => isLoop(machine, process, f))) {
    const outer = process.frames.some((f) => isLoop(machine, process, f))
    if (!outer && process.dialect === 'bash') machine.complain(process, "only meaningful in a `for', `while', or `until' loop", words[0])
    return 0
  }
  while (process.frames.length > 0) {
    const top = process.frames.at(-1)!
    if (top.kind !== 'node') break
    if (isLoop(machine, process, top)) {
      levels--
      if (levels === 0 && again) break
    }
    leave(process, top)
    process.frames.pop()
    if (levels === 0) break
  }
  process.status = 0
  return undefined
}

/** A number that a builtin was given; undefined, with a message, when it is none. */
function numberGiven(machine: Machine, process: ShellProcess, builtin: string, text: string): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text)
  machine.complain(process, process.dialect === 'bash' ? `${text}: numeric argument required` : `Illegal number: ${text}`, builtin)
  return undefined
}

export function returnFrom(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  const bash = process.dialect === 'bash'
  let status = process.status
  if (words[1] !== undefined) {
    const given = numberGiven(machine, process, 'return', words[1])
    if (given === undefined && !bash) return failSpecial(machine, process, 2)
    status = given === undefined ? 2 : process.dialect === 'dash' ? given : given & 255
  }
  const inside = process.frames.some((f, i) => f.kind === 'call' || (f.kind === 'script' && i > 0) || f.sourced !== undefined)
  if (!inside && bash) {
    machine.complain(process, "can only `return' from a function or sourced script", 'return')
    return 2
  }
  while (process.frames.length > 0) {
    const top = process.frames.at(-1)!
    if (top.kind === 'call' || top.kind === 'script') break
    leave(process, top)
    process.frames.pop()
    if (top.sourced !== undefined) break
  }
  process.status = status
  if (process.frames.length === 0) machine.end(process, status)
  return undefined
}

export function exit(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  if (words.length > 2 && process.dialect === 'bash') {
    machine.complain(process, 'too many arguments', 'exit')
    return 1
  }
  const inTrap = process.frames.find((f) => f.kind === 'trap' && f.signal === 'EXIT')
  let status = inTrap?.status ?? process.status
  if (words[1] !== undefined) status = numberGiven(machine, process, 'exit', words[1]) ?? 2
  machine.end(process, status & 255)
  return undefined
}

export function evalText(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  const text = words.slice(words[1] === '--' ? 2 : 1).join(' ')
  return text.trim() === '' ? 0 : replaceByScript(machine, process, frame, text, {})
}

/** Puts a script in the place of this command, in the same process. */
export function replaceByScript(machine: Machine, process: ShellProcess, frame: Frame, text: string, extra: Partial<Frame>): undefined {
  process.frames.pop()
  machine.pushScript(process, text, {
    kind: 'eval',
    ...extra,
    ...(frame.saved ? { saved: frame.saved } : {}),
    ...(frame.tested ? { tested: true } : {}),
  })
  return undefined
}

export function source(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  const name = words[1]
  const { dialect } = process
  if (name === undefined) {
    if (dialect !== 'bash') return 0
    machine.complain(process, 'filename argument required', words[0])
    machine.write(process, 2, `${words[0]}: usage: ${words[0]} filename [arguments]\n`)
    return 2
  }
  const onPath = name.includes('/') ? undefined : pathOf(machine, process, name)
  const path = onPath ?? machine.path(process, name)
  const text = onPath === undefined && !name.includes('/') && dialect !== 'bash' ? undefined : readScript(machine, process, path)
  if (text === undefined) {
    if (dialect === 'bash') {
      machine.complain(process, `${name}: No such file or directory`)
      return 1
    }
    const unfound = name.includes('/') ? undefined : `${name}: not found`
    machine.complain(
      process,
      unfound ?? (dialect === 'dash' ? `cannot open ${name}: No such file` : `can't open '${name}': No such file or directory`),
      '.',
    )
    return failSpecial(machine, process, 2)
  }
  const given = words.length > 2 && dialect !== 'dash'
  const before = process.parameters
  if (given) process.parameters = [before[0], ...words.slice(2)]
  return replaceByScript(machine, process, frame, text, { sourced: name, ...(given ? { parameters: before } : {}) })
}

/** A script's text; standard input and other descriptors are read to their end as far as it has come. */
function readScript(machine: Machine, process: ShellProcess, path: string): string | undefined {
  const fd = path === '/dev/stdin' ? '0' : /^\/dev\/fd\/(\d+)$/.exec(path)?.[1]
  return fd === undefined ? machine.host.context.files.read(path) : machine.read(process, Number(fd)).text
}

export function execute(
  machine: Machine,
  process: ShellProcess,
  frame: Frame,
  words: string[],
  assigned: Record<string, string>,
): number | undefined {
  let argv = words.slice(1)
  if (argv[0] === '-a') argv = argv.slice(2)
  if (argv[0] === '--') argv = argv.slice(1)
  if (argv.length === 0) {
    // The redirections stay.
    delete frame.saved
    return 0
  }
  if (!locate(machine, process, argv[0], true) && !machine.program(argv)) {
    const path = process.dialect === 'bash' && argv[0].includes('/')
    machine.complain(
      process,
      path ? `${machine.path(process, argv[0])}: No such file or directory` : `${argv[0]}: not found`,
      path ? undefined : 'exec',
    )
    if (process.options.includes('i')) return 127
    machine.end(process, 127)
    return undefined
  }
  for (const [name, value] of Object.entries(assigned)) process.variables[name] = { value, exported: 1 }
  for (const [name, v] of Object.entries(process.variables)) if (!v.exported) delete process.variables[name]
  process.frames = []
  process.functions = {}
  delete process.aliases
  process.traps = Object.fromEntries(Object.entries(process.traps).filter(([, text]) => text === ''))
  runArgv(machine, process, argv)
  return undefined
}
