// JSON patch (RFC 6902) with the behaviour and the sentences of evanphx/json-patch v4, which the API server and kubectl use.
import type { Json } from '../../api/types'
import { deepEqual, fieldOf, has, isObject, type JsonObject, PatchError, setField } from './value'

export interface PatchOperation {
  op?: unknown
  path?: unknown
  from?: unknown
  value?: Json
}

const MISSING = 'missing value'
/** What all copies of one patch may add, as the API server bounds them, bytes of JSON. */
const MOST_COPIED = 3 * 1024 * 1024
const BAD_INDEX = 'invalid index referenced'

/** A container of the document, copied before it is written to so that the caller's document stays as it was. */
type Container = JsonObject | Json[]

function fail(message: string): never {
  throw new PatchError(message, 'unprocessable')
}

function wrap<T>(prefix: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof PatchError) throw new PatchError(`${prefix}: ${error.message}`, error.kind)
    throw error
  }
}

function decodeKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** strconv.Atoi. */
function parseIndex(key: string): number {
  if (!/^[+-]?[0-9]+$/.test(key)) fail(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`)
  return Number(key)
}

/** The index in a list of `length`; negative ones count from its end. */
function checkIndex(index: number, length: number): number {
  if (index >= length || index < -length) fail(`Unable to access invalid index: ${index}: ${BAD_INDEX}`)
  return index < 0 ? index + length : index
}

function getFrom(container: Container, key: string): Json | undefined {
  return Array.isArray(container) ? container[checkIndex(parseIndex(key), container.length)] : fieldOf(container, key)
}

function addTo(container: Container, key: string, value: Json): void {
  if (!Array.isArray(container)) {
    setField(container, key, value)
  } else if (key === '-') {
    container.push(value)
  } else {
    const index = wrap(`value was not a proper array index: '${key}'`, () => parseIndex(key))
    container.splice(checkIndex(index, container.length + 1), 0, value)
  }
}

function removeFrom(container: Container, key: string): void {
  if (Array.isArray(container)) {
    container.splice(checkIndex(parseIndex(key), container.length), 1)
  } else {
    if (!has(container, key)) fail(`Unable to remove nonexistent key: ${key}: ${MISSING}`)
    delete container[key]
  }
}

class Document {
  private copied = 0

  constructor(private root: Container) {}

  get value(): Json {
    return this.root
  }

  /** The container the pointer's last part is in, and that part; undefined when the way there is missing. */
  private find(pointer: string): [Container, string] | undefined {
    const parts = pointer.split('/')
    if (parts.length < 2) return undefined
    let container: Container = this.root
    for (const part of parts.slice(1, -1)) {
      let next: Json | undefined
      try {
        next = getFrom(container, decodeKey(part))
      } catch {
        return undefined
      }
      if (!Array.isArray(next) && !isObject(next)) return undefined
      container = next
    }
    return [container, decodeKey(parts[parts.length - 1])]
  }

  apply(operation: PatchOperation): void {
    const { op } = operation
    if (op === 'add') this.add(operation)
    else if (op === 'remove') this.remove(operation)
    else if (op === 'replace') this.replace(operation)
    else if (op === 'move') this.move(operation)
    else if (op === 'copy') this.copy(operation)
    else if (op === 'test') this.test(operation)
    else fail(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`)
  }

  private add(operation: PatchOperation): void {
    const path = pathOf(operation, 'add operation failed to decode path')
    const found = this.find(path) ?? fail(`add operation does not apply: doc is missing path: "${path}": ${MISSING}`)
    wrap(`error in add for path: '${path}'`, () => addTo(found[0], found[1], valueIn(operation)))
  }

  private remove(operation: PatchOperation): void {
    const path = pathOf(operation, 'remove operation failed to decode path')
    const found = this.find(path) ?? fail(`remove operation does not apply: doc is missing path: "${path}": ${MISSING}`)
    wrap(`error in remove for path: '${path}'`, () => removeFrom(found[0], found[1]))
  }

  private replace(operation: PatchOperation): void {
    const path = pathOf(operation, 'replace operation failed to decode path: operation missing path field')
    const value = valueIn(operation)
    if (path === '') {
      if (!isObject(value) && !Array.isArray(value)) fail('replace operation value must be object or array')
      this.root = value
      return
    }
    const [container, key] = this.find(path) ?? fail(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`)
    try {
      getFrom(container, key)
    } catch {
      fail(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`)
    }
    if (Array.isArray(container)) container[checkIndex(parseIndex(key), container.length)] = value
    else setField(container, key, value)
  }

  private take(operation: PatchOperation, verb: 'move' | 'copy'): [Json, Container, string] {
    const from = operation.from
    if (typeof from !== 'string') fail(`${verb} operation failed to decode from: operation, missing from field: ${MISSING}`)
    const [container, key] = this.find(from) ?? fail(`${verb} operation does not apply: doc is missing from path: ${from}: ${MISSING}`)
    const prefix = verb === 'move' ? `error in move for path: '${key}'` : `error in copy for from: '${from}'`
    return [wrap(prefix, () => getFrom(container, key)) ?? null, container, key]
  }

  private move(operation: PatchOperation): void {
    const [value, container, key] = this.take(operation, 'move')
    wrap(`error in move for path: '${key}'`, () => removeFrom(container, key))
    this.put(operation, 'move', value, (path) => `error in move for path: '${path}'`)
  }

  private copy(operation: PatchOperation): void {
    const [value] = this.take(operation, 'copy')
    this.copied += JSON.stringify(value).length
    if (this.copied > MOST_COPIED)
      fail(`Unable to complete the copy, the accumulated size increase of copy is ${this.copied}, exceeding the limit ${MOST_COPIED}`)
    this.put(operation, 'copy', structuredClone(value), () => 'error while adding value during copy')
  }

  private put(operation: PatchOperation, verb: 'move' | 'copy', value: Json, prefix: (path: string) => string): void {
    const path = pathOf(operation, `${verb} operation failed to decode path`)
    const found = this.find(path) ?? fail(`${verb} operation does not apply: doc is missing destination path: ${path}: ${MISSING}`)
    wrap(prefix(path), () => addTo(found[0], found[1], value))
  }

  private test(operation: PatchOperation): void {
    const path = pathOf(operation, 'test operation failed to decode path: operation missing path field')
    const expected = operation.value ?? null
    if (path === '') {
      if (!deepEqual(this.root, expected)) fail(`testing value ${path} failed: test failed`)
      return
    }
    const found = this.find(path) ?? fail(`test operation does not apply: is missing path: ${path}: ${MISSING}`)
    const actual = wrap(`error in test for path: '${path}'`, () => getFrom(found[0], found[1])) ?? null
    if (!deepEqual(actual, expected)) fail(`testing value ${path} failed: test failed`)
  }
}

function pathOf(operation: PatchOperation, failure: string): string {
  return typeof operation.path === 'string' ? operation.path : fail(`${failure}: ${MISSING}`)
}

function valueIn(operation: PatchOperation): Json {
  return operation.value === undefined ? null : structuredClone(operation.value)
}

/** Applies the operations one after the other to a copy of `document`. Throws PatchError; nothing is applied then. */
export function jsonPatch(document: Json, operations: PatchOperation[]): Json {
  const copy = structuredClone(document)
  if (!isObject(copy) && !Array.isArray(copy)) fail('invalid state detected')
  const target = new Document(copy)
  for (const operation of operations) target.apply(operation)
  return target.value
}
