// What the expressions of policies see of a request, and their values.
// Upstream: apiserver/pkg/admission/plugin/cel/{activation,condition,composition}.go, plugin/webhook/matchconditions/matcher.go.
import type { KubeObject } from '../../../api/types'
import { evaluateWhole, evaluateWithin, type Scope } from '../../../lib/cel/evaluate'
import { type Node, parseCel } from '../../../lib/cel/parse'
import { CelCostError, CelError, LazyMap } from '../../../lib/cel/values'
import { fromStored } from '../../../schema/conversion'
import { normalize } from '../../../schema/decode'
import { Authorizer, ResourceCheck } from './authorizer'
import type { Matched, PolicyRequest } from './request'

export interface Named {
  name: string
  expression: string
}

/** What went wrong with a policy, in the words that its refusal shows. */
export class PolicyFailure extends Error {}

const parsed = new Map<string, Node>()
const MOST_KEPT = 1000

function nodeOf(text: string): Node {
  let node = parsed.get(text)
  if (!node) {
    node = parseCel(text)
    if (parsed.size >= MOST_KEPT) parsed.clear()
    parsed.set(text, node)
  }
  return node
}

/** JSON as CEL sees it without a schema: whole numbers are ints. */
export function celOf(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.map(celOf)
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object') return value
  const held = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return new Map(held.map(([key, inner]) => [key, celOf(inner)]))
}

export function asVersion(object: KubeObject | undefined, { info, subresource }: PolicyRequest, { group, version }: Matched) {
  if (!object || (subresource && object.kind !== info.kind)) return object
  const apiVersion = group ? `${group}/${version}` : version
  return object.apiVersion === apiVersion ? normalize(object) : fromStored(object, apiVersion, object.kind)
}

/** The request itself, as `request` shows it. */
function requestFields({ info, kind, operation, user, context, options, ...request }: PolicyRequest, matched: Matched): unknown {
  const { subresource, name, namespace } = request
  const resource = { group: info.group, version: info.version, resource: info.plural }
  const seen = subresource && kind.kind !== info.kind ? kind : { ...kind, ...matched }
  return {
    uid: '',
    kind: { group: seen.group, version: seen.version, kind: seen.kind },
    resource: { ...resource, ...matched },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: kind,
    requestResource: resource,
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    object: null,
    oldObject: null,
    dryRun: context.dryRun,
    options,
  }
}

export interface Inputs {
  request: PolicyRequest
  matched: Matched
  object?: KubeObject
  old?: KubeObject
  params?: unknown
  /** Undefined: `namespaceObject` is null. */
  namespace?: unknown
  variables: Named[]
  /** Texts that are made for people do not ask who may do what. */
  withAuthorizer?: boolean
}

/** The variables of a policy's expressions. */
export function scopeOf({ request, matched, object, old, params, namespace, variables, withAuthorizer = true }: Inputs): Scope {
  const scope = new Map<string, unknown>([
    ['object', celOf(object)],
    ['oldObject', celOf(old)],
    ['params', celOf(params)],
    ['request', celOf(requestFields(request, matched))],
    ['namespaceObject', celOf(namespace)],
  ])
  if (withAuthorizer) {
    const authorizer = new Authorizer(request.context.view, request.user)
    const { info, subresource, namespace, name } = request
    scope.set('authorizer', authorizer)
    const asked = { group: info.group, resource: info.plural, subresource, namespace, name }
    scope.set('authorizer.requestResource', new ResourceCheck(authorizer, asked))
  }
  const expressions = new Map(variables.map(({ name, expression }) => [name, expression]))
  const find = (name: string) => {
    try {
      return evaluateWithin(nodeOf(expressions.get(name) ?? ''), scope)
    } catch (error) {
      if (error instanceof CelError) throw new CelError(`composited variable "${name}" fails to evaluate: ${error.message}`)
      throw error
    }
  }
  scope.set('variables', new LazyMap([...expressions.keys()], find))
  return scope
}

/** The value of one expression. Throws PolicyFailure. */
export function evaluated(expression: string, scope: Scope): unknown {
  try {
    return evaluateWhole(nodeOf(expression), scope)
  } catch (error) {
    if (!(error instanceof CelError || error instanceof CelCostError)) throw error
    throw new PolicyFailure(`expression '${expression}' resulted in error: ${error.message}`)
  }
}

/** Whether all conditions hold: one that does not counts for more than others that fail. Throws PolicyFailure. */
export function allHold(conditions: Named[], scope: Scope): boolean {
  const failures: string[] = []
  for (const { expression } of conditions) {
    try {
      if (evaluated(expression, scope) === false) return false
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error
      failures.push(error.message)
    }
  }
  const once = [...new Set(failures)]
  if (once.length) throw new PolicyFailure(once.length === 1 ? once[0] : `[${once.join(', ')}]`)
  return true
}
