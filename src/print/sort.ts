// --sort-by: objects in the order of a field. Upstream: kubectl get/sorter.go, over Go's sort.Sort.
import type { KubeObject } from '../api/types'
import { CommandError } from '../errors'
import { goSort } from '../lib/go-sort'
import { quote } from '../lib/go-values'
import { JsonPath, relaxedJsonPath } from '../lib/jsonpath'
import { compareQuantities, parseQuantity, type Quantity } from '../lib/quantity'

interface Keyed {
  object: KubeObject
  /** The first value found; `found` tells null from none. */
  value: unknown
  found: boolean
}

/** The objects of a list by the field `path` (relaxed JSONPath). Throws CommandError, also when no object has the field. */
export function sortObjects<T extends KubeObject>(objects: T[], path: string): T[] {
  if (objects.length === 0) return objects
  const field = wrapped('', () => relaxedJsonPath(path))
  return sortBy(objects, field, '', OBJECTS) as T[]
}

/**
 * The rows of one table. A single row is not looked at; a failure leaves the table unprinted, so undefined is returned for it.
 */
export function sortRows<T extends KubeObject>(objects: T[], path: string): T[] | undefined {
  if (objects.length < 2) return objects
  try {
    return sortBy(objects, rowField(path), 'sorting error: ', ROWS) as T[]
  } catch (error) {
    if (error instanceof CommandError && !(error instanceof Unsortable)) return undefined
    throw error
  }
}

function rowField(path: string): string {
  try {
    return relaxedJsonPath(path)
  } catch {
    return path
  }
}

/** Where upstream gives up, in the log of its library: what is sorted, and the source line. */
interface Surrender {
  sorted: string
  place: string
}

const OBJECTS: Surrender = { sorted: '*unstructured.Unstructured', place: 'sorter.go:329' }
const ROWS: Surrender = { sorted: '[][][]reflect.Value', place: 'sorter.go:375' }

/** Values that have no order. */
export class Unsortable extends CommandError {
  constructor(
    message: string,
    readonly place: string,
  ) {
    super(message)
  }
}

function wrapped<T>(prefix: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new CommandError(prefix + (error as Error).message)
  }
}

function sortBy(objects: KubeObject[], field: string, prefix: string, surrender: Surrender): KubeObject[] {
  const path = wrapped(prefix, () => new JsonPath(field, { allowMissingKeys: true }))
  const keyed = objects.map((object) => keyOf(object, path))
  if (!keyed.some((entry) => entry.found)) {
    throw new CommandError(`couldn't find any field with path ${quote(field)} in the list of objects`)
  }
  const quantities = new Map<string, Quantity | undefined>()
  return goSort(keyed, (a, b) => less(a, b, field, { quantities, ...surrender })).map((entry) => entry.object)
}

function keyOf(object: KubeObject, path: JsonPath): Keyed {
  const results = wrapped('', () => path.find(object))
  const found = results.length > 0 && results[0].length > 0
  return { object, value: found ? results[0][0] : undefined, found }
}

/** Objects without the field come first, nulls next. */
function less(
  a: Keyed,
  b: Keyed,
  field: string,
  { quantities, sorted, place }: Surrender & { quantities: Map<string, Quantity | undefined> },
): boolean {
  if (!a.found) return true
  if (!b.found) return false
  if (a.value === null) return b.value !== null
  if (b.value === null) return false
  if (typeof a.value === 'string' && typeof b.value === 'string') return textLess(a.value, b.value, quantities)
  const numbers = typeof a.value === 'number' && typeof b.value === 'number'
  if (numbers && Number.isInteger(a.value) === Number.isInteger(b.value)) return (a.value as number) < (b.value as number)
  throw new Unsortable(`Field ${field} in ${sorted} is an unsortable type: interface, err: ${unsortable(a.value)}`, place)
}

function unsortable(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return 'unsortable interface: interface'
  if (typeof value === 'boolean') return 'unsortable type: bool'
  return `unsortable type: ${Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'}`
}

/** Two quantities compare by what they mean: 500m before 1, 64Mi before 1Gi. */
function textLess(a: string, b: string, quantities: Map<string, Quantity | undefined>): boolean {
  const left = quantity(a, quantities)
  const right = left && quantity(b, quantities)
  return left && right ? compareQuantities(left, right) < 0 : a < b
}

function quantity(text: string, known: Map<string, Quantity | undefined>): Quantity | undefined {
  if (known.has(text)) return known.get(text)
  let parsed: Quantity | undefined
  try {
    parsed = parseQuantity(text)
  } catch {
    parsed = undefined
  }
  known.set(text, parsed)
  return parsed
}
