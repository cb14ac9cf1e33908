// The functions awk brings along.
import { formatDate } from '../system'
import { AwkProblem, type Expression, type Target } from './ast'
import { pieces, regexOf } from './fields'
import type { AwkMachine } from './machine'
import { formatted, fromOutside, numberOf, type Value } from './values'

export function callBuiltin(machine: AwkMachine, name: string, args: Expression[]): Value {
  const value = (i: number): Value => (args[i] ? machine.evaluate(args[i]) : undefined)
  const text = (i: number) => machine.text(value(i))
  const number = (i: number) => numberOf(value(i))
  switch (name) {
    case 'length': {
      const [of] = args
      if (!of) return machine.text(machine.get(WHOLE)).length
      const cells = of.kind === 'variable' ? machine.cell(of.name).cells : undefined
      return cells ? cells.size : text(0).length
    }
    case 'substr':
      return substring(text(0), number(1), args[2] ? number(2) : Number.POSITIVE_INFINITY, machine.host.gnu)
    case 'index':
      return text(0).indexOf(text(1)) + 1
    case 'split': {
      const of = text(0)
      const separator = args[2] ? machine.regexSource(args[2]) : machine.text(machine.cell('FS').value)
      if (args[1]?.kind !== 'variable') throw new AwkProblem('Second argument of split must be an array')
      const cells = machine.array(args[1].name)
      cells.clear()
      const found = pieces(of, separator)
      for (const [i, piece] of found.entries()) cells.set(String(i + 1), fromOutside(piece))
      return found.length
    }
    case 'sub':
    case 'gsub':
      return substitute(machine, args, name === 'gsub')
    case 'match': {
      const match = regexOf(machine.regexSource(args[1])).exec(text(0))
      machine.cell('RSTART').value = match ? match.index + 1 : 0
      machine.cell('RLENGTH').value = match ? match[0].length : -1
      return match ? match.index + 1 : 0
    }
    case 'sprintf':
      return formatted(
        text(0),
        args.slice(1).map((a) => machine.evaluate(a)),
        machine.text(machine.cell('CONVFMT').value),
      )
    case 'tolower':
      return text(0).toLowerCase()
    case 'toupper':
      return text(0).toUpperCase()
    case 'int':
      return Math.trunc(number(0))
    case 'atan2':
      return Math.atan2(number(0), number(1))
    case 'rand':
      return random(machine)
    case 'srand': {
      const before = machine.seed
      machine.seed = args[0] ? number(0) : Math.floor(machine.host.now() / 1000)
      return before
    }
    case 'system':
      return machine.ask(text(0), false).status
    case 'close':
      return machine.close(text(0))
    case 'fflush':
      return 0
    case 'systime':
      return Math.floor(machine.host.now() / 1000)
    case 'strftime':
      return formatDate(args[1] ? number(1) * 1000 : machine.host.now(), args[0] ? text(0) : '%a %b %e %H:%M:%S %Z %Y')
    case 'and':
      return Number(BigInt.asUintN(64, big(number(0)) & big(number(1))))
    case 'or':
      return Number(BigInt.asUintN(64, big(number(0)) | big(number(1))))
    case 'xor':
      return Number(BigInt.asUintN(64, big(number(0)) ^ big(number(1))))
    case 'lshift':
      return Number(BigInt.asUintN(64, big(number(0)) << big(number(1))))
    case 'rshift':
      return Number(big(number(0)) >> big(number(1)))
    case 'compl':
      return Number(BigInt.asUintN(64, ~big(number(0))))
    case 'sin':
    case 'cos':
    case 'exp':
    case 'log':
    case 'sqrt':
      return Math[name](number(0))
  }
  throw new AwkProblem(`unknown function ${name}`)
}

const WHOLE: Target = { kind: 'field', index: { kind: 'number', value: 0 } }

function big(n: number): bigint {
  return BigInt(Math.trunc(n))
}

/** Positions count from 1 and may lie outside, where BusyBox begins at the first all the same; halves round to even. */
function substring(text: string, from: number, length: number, gnu: boolean): string {
  if (!gnu) from = Math.max(1, from)
  const start = rounded(from)
  const end = length === Number.POSITIVE_INFINITY ? text.length + 1 : start + rounded(length)
  return text.slice(Math.max(0, start - 1), Math.max(0, end - 1))
}

function rounded(n: number): number {
  const down = Math.floor(n)
  return n - down === 0.5 ? down + (down % 2) : Math.round(n)
}

function random(machine: AwkMachine): number {
  machine.seed = (Math.imul(machine.seed + 1, 1103515245) + 12345) & 0x7fffffff
  return machine.seed / 0x80000000
}

function substitute(machine: AwkMachine, args: Expression[], all: boolean): number {
  const regex = regexOf(machine.regexSource(args[0]))
  const by = machine.text(machine.evaluate(args[1]))
  const target = (args[2] ?? WHOLE) as Target
  const before = machine.text(machine.evaluate(target))
  let count = 0
  let out = ''
  let from = 0
  let end = -1
  for (let match = regex.exec(before); match; match = regex.exec(before)) {
    const [whole] = match
    // No empty match right behind another one.
    if (whole === '' && count > 0 && match.index === end) {
      regex.lastIndex++
      if (match.index >= before.length) break
      continue
    }
    out +=
      before.slice(from, match.index) +
      by.replace(/\\\\&|\\&|&|\\\\/g, (m) => (m === '&' ? whole : m === '\\&' ? '&' : m === '\\\\&' ? `\\${whole}` : '\\'))
    from = match.index + whole.length
    end = from
    count++
    if (!all) break
    if (whole === '') regex.lastIndex++
    if (regex.lastIndex > before.length) break
  }
  out += before.slice(from)
  if (count > 0 && ['variable', 'field', 'element'].includes(target.kind)) machine.set(target, out)
  return count
}
