// Evaluating bash's [[ ]]: patterns, regular expressions with BASH_REMATCH, arithmetic comparisons.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import { evaluate } from './arithmetic'
import type { Condition } from './ast'
import { type ExpansionContext, expandExpression, expandPattern, expandText } from './expand'
import type { Machine } from './machine'
import { classes, matches } from './pattern'
import type { ShellProcess } from './state'
import { fileTest } from './test-expression'
import { assignList, elementOf, keyOf } from './variables'

/** 0 true, 1 false, 2 malformed; and each test as `set -x` shows it. */
export function evaluateCondition(
  machine: Machine,
  process: ShellProcess,
  condition: Condition,
  context: ExpansionContext,
): { value: number; shown: string[] } {
  const shown: string[] = []
  let malformed = false
  const flags = process.shopts?.includes('nocasematch') ? 'i' : ''
  function holds(part: Condition): boolean {
    switch (part.type) {
      case 'and':
        return holds(part.left) && holds(part.right)
      case 'or':
        return holds(part.left) || holds(part.right)
      case 'not':
        return !holds(part.body)
      case 'unary': {
        const operand = expandText(part.word, context)
        shown.push(`${part.operator} ${operand || "''"}`)
        return unary(part.operator, operand)
      }
      case 'binary':
        return binary(part)
    }
  }
  function unary(operator: string, operand: string): boolean {
    if (operator === '-v') return isSet(machine, process, operand)
    if (operator === '-o') return optionIsSet(process, operand)
    return fileTest(machine, process, operator, operand)
  }
  function binary({ operator, left, right }: Extract<Condition, { type: 'binary' }>): boolean {
    const a = expandText(left, context)
    if (operator === '=~') {
      const source = expandExpression(right, context)
      shown.push(`${a} =~ ${source}`)
      return matchesExpression(a, source)
    }
    if (operator === '==' || operator === '=' || operator === '!=') {
      const pattern = expandPattern(right, context)
      shown.push(`${a || "''"} ${operator} ${pattern || "''"}`)
      return matches(pattern, a, flags) === (operator !== '!=')
    }
    const b = expandText(right, context)
    shown.push(`${a} ${operator} ${b}`)
    if (operator === '<') return a < b
    if (operator === '>') return a > b
    if (/^-(?:nt|ot|ef)$/.test(operator)) return fileTest(machine, process, operator, a, b)
    const [x, y] = [a, b].map((text) => evaluate(text, context.numbers, 'bash'))
    const order = x < y ? -1 : x > y ? 1 : 0
    return (
      { '-eq': order === 0, '-ne': order !== 0, '-lt': order < 0, '-le': order <= 0, '-gt': order > 0, '-ge': order >= 0 }[operator] ??
      false
    )
  }
  function matchesExpression(text: string, source: string): boolean {
    let expression: RegExp
    try {
      expression = new BoundedRegExp(
        source.replace(/\[:(\w+):\]/g, (whole) => classes(whole)),
        flags,
      )
    } catch {
      malformed = true
      return false
    }
    const found = expression.exec(text)
    assignList(machine, process, 'BASH_REMATCH', [{ values: [...(found ?? [])].map((t) => t ?? '') }], false)
    return found !== null
  }
  const value = holds(condition)
  return { value: malformed ? 2 : value ? 0 : 1, shown }
}

/** `-v name` and `-v name[key]`. */
export function isSet(machine: Machine, process: ShellProcess, text: string): boolean {
  const parts = /^([A-Za-z_]\w*)(?:\[(.*)\])?$/.exec(text)
  if (!parts) return /^\d+$/.test(text) && process.parameters[Number(text)] !== undefined
  const [, name, subscript] = parts
  if (subscript === '@' || subscript === '*') return Object.keys(process.variables[name]?.list ?? {}).length > 0
  if (subscript !== undefined) return elementOf(process, name, keyOf(machine, process, name, subscript)) !== undefined
  return elementOf(process, name, '0') !== undefined
}

/** Long names of the letters of `set`. */
export const OPTIONS: Record<string, string> = {
  allexport: 'a',
  errexit: 'e',
  noclobber: 'C',
  noglob: 'f',
  nounset: 'u',
  pipefail: 'p',
  verbose: 'v',
  xtrace: 'x',
}

export function optionIsSet(process: ShellProcess, name: string): boolean {
  return name in OPTIONS && process.options.includes(OPTIONS[name])
}
