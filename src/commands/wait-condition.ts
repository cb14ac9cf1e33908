// What `kubectl wait --for` waits for, as a question to an object. Upstream: kubectl/pkg/cmd/wait/{condition,json}.go.
import type { Condition, KubeObject } from '../api/types'
import { CommandError } from '../errors'
import { formatV, quote } from '../lib/go-values'
import { JsonPath, relaxedJsonPath } from '../lib/jsonpath'

export type Wanted = { kind: 'delete' } | { kind: 'create' } | { kind: 'state'; met(object: KubeObject): boolean }

/** Throws CommandError in kubectl's words. */
export function parseCondition(text: string): Wanted {
  const lower = text.toLowerCase()
  if (lower === 'delete') return { kind: 'delete' }
  if (lower === 'create') return { kind: 'create' }
  if (text.startsWith('condition=')) {
    const [name, value = 'true'] = splitOnce(lower.slice('condition='.length), '=')
    return { kind: 'state', met: (object) => conditionMet(object, name, value) }
  }
  if (text.startsWith('jsonpath=')) return jsonPathCondition(text.slice('jsonpath='.length))
  throw new CommandError(`unrecognized condition: ${quote(text)}`)
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** The condition has the status, and says so of the newest generation. */
function conditionMet(object: KubeObject, name: string, value: string): boolean {
  const status = object.status as { conditions?: Condition[]; observedGeneration?: number } | undefined
  const condition = status?.conditions?.find((c) => c.type.toLowerCase() === name)
  if (!condition) return false
  const observed = condition.observedGeneration ?? status?.observedGeneration
  if (object.metadata.generation !== undefined && observed !== undefined && observed < object.metadata.generation) return false
  return condition.status.toLowerCase() === value
}

const FORMAT = "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'"

/** Splits at single equals signs; two in a row belong to the expression. */
function splitExpression(text: string): string[] {
  const parts = ['']
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '=') parts[parts.length - 1] += text[i]
    else if (text[i + 1] !== '=') parts.push('')
    else {
      parts[parts.length - 1] += '=='
      i++
    }
  }
  return parts
}

function jsonPathCondition(text: string): Wanted {
  const [expression, given, ...more] = splitExpression(text)
  if (more.length) throw new CommandError(FORMAT)
  const path = parsedPath(expression)
  const value = given?.replace(/^['"]+|['"]+$/g, '')
  if (value === '')
    throw new CommandError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3")
  if (path === '') throw new CommandError('jsonpath expression cannot be empty')
  return { kind: 'state', met: (object) => pathMet(new JsonPath(path, { allowMissingKeys: true }), object, value) }
}

function parsedPath(expression: string): string {
  try {
    return relaxedJsonPath(expression)
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}

function pathMet(path: JsonPath, object: KubeObject, value: string | undefined): boolean {
  const lists = path.find(object)
  if (lists.length > 1) throw new CommandError('given jsonpath expression matches more than one list')
  const [results = []] = lists
  if (results.length === 0) return false
  if (value === undefined) return true
  if (results.length > 1) throw new CommandError('given jsonpath expression matches more than one value')
  const [found] = results
  if (typeof found === 'object' && found !== null) {
    throw new CommandError('jsonpath leads to a nested object or list which is not supported')
  }
  return formatV(found).trim() === value.trim()
}
