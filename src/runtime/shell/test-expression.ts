// test and [, and the [[ of ash: conditions on files, texts and numbers.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import { isSet, optionIsSet } from './condition'
import type { Machine } from './machine'
import { classes, matches } from './pattern'
import type { ShellProcess } from './state'
import { allowed, READ, WRITE } from './user-files'

/** 0 true, 1 false, 2 malformed. */
export function evaluateTest(words: string[], machine: Machine, process: ShellProcess): number {
  const { dialect } = process
  const double = words[0] === '[['
  const complain = (message: string) => machine.complain(process, message, dialect === 'ash' ? undefined : words[0])
  let args = words.slice(1)
  if (words[0] === '[' || double) {
    if (args.at(-1) !== (double ? ']]' : ']')) {
      complain(dialect === 'bash' ? "missing `]'" : `missing ${double ? ']]' : ']'}`)
      return 2
    }
    args = args.slice(0, -1)
  }
  let at = 0
  let bad: string | undefined

  function or(): boolean {
    let value = and()
    while (args[at] === '-o' || args[at] === '||') {
      at++
      const right = and()
      value = value || right
    }
    return value
  }
  function and(): boolean {
    let value = not()
    while (args[at] === '-a' || args[at] === '&&') {
      at++
      const right = not()
      value = value && right
    }
    return value
  }
  function not(): boolean {
    if (args[at] === '!' && args.length - at > 1) {
      at++
      return !not()
    }
    return primary()
  }
  function primary(): boolean {
    const first = args[at++]
    if (first === undefined) return false
    if (first === '(' && args.indexOf(')', at) > 0 && !isBinary(args[at])) {
      const value = or()
      at++
      return value
    }
    if (isBinary(args[at]) && args[at + 1] !== undefined) {
      const operator = args[at]
      at += 2
      return binary(first, operator, args[at - 1])
    }
    if (/^-[a-zA-Z]$/.test(first) && args[at] !== undefined && args[at] !== ')') return unary(first, args[at++])
    return first !== ''
  }
  function unary(operator: string, operand: string): boolean {
    if (dialect === 'bash' && operator === '-v') return isSet(machine, process, operand)
    if (dialect === 'bash' && operator === '-o') return optionIsSet(process, operand)
    return fileTest(machine, process, operator, operand)
  }
  function number(text: string): number {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) bad ??= text
    return Number(text)
  }
  function binary(a: string, operator: string, b: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return double ? matches(b, a) : a === b
      case '!=':
        return double ? !matches(b, a) : a !== b
      case '=~':
        return new BoundedRegExp(b.replace(/\[:(\w+):\]/g, (whole) => classes(whole))).test(a)
      case '<':
        return a < b
      case '>':
        return a > b
      case '-eq':
        return number(a) === number(b)
      case '-ne':
        return number(a) !== number(b)
      case '-lt':
        return number(a) < number(b)
      case '-le':
        return number(a) <= number(b)
      case '-gt':
        return number(a) > number(b)
      case '-ge':
        return number(a) >= number(b)
      default:
        return fileTest(machine, process, operator, a, b)
    }
  }
  function isBinary(word: string | undefined): boolean {
    return word !== undefined && BINARY.test(word) && !(word === '==' && dialect === 'dash') && (word !== '=~' || double)
  }
  const value = or()
  if (bad !== undefined) {
    complain(
      dialect === 'bash' ? `${bad}: integer expression expected` : dialect === 'dash' ? `Illegal number: ${bad}` : `${bad}: bad number`,
    )
    return 2
  }
  if (at < args.length) {
    complain(leftText(dialect, args, at))
    return 2
  }
  return value ? 0 : 1
}

const BINARY = /^(?:==?|!=|=~|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/

/** What is said of words that make no expression. */
function leftText(dialect: ShellProcess['dialect'], args: string[], at: number): string {
  if (dialect === 'ash') return `${args[at]}: ${BINARY.test(args[at]) && at === args.length - 1 ? 'argument expected' : 'unknown operand'}`
  if (dialect === 'dash') return `${args[0]}: unexpected operator`
  if (args.length === 2) return `${args[0]}: unary operator expected`
  return args.length === 3 ? `${args[1]}: binary operator expected` : 'too many arguments'
}

/** A test of a file, a text or a descriptor; of two files with `b`. */
export function fileTest(machine: Machine, process: ShellProcess, operator: string, a: string, b?: string): boolean {
  const { files } = machine.host.context
  const path = machine.path(process, a)
  const exists = a !== '' && (files.exists(path) || DEVICES.test(path))
  if (b !== undefined) {
    const other = machine.path(process, b)
    if (operator === '-ef') return exists && path === other
    const [x, y] = [files.stat(path)?.changedAt ?? -1, files.stat(other)?.changedAt ?? -1]
    return operator === '-nt' ? x > y : x < y
  }
  switch (operator) {
    case '-n':
      return a !== ''
    case '-z':
      return a === ''
    case '-e':
    case '-a':
    case '-O':
    case '-G':
      return exists
    case '-f':
      return exists && !files.isDirectory(path) && !DEVICES.test(path)
    case '-d':
      return exists && files.isDirectory(path)
    case '-r':
      return exists && allowed(machine, path, READ)
    case '-w':
      return exists && !files.stat(path)?.readOnly && allowed(machine, path, WRITE)
    case '-x':
      return exists && (files.isDirectory(path) || ((files.stat(path)?.mode ?? 0) & 0o111) !== 0)
    case '-s':
      return exists && (files.isDirectory(path) || (files.read(path)?.length ?? 0) > 0)
    case '-L':
    case '-h':
      return files.stat(path)?.type === 'link'
    case '-c':
      return DEVICES.test(path)
    case '-t':
      return machine.isTerminal(process, Number(a))
    default:
      return false
  }
}

const DEVICES = /^\/dev\/(?:null|zero|full|random|urandom|tty|console|ptmx|std(?:in|out|err)|fd\/\d+)$/
