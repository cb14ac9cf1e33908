// test, [ and [[: conditions on files, texts and numbers.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import type { Machine } from './machine'
import { matches } from './pattern'
import type { ShellProcess } from './state'

/** 0 true, 1 false, 2 malformed. */
export function evaluateTest(words: string[], machine: Machine, process: ShellProcess): number {
  const double = words[0] === '[['
  let args = words.slice(1)
  if (words[0] === '[' || double) {
    if (args.at(-1) !== (double ? ']]' : ']')) {
      machine.complain(process, words[0] === '[' ? '[: missing ]' : 'syntax error: missing ]]')
      return 2
    }
    args = args.slice(0, -1)
  }
  const { files } = machine.host.context
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
    const path = machine.path(process, operand)
    switch (operator) {
      case '-n':
        return operand !== ''
      case '-z':
        return operand === ''
      case '-e':
      case '-a':
        return operand !== '' && files.exists(path)
      case '-f':
        return operand !== '' && files.exists(path) && !files.isDirectory(path)
      case '-d':
        return operand !== '' && files.isDirectory(path)
      case '-r':
      case '-O':
      case '-G':
        return operand !== '' && files.exists(path)
      case '-w':
        return operand !== '' && files.exists(path) && !files.stat(path)?.readOnly
      case '-x':
        return operand !== '' && files.exists(path) && (files.isDirectory(path) || ((files.stat(path)?.mode ?? 0) & 0o111) !== 0)
      case '-s':
        return operand !== '' && (files.read(path)?.length ?? 0) > 0
      case '-L':
      case '-h':
        return files.stat(path)?.type === 'link'
      case '-t':
        return machine.isTerminal(process, Number(operand))
      case '-v':
        return process.variables[operand] !== undefined
      default:
        return false
    }
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
        return new BoundedRegExp(
          b.replace(
            /\[\[:(\w+):\]\]/g,
            (_, n: string) => ({ digit: '\\d', space: '\\s', alpha: '[A-Za-z]', alnum: '[A-Za-z0-9]' })[n] ?? '.',
          ),
        ).test(a)
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
      default: {
        const [x, y] = [files.stat(machine.path(process, a))?.changedAt ?? 0, files.stat(machine.path(process, b))?.changedAt ?? 0]
        return operator === '-nt' ? x > y : operator === '-ot' ? x < y : machine.path(process, a) === machine.path(process, b)
      }
    }
  }
  const value = or()
  if (bad !== undefined) {
    machine.complain(process, machine.host.image.userland === 'debian' ? `${words[0]}: Illegal number: ${bad}` : `${bad}: bad number`)
    return 2
  }
  if (at < args.length) {
    machine.complain(process, `${words[0]}: ${args[at]}: unexpected operator`)
    return 2
  }
  return value ? 0 : 1
}

function isBinary(word: string | undefined): boolean {
  return word !== undefined && /^(?:==?|!=|=~|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/.test(word)
}
