// What the expressions of policies speak of. Upstream: apiserver/pkg/admission/plugin/cel/compile.go and composition.go.
import { checkCel } from '../../lib/cel/check'
import { BOOL, type CelType, DYN, INT, listOf as listType, mapOf, parseType, STRING, structOf, TIMESTAMP } from '../../lib/cel/types'
import type { Fields } from '../defaults/fields'

export type Scope = ReadonlyMap<string, CelType>

function struct(name: string, fields: Record<string, CelType>): CelType {
  return structOf(`kubernetes.${name}`, new Map(Object.entries(fields)))
}

const STRINGS = listType(STRING)
const LABELS = mapOf(STRING, STRING)
const KIND = struct('GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = struct('GroupVersionResource', { group: STRING, version: STRING, resource: STRING })

const REQUEST = struct('AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: struct('UserInfo', { username: STRING, uid: STRING, groups: STRINGS, extra: mapOf(STRING, STRINGS) }),
  dryRun: BOOL,
  options: DYN,
})

const NAMESPACE = struct('Namespace', {
  metadata: struct('NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: LABELS,
    annotations: LABELS,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: STRINGS,
  }),
  spec: struct('NamespaceSpec', { finalizers: STRINGS }),
  status: struct('NamespaceStatus', {
    conditions: listType(
      struct('NamespaceCondition', { status: STRING, type: STRING, lastTransitionTime: TIMESTAMP, message: STRING, reason: STRING }),
    ),
    phase: STRING,
  }),
})

const AUTHORIZER: [string, CelType][] = [
  ['authorizer', parseType('kubernetes.authorization.Authorizer')],
  ['authorizer.requestResource', parseType('kubernetes.authorization.ResourceCheck')],
]

/** Objects are of any type. */
export function scopeOf(hasParams: boolean): Scope {
  return new Map([
    ['object', DYN],
    ['oldObject', DYN],
    ['request', REQUEST],
    ['namespaceObject', NAMESPACE],
    ...(hasParams ? [['params', DYN] as const] : []),
    ...AUTHORIZER,
  ])
}

/** Without what asks whether someone may. */
export function withoutAuthorizer(scope: Scope): Scope {
  return new Map([...scope].filter(([name]) => !AUTHORIZER.some(([other]) => other === name)))
}

/** A variable's type as others see it: what no schema can say is dyn. */
function declared(type: CelType): CelType {
  if (type.kind === 'list' || type.kind === 'map') return { ...type, params: type.params.map(declared) }
  return type.params.length || type.kind === 'struct' || type.kind === 'opaque' || type.kind === 'error' ? DYN : type
}

function withVariables(scope: Scope, types: ReadonlyMap<string, CelType>): Scope {
  return new Map([...scope, ['variables', structOf('kubernetes.variables', types)]])
}

/** With each variable come those before it; `last` has them all. */
export function variableScopes(variables: Fields[], scope: Scope): { each: Scope[]; last: Scope } {
  const types = new Map<string, CelType>()
  const each = variables.map(({ name, expression }) => {
    const own = withVariables(scope, new Map(types))
    const checked = checkCel(String(expression ?? ''), own)
    types.set(String(name), typeof checked === 'string' ? DYN : declared(checked.type))
    return own
  })
  return { each, last: withVariables(scope, types) }
}
