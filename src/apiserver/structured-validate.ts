// Does an applied configuration fit its kind's structure? The complaints of structured-merge-diff's typed/validate.go.
import type { Json } from '../api/types'
import { fieldElement, formatPath } from '../lib/field-set'
import { goText, isObject } from '../lib/patch/value'
import type { Shape } from '../schema/shape'
import { itemElement, StructureError } from './structured-merge'

function goKind(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** Go's %#v of a decoded value; maps in the order of their keys. */
function goSyntax(value: Json): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return value === null ? 'interface {}(nil)' : typeof value === 'string' ? JSON.stringify(value) : goText(value)
  const keys = Object.keys(value).sort()
  return `map[string]interface {}{${keys.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`
}

/** What stands where a scalar is wanted, as the complaint shows it. */
function shown(expected: string, value: Json): string {
  if (expected.startsWith('expected numeric')) return goKind(value)
  return expected === 'expected string' ? `&value.valueUnstructured{Value:${goSyntax(value)}}` : `&{${goText(value)}}`
}

function validate(value: Json, shape: Shape, path: string[], errors: string[]): void {
  if (value === null || shape.kind === 'any') return
  const complain = (message: string) => errors.push(`${formatPath(path)}: ${message}`)
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) complain(`expected list, got &{${goText(value)}}`)
    else validateItems(value, shape, path, errors)
  } else if (shape.kind === 'map') {
    if (!isObject(value)) {
      complain(`expected map, got &{${goText(value)}}`)
      return
    }
    for (const key of Object.keys(value)) {
      const field = shape.field(key)
      const inner = [...path, fieldElement(key)]
      if (!field) {
        // What comes after it is not looked at.
        errors.push(`${formatPath(inner)}: field not declared in schema`)
        return
      }
      validate(value[key], field.shape, inner, errors)
    }
  } else {
    const expected = scalarComplaint(shape.type, value)
    if (expected) complain(`${expected}, got ${shown(expected, value)}`)
  }
}

function validateItems(list: Json[], shape: Extract<Shape, { kind: 'list' }>, path: string[], errors: string[]): void {
  const seen = new Set<string>()
  for (const [i, item] of list.entries()) {
    let element = `i:${i}`
    if (shape.listType !== 'atomic') {
      try {
        element = itemElement(shape, item)
      } catch (error) {
        if (!(error instanceof StructureError)) throw error
        errors.push(`${formatPath(path)}: element ${i}: ${error.message}`)
        return
      }
      if (seen.has(element)) errors.push(`${formatPath(path)}: duplicate entries for key ${formatPath([element])}`)
      seen.add(element)
    }
    validate(item, shape.element, [...path, element], errors)
  }
}

function scalarComplaint(type: string, value: Json): string | undefined {
  const container = typeof value === 'object'
  switch (type) {
    case 'int32':
    case 'int64':
    case 'double':
      return typeof value === 'number' ? undefined : 'expected numeric (int or float)'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'expected boolean'
    case 'quantity':
    case 'int-or-string':
    case 'any':
      return container ? 'expected any scalar' : undefined
    default:
      return typeof value === 'string' ? undefined : 'expected string'
  }
}

/** Throws StructureError naming every field that does not fit. */
export function checkStructure(value: Json, shape: Shape): void {
  const errors: string[] = []
  validate(value, shape, [], errors)
  if (errors.length === 1) throw new StructureError(errors[0])
  if (errors.length > 1) throw new StructureError(`errors:\n${errors.map((e) => `  ${e}`).join('\n')}`)
}
