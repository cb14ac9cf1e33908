// Builtins that take input apart: read, mapfile, getopts, and the loop of a shell that reads commands from standard input.
import { syntaxComplaint } from '../complaints'
import { Blocked, type Machine } from '../machine'
import { parseScript } from '../parser'
import type { Frame, ShellProcess } from '../state'
import { assign, assignList, parameter } from '../variables'
import { badOption } from './type'

interface ReadOptions {
  raw: boolean
  list?: string
  prompt?: string
  /** Characters to read; `exact`: separators do not end it. */
  count?: number
  exact?: boolean
  until: string
  /** Seconds. */
  timeout?: number
  fd: number
  names: string[]
}

const VALUED = { bash: 'adinNptu', ash: 'pntud', dash: 'p' }
const FLAGS = { bash: 'ers', ash: 'rs', dash: 'r' }

/** The options of read; a letter that the shell does not know as text. */
function readOptions(words: string[], dialect: ShellProcess['dialect']): ReadOptions | string {
  const options: ReadOptions = { raw: false, until: '\n', fd: 0, names: [] }
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (let at = 1; at < words[i].length; at++) {
      const letter = words[i][at]
      if (FLAGS[dialect].includes(letter)) {
        if (letter === 'r') options.raw = true
        continue
      }
      if (!VALUED[dialect].includes(letter)) return `-${letter}`
      const value = at + 1 < words[i].length ? words[i].slice(at + 1) : (words[++i] ?? '')
      if (letter === 'a') options.list = value
      else if (letter === 'p') options.prompt = value
      else if (letter === 'n' || letter === 'N') {
        options.count = Number(value)
        options.exact = letter === 'N'
      } else if (letter === 'd') options.until = value === '' ? '\0' : value[0]
      else if (letter === 't') options.timeout = Number(value)
      else if (letter === 'u') options.fd = Number(value)
      break
    }
  }
  options.names = words.slice(i)
  return options
}

const READ_USAGE = 'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]'

export function read(machine: Machine, process: ShellProcess, frame: Frame, words: string[], assigned: Record<string, string>): number {
  const { dialect } = process
  const options = readOptions(words, dialect)
  if (typeof options === 'string') return badOption(machine, process, 'read', options, READ_USAGE)
  const bad = options.names.find((name) => !/^[A-Za-z_]\w*(?:\[.*\])?$/.test(name))
  if (bad !== undefined) {
    machine.complain(process, dialect === 'bash' ? `\`${bad}': not a valid identifier` : `${bad}: bad variable name`, 'read')
    return dialect === 'bash' ? 1 : 2
  }
  if (dialect === 'dash' && options.names.length === 0) {
    machine.complain(process, 'arg count', 'read')
    return 2
  }
  if (frame.begun === undefined) {
    frame.begun = machine.now
    if (options.prompt !== undefined && machine.isTerminal(process, 0)) machine.write(process, 2, options.prompt)
  }
  const taken = takeText(machine, process, frame, options)
  const text = options.raw ? taken.text : taken.text.replace(/\\\n/g, '').replace(/\\([\s\S])/g, '$1')
  const ifs = options.exact ? '' : (assigned['IFS'] ?? process.variables['IFS']?.value ?? ' \t\n')
  if (options.list !== undefined) assignList(machine, process, options.list, [{ values: fieldsOf(text, ifs) }], false)
  else giveFields(machine, process, text, ifs, options.names)
  return taken.status
}

/** What read takes from its descriptor, without the separator; throws Blocked until it has come. */
function takeText(machine: Machine, process: ShellProcess, frame: Frame, options: ReadOptions): { text: string; status: number } {
  const { fd, until, count, exact, timeout } = options
  let text = ''
  let ended = false
  for (;;) {
    const got = machine.read(process, fd, !exact, until)
    text += got.text
    ended = got.end
    // A backslash before the newline joins the lines.
    const joined = !options.raw && until === '\n' && /(?<!\\)(?:\\\\)*\\\n$/.test(text)
    if (joined && !ended) continue
    break
  }
  if (count !== undefined && text.length >= count && !(text.endsWith(until) && text.length === count + 1 && !exact)) {
    machine.unread(process, fd, text.slice(count))
    return { text: text.slice(0, count).replace(exact ? /$^/ : until, ''), status: 0 }
  }
  if (!exact && text.endsWith(until)) return { text: text.slice(0, -1), status: 0 }
  if (ended) return { text, status: 1 }
  const late = timeout === undefined ? undefined : frame.begun! + timeout * 1000
  if (late !== undefined && machine.now >= late) return { text, status: process.dialect === 'bash' ? 142 : 1 }
  machine.unread(process, fd, text)
  throw new Blocked({ for: 'input', fd, beyond: text.length, ...(late === undefined ? {} : { at: late }) })
}

function fieldsOf(text: string, ifs: string): string[] {
  const space = [...ifs].filter((c) => ' \t\n'.includes(c)).join('')
  const out: string[] = []
  let rest = trimmed(text, space)
  while (rest !== '') {
    let n = 0
    while (n < rest.length && !ifs.includes(rest[n])) n++
    out.push(rest.slice(0, n))
    rest = trimmed(rest.slice(n), space)
    if (rest !== '' && ifs.includes(rest[0]) && n < text.length) rest = trimmed(rest.slice(1), space)
  }
  return out
}

/** The first names get a field each, the last one what is left. */
function giveFields(machine: Machine, process: ShellProcess, text: string, ifs: string, names: string[]): void {
  const space = [...ifs].filter((c) => ' \t\n'.includes(c)).join('')
  if (names.length === 0) {
    assign(machine, process, 'REPLY', process.dialect === 'bash' ? text : trimmed(text, space))
    return
  }
  let rest = trimmed(text, space)
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1) {
      // A single separator at the end belongs to the field before it.
      const last =
        rest.length > 0 &&
        ifs.includes(rest.at(-1)!) &&
        !space.includes(rest.at(-1)!) &&
        ![...rest.slice(0, -1)].some((c) => ifs.includes(c))
      assign(machine, process, name, last ? rest.slice(0, -1) : rest)
      return
    }
    let n = 0
    while (n < rest.length && !ifs.includes(rest[n])) n++
    assign(machine, process, name, rest.slice(0, n))
    rest = trimmed(rest.slice(n), space)
    if (rest !== '' && ifs.includes(rest[0])) rest = trimmed(rest.slice(1), space)
  }
}

export function mapfile(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const values: Record<string, string> = {}
  let strip = false
  let name = 'MAPFILE'
  for (let i = 1; i < words.length; i++) {
    const letters = /^-([a-zA-Z]+)$/.exec(words[i])?.[1]
    if (letters === undefined) name = words[i]
    else if (letters.startsWith('t')) strip = true
    else if ('cCdnOsu'.includes(letters[0])) values[letters[0]] = letters.length > 1 ? letters.slice(1) : (words[++i] ?? '')
    else
      return badOption(
        machine,
        process,
        words[0],
        `-${letters[0]}`,
        `${words[0]} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]`,
      )
  }
  const fd = Number(values['u'] ?? 0)
  const { text, end } = machine.read(process, fd)
  if (!end) {
    machine.unread(process, fd, text)
    throw new Blocked({ for: 'input', fd, beyond: text.length })
  }
  const delimiter = values['d'] === undefined ? '\n' : (values['d'][0] ?? '\0')
  const pieces = text.split(delimiter)
  const last = pieces.pop()!
  const lines = [...pieces.map((piece) => (strip ? piece : piece + delimiter)), ...(last === '' ? [] : [last])].slice(
    Number(values['s'] ?? 0),
  )
  const count = Number(values['n'] ?? 0)
  const kept = count > 0 ? lines.slice(0, count) : lines
  const from = Number(values['O'] ?? 0)
  const elements = kept.map((line, i) => ({ key: String(from + i), values: [line] }))
  return assignList(machine, process, name, elements, values['O'] !== undefined) ? 0 : 1
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
  const host = (machine.host.context.files.read('/etc/hostname') ?? '').trim()
  const first = { bash: `root@${host}:${directory}# `, dash: '# ', ash: `${directory} # ` }[process.dialect]
  machine.write(process, 2, more ? '> ' : first)
}

/** A line of commands. ash and dash take what there is of a file or a pipe at once: what they run does not see it. */
function commandLine(machine: Machine, process: ShellProcess): { text: string; end: boolean } {
  if (process.dialect === 'bash' || machine.isTerminal(process, 0)) return machine.read(process, 0, true)
  const { text, end } = machine.read(process, 0)
  const all = (process.ahead ?? '') + text
  const newline = all.indexOf('\n')
  const line = newline < 0 ? all : all.slice(0, newline + 1)
  process.ahead = all.slice(line.length)
  return { text: line, end: end && process.ahead === '' }
}

/** Reads and runs commands from standard input, one line (or as many as they need) at a time. */
export function readCommands(machine: Machine, process: ShellProcess): number | undefined {
  let text = ''
  for (;;) {
    const { text: line, end } = commandLine(machine, process)
    text += line
    if (text.trim() === '' && end && line === '') return process.status
    if (!line.endsWith('\n') && !end) {
      if (process.ahead === undefined) machine.unread(process, 0, text)
      else process.ahead = text
      prompt(machine, process, text !== '')
      throw new Blocked({ for: 'input', fd: 0, beyond: process.ahead === undefined ? text.length : 0 })
    }
    delete process.prompted
    const { problem, open } = parseScript(text, process.dialect)
    if ((problem?.unfinished || (open && !problem) || /(?<!\\)(?:\\\\)*\\\n$/.test(text)) && !end) continue
    if (problem) {
      machine.write(process, 2, syntaxComplaint(process, problem))
      process.status = 2
      if (end || !process.options.includes('i')) {
        machine.end(process, 2)
        return undefined
      }
      text = ''
      continue
    }
    if (text.trim() === '') {
      process.taken = { before: process.taken?.before ?? 0, lines: (process.taken?.lines ?? 0) + 1 }
      text = ''
      continue
    }
    const before = process.taken?.lines ?? 0
    process.taken = { before, lines: before + text.split('\n').length - (text.endsWith('\n') ? 1 : 0) }
    machine.pushScript(process, text, { kind: 'eval' })
    return undefined
  }
}

export function getopts(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const [, given, name] = words
  if (name === undefined) {
    const usages = {
      bash: 'getopts: usage: getopts optstring name [arg ...]',
      dash: 'Usage: getopts optstring var [arg...]',
      ash: 'usage: getopts optstring var [arg]',
    }
    if (process.dialect === 'bash') machine.write(process, 2, `${usages.bash}\n`)
    else machine.complain(process, usages[process.dialect], 'getopts')
    return 2
  }
  // A colon in front: the script itself says what is wrong.
  const quiet = given.startsWith(':')
  const spec = quiet ? given.slice(1) : given
  const args = words.length > 3 ? words.slice(3) : process.parameters.slice(1)
  const index = Number(parameter(machine, process, 'OPTIND') ?? 1)
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
    if (last) next = value === undefined ? index + 1 : index + 2
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
  if (process.dialect === 'bash')
    machine.write(
      process,
      2,
      `${process.name}: ${what === 'Illegal option' ? 'illegal option' : 'option requires an argument'} -- ${letter}\n`,
    )
  else machine.write(process, 2, `${what} -${letter}${what === 'No arg for' ? ' option' : ''}\n`)
}
