// Builtins that take input apart: read, getopts, and the loop of a shell that reads commands from standard input.
import { SyntaxProblem } from './ast'
import { Blocked, type Machine } from './machine'
import { parseScript } from './parser'
import type { Frame, ShellProcess } from './state'
import { assign } from './steps'

export function read(machine: Machine, process: ShellProcess, _frame: Frame, words: string[], assigned: Record<string, string>): number {
  let raw = false
  const names: string[] = []
  for (let i = 1; i < words.length; i++) {
    if (/^-[a-z]*r/.test(words[i])) raw = true
    else if (words[i] === '-p') machine.write(process, 2, words[++i] ?? '')
    else if (words[i] === '-t' || words[i] === '-n' || words[i] === '-d' || words[i] === '-u') i++
    else if (!words[i].startsWith('-')) names.push(words[i])
  }
  const { text, end } = machine.read(process, 0, true)
  if (!text.endsWith('\n') && !end) {
    machine.unread(process, 0, text)
    throw new Blocked({ for: 'input', fd: 0, beyond: text.length })
  }
  let line = text.replace(/\n$/, '')
  if (!raw) line = line.replace(/\\(.)/g, '$1')
  const ifs = assigned['IFS'] ?? process.variables['IFS']?.value ?? ' \t\n'
  const space = [...ifs].filter((c) => ' \t\n'.includes(c)).join('')
  if (names.length === 0) names.push('REPLY')
  let rest = trimmed(line, space)
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1) {
      assign(machine, process, name, rest)
      break
    }
    let n = 0
    while (n < rest.length && !ifs.includes(rest[n])) n++
    assign(machine, process, name, rest.slice(0, n))
    rest = rest.slice(n)
    if (rest !== '' && !space.includes(rest[0])) rest = rest.slice(1)
    rest = trimmed(rest, space)
  }
  return text.endsWith('\n') ? 0 : 1
}

function trimmed(text: string, space: string): string {
  let [from, to] = [0, text.length]
  while (from < to && space.includes(text[from])) from++
  while (to > from && space.includes(text[to - 1])) to--
  return text.slice(from, to)
}

/** A shell at a terminal shows its prompt once before it waits. */
function prompt(machine: Machine, process: ShellProcess, more: boolean): void {
  if (!machine.isTerminal(process, 0) || process.prompted) return
  process.prompted = true
  const directory = process.cwd === (process.variables['HOME']?.value ?? '/root') ? '~' : process.cwd
  const bash = process.name.endsWith('bash')
  const host = (machine.host.context.files.read('/etc/hostname') ?? '').trim()
  machine.write(
    process,
    2,
    more ? '> ' : bash ? `root@${host}:${directory}# ` : machine.host.image.userland === 'debian' ? '# ' : `${directory} # `,
  )
}

/** Reads and runs commands from standard input, one line (or as many as they need) at a time. */
export function readCommands(machine: Machine, process: ShellProcess): number | undefined {
  let text = ''
  for (;;) {
    const { text: line, end } = machine.read(process, 0, true)
    text += line
    if (text.trim() === '' && end && line === '') return process.status
    if (!line.endsWith('\n') && !end) {
      machine.unread(process, 0, text)
      prompt(machine, process, text !== '')
      throw new Blocked({ for: 'input', fd: 0, beyond: text.length })
    }
    delete process.prompted
    try {
      parseScript(text)
    } catch (error) {
      if (error instanceof SyntaxProblem && error.unfinished && !end) continue
      if (!(error instanceof SyntaxProblem)) throw error
      machine.complain(process, error.message)
      process.status = 2
      if (end) return 2
      text = ''
      continue
    }
    if (text.trim() === '') {
      text = ''
      continue
    }
    machine.pushScript(process, text, { kind: 'eval' })
    return undefined
  }
}

export function getopts(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const [, given, name] = words
  // A colon in front: the script itself says what is wrong.
  const quiet = given.startsWith(':')
  const spec = quiet ? given.slice(1) : given
  const args = words.length > 3 ? words.slice(3) : process.parameters.slice(1)
  const index = Number(process.variables['OPTIND']?.value ?? 1)
  const within = Number(process.variables['__OPTPOS']?.value ?? 1)
  const arg = args[index - 1]
  if (arg === undefined || !/^-./.test(arg) || arg === '--') {
    if (arg === '--') assign(machine, process, 'OPTIND', String(index + 1))
    assign(machine, process, name, '?')
    return 1
  }
  const letter = arg[within]
  const at = letter === ':' ? -1 : spec.indexOf(letter)
  const last = within + 1 >= arg.length
  let next = last ? index + 1 : index
  let found = letter
  let value: string | undefined
  if (at >= 0 && spec[at + 1] === ':') {
    value = last ? args[index] : arg.slice(within + 1)
    if (last) next = index + 2
    if (value === undefined) {
      found = quiet ? ':' : '?'
      value = quiet ? letter : undefined
      if (!quiet) optionProblem(machine, process, 'No arg for', letter)
    }
    assign(machine, process, '__OPTPOS', '1')
  } else assign(machine, process, '__OPTPOS', last ? '1' : String(within + 1))
  if (at < 0) {
    found = '?'
    value = quiet ? letter : undefined
    if (!quiet) optionProblem(machine, process, 'Illegal option', letter)
  }
  assign(machine, process, 'OPTIND', String(next))
  if (value === undefined) delete process.variables['OPTARG']
  else assign(machine, process, 'OPTARG', value)
  assign(machine, process, name, found)
  return 0
}

function optionProblem(machine: Machine, process: ShellProcess, what: string, letter: string): void {
  if (process.name.endsWith('bash'))
    machine.write(
      process,
      2,
      `${process.name}: ${what === 'Illegal option' ? 'illegal option' : 'option requires an argument'} -- ${letter}\n`,
    )
  else machine.write(process, 2, `${what} -${letter}${what === 'No arg for' ? ' option' : ''}\n`)
}
