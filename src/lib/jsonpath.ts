// kubectl's JSONPath: templates over JSON data, as k8s.io/client-go/util/jsonpath evaluates and prints them.
import { entries, formatV, GoByte, GoFloat, typeName } from './go-values'
import { toCompactJson, toIndentedJson } from './json-emit'
import { type Param, parseJsonPath, type Step } from './jsonpath-parse'

export interface JsonPathOptions {
  /** A field that is missing is no result instead of an error. */
  allowMissingKeys?: boolean
  /** Every action's results as a JSON array, four spaces a level (`-o jsonpath-as-json`). */
  outputJson?: boolean
}

/** Results so far travel with an error: a filter that only asks for existence looks at them. */
class PathError extends Error {
  constructor(
    message: string,
    readonly partial: unknown[],
  ) {
    super(message)
  }
}

/** A parsed template; throws Error with upstream's words from parsing and from evaluating. */
export class JsonPath {
  private readonly steps: Step[]
  private from = 0
  private pendingRanges = 0
  private openRanges = 0
  private endedRanges = 0
  private lastEnd = -1

  constructor(
    text: string,
    private readonly options: JsonPathOptions = {},
  ) {
    this.steps = parseJsonPath(text)
  }

  /** The text of the template for this data. */
  print(data: unknown): string {
    return this.find(data)
      .map((results) => this.printResults(results))
      .join('')
  }

  /** The values each action and each text of the template found, in order. Upstream: FindResults. */
  find(data: unknown): unknown[][] {
    const found: unknown[][] = []
    const first = this.from
    for (let i = first; i < this.steps.length; i++) {
      const results = this.walk([data], this.steps[i])
      if (this.endedRanges > 0 && this.endedRanges <= this.openRanges) {
        this.endedRanges--
        this.lastEnd = i
        break
      }
      if (this.pendingRanges > 0) {
        found.push(...this.findInRange(results, i + 1))
        if (this.lastEnd > i) i = this.lastEnd
        continue
      }
      found.push(results)
    }
    return found
  }

  /** Plays what follows a `range` for each of its values; without any it is played for nothing, to find its end. */
  private findInRange(values: unknown[], from: number): unknown[][] {
    this.pendingRanges--
    this.openRanges++
    const found: unknown[][] = []
    for (const value of values) {
      this.from = from
      found.push(...this.find(value))
    }
    if (values.length === 0) {
      this.from = from
      this.find(undefined)
    }
    this.openRanges--
    return found
  }

  private printResults(results: unknown[]): string {
    if (this.options.outputJson) return `${toIndentedJson(results.map(toPlain), '    ')}\n`
    return results.map(printValue).join(' ')
  }

  private walk(input: unknown[], step: Step): unknown[] {
    switch (step.type) {
      case 'list':
        return this.walkAll(input, step.steps)
      case 'text':
        return [step.text]
      case 'field':
        return this.field(input, step.name)
      case 'array':
        return sliceArrays(input, step.params)
      case 'filter':
        return this.filter(input, step)
      case 'int':
      case 'bool':
        return input.map(() => step.value)
      case 'float':
        return input.map(() => new GoFloat(step.value))
      case 'wildcard':
        return input.flatMap(children)
      case 'recursive':
        return input.flatMap(descendants)
      case 'union':
        return this.union(input, step.lists)
      case 'identifier':
        return this.identifier(input, step.name)
    }
  }

  private walkAll(input: unknown[], steps: Step[]): unknown[] {
    return steps.reduce((values, step) => this.walk(values, step), input)
  }

  private identifier(input: unknown[], name: string): unknown[] {
    if (name === 'range') {
      this.pendingRanges++
      return input
    }
    if (name !== 'end') throw new PathError(`unrecognized identifier ${name}`, input)
    if (this.openRanges === 0) throw new PathError('not in range, nothing to end', [])
    this.endedRanges++
    return []
  }

  private field(input: unknown[], name: string): unknown[] {
    const results = input.filter((value) => hasOwn(value, name)).map((value) => (value as Record<string, unknown>)[name])
    if (results.length === 0 && input.length > 0 && !this.options.allowMissingKeys) throw new PathError(`${name} is not found`, [])
    return results
  }

  private union(input: unknown[], lists: Step[][]): unknown[] {
    try {
      return lists.flatMap((steps) => this.walkAll(input, steps))
    } catch (error) {
      throw error instanceof PathError ? new PathError(error.message, input) : error
    }
  }

  private filter(input: unknown[], step: Step & { type: 'filter' }): unknown[] {
    const results: unknown[] = []
    for (const value of input) {
      if (!Array.isArray(value)) {
        const shown = value === undefined ? '<invalid reflect.Value>' : formatV(value)
        throw new PathError(`${shown} is not array or slice and cannot be filtered`, input)
      }
      for (const item of value) if (this.passes(item, step, input)) results.push(item)
    }
    return results
  }

  private passes(item: unknown, step: Step & { type: 'filter' }, input: unknown[]): boolean {
    if (step.operator === 'exists') return this.tryWalk([item], step.left).length > 0
    const left = this.operand(item, step.left, input)
    if (left.length === 0) return false
    const right = this.operand(item, step.right, input)
    return right.length > 0 && compare(step.operator, left[0], right[0])
  }

  private tryWalk(input: unknown[], steps: Step[]): unknown[] {
    try {
      return this.walkAll(input, steps)
    } catch (error) {
      if (error instanceof PathError) return error.partial
      throw error
    }
  }

  private operand(item: unknown, steps: Step[], input: unknown[]): unknown[] {
    let values: unknown[]
    try {
      values = this.walkAll([item], steps)
    } catch (error) {
      throw error instanceof PathError ? new PathError(error.message, input) : error
    }
    if (values.length > 1) throw new PathError('can only compare one element at a time', input)
    return values
  }
}

function hasOwn(value: unknown, name: string): boolean {
  return isMap(value) && Object.hasOwn(value, name) && value[name] !== undefined
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof GoFloat || value instanceof GoByte)
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return Array.from(new TextEncoder().encode(value), (byte) => new GoByte(byte))
  return isMap(value) ? entries(value).map(([, member]) => member) : []
}

/** The value and all below it that have parts, parents first. */
function descendants(value: unknown): unknown[] {
  const parts = children(value)
  return parts.length === 0 ? [] : [value, ...parts.flatMap(descendants)]
}

function sliceArrays(input: unknown[], params: [Param, Param, Param]): unknown[] {
  const results: unknown[] = []
  for (const value of input) {
    if (value === null || value === undefined) continue
    if (!Array.isArray(value)) throw new PathError(`${typeName(value)} is not array or slice`, input)
    const bounds = sliceBounds(params, value.length, input)
    if (!bounds) return results
    const step = params[2].known ? params[2].value : 1
    if (step <= 0) throw new PathError('step must be > 0', input)
    for (let i = bounds[0]; i < bounds[1]; i += step) results.push(value[i])
  }
  return results
}

/** Start and end of a slice; undefined when no element is asked for. */
function sliceBounds([from, to]: Param[], length: number, input: unknown[]): [number, number] | undefined {
  let start = from.known ? from.value : 0
  if (start < 0) start += length
  let end = to.known ? to.value : length
  if (end < 0 || (end === 0 && to.derived)) end += length
  if (start === end) return undefined
  const outOfBounds = (index: number) => new PathError(`array index out of bounds: index ${index}, length ${length}`, input)
  if (start >= length || start < 0) throw outOfBounds(start)
  if (end > length || end < 0) throw outOfBounds(end - 1)
  if (start > end) throw new PathError(`starting index ${start} is greater than ending index ${end}`, input)
  return [start, end]
}

function printValue(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return '<no value>'
  return Array.isArray(value) || isMap(value) ? toCompactJson(value) : formatV(value)
}

function toPlain(value: unknown): unknown {
  return value instanceof GoFloat || value instanceof GoByte ? value.value : value
}

type Comparable = { kind: 'bool' | 'int' | 'uint' | 'float' | 'string'; value: boolean | number | string }

function comparable(value: unknown): Comparable {
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'string') return { kind: 'string', value }
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float', value }
  if (value instanceof GoFloat) return { kind: 'float', value: value.value }
  if (value instanceof GoByte) return { kind: 'uint', value: value.value }
  throw new PathError('invalid type for comparison', [])
}

function compare(operator: string, leftValue: unknown, rightValue: unknown): boolean {
  if (!['<', '>', '==', '!=', '<=', '>='].includes(operator)) throw new PathError(`unrecognized filter operator ${operator}`, [])
  const left = comparable(leftValue)
  const right = comparable(rightValue)
  const integers = [left, right].every(({ kind }) => kind === 'int' || kind === 'uint')
  if (left.kind !== right.kind && !integers) throw new PathError('incompatible types for comparison', [])
  if (operator === '==') return left.value === right.value
  if (operator === '!=') return left.value !== right.value
  if (left.kind === 'bool') throw new PathError('invalid type for comparison', [])
  if (operator === '<') return left.value < right.value
  if (operator === '>') return left.value > right.value
  return operator === '<=' ? left.value <= right.value : left.value >= right.value
}

/**
 * `metadata.name`, `.metadata.name`, `{metadata.name}` and `{.metadata.name}` as the last of them, for --sort-by,
 * custom columns and wait. An empty text stays empty. Upstream: kubectl get/customcolumn.go RelaxedJSONPathExpression.
 */
export function relaxedJsonPath(text: string): string {
  if (text === '') return ''
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text)
  if (match) return `{.${match[1] ?? match[2]}}`
  throw new Error("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'")
}
