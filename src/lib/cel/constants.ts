// What is worked out of an expression before it is ever asked: conversions of constants. Upstream: cel-go interpreter/decorators.go.
import { type Expr, partsOf } from './expand'
import { callFunction } from './functions'
import { CelError } from './values'

const CONVERSIONS = ['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']

/** Why a conversion of a constant fails, in cel-go's words; undefined when none does. */
export function failingConstant(expr: Expr): string | undefined {
  for (const part of partsOf(expr)) {
    const failed = failingConstant(part)
    if (failed !== undefined) return failed
  }
  if (expr.is !== 'call' || expr.target || !CONVERSIONS.includes(expr.name)) return undefined
  const [argument] = expr.args
  if (expr.args.length !== 1 || argument.is !== 'literal') return undefined
  try {
    callFunction(expr.name, [argument.value])
    return undefined
  } catch (error) {
    if (error instanceof CelError) return error.message
    throw error
  }
}
