// Validation of policies that change what is admitted. Upstream: pkg/apis/admissionregistration/validation/validation.go (validateMutatingAdmissionPolicySpec).
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { type CelType, DYN, objectType, STRING, structOf, typeOf } from '../../lib/cel/types'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import {
  oneNeeded,
  validateExpression,
  validateMatchConditions,
  validateMutatingOperations,
  validateReach,
  validateVariables,
} from './admission'
import { type Scope, scopeOf, variableScopes } from './admission-scope'
import { invalidValue, notSupported, required } from './errors'

/** Of each type of patch: the field that holds it, and the type that it must have. */
const PATCHES: Record<string, { key: string; type: string }> = {
  ApplyConfiguration: { key: 'applyConfiguration', type: 'Object' },
  JSONPatch: { key: 'jsonPatch', type: 'list(JSONPatch)' },
}

const PATCH: Record<string, CelType> = { op: STRING, path: STRING, from: STRING, value: DYN }
/** A field that no patch has is of no type. */
const PATCH_TYPE = structOf('JSONPatch', { get: (name) => PATCH[name] ?? structOf('') })

/** The types that such expressions make objects and patches of. */
const MADE: [string, CelType][] = [
  ['Object', typeOf(objectType('Object'))],
  ['JSONPatch', typeOf(PATCH_TYPE)],
]

function validateMutation(mutation: Fields, path: string, scope: Scope): FieldError[] {
  const type = String(mutation.patchType ?? '')
  if (!type) return [required(`${path}.patchType`)]
  const known = Object.keys(PATCHES)
  if (!known.includes(type)) return [notSupported(`${path}.patchType`, type, known)]
  const { key, type: wanted } = PATCHES[type]
  const holder = fieldsOf(mutation[key])
  const text = String(holder?.expression ?? '').trim()
  const field = `${path}.${key}.expression`
  const errors = holder
    ? text
      ? validateExpression(text, field, scope, [wanted])
      : [required(field)]
    : [required(`${path}.${key}`, `must be specified when patchType is ${type}`)]
  const others = Object.values(PATCHES).filter((other) => other.key !== key && fieldsOf(mutation[other.key]))
  const why = `must not be specified when patchType is ${type}`
  return [...errors, ...others.map((other) => invalidValue(`${path}.${other.key}`, `{${other.key}}`, why))]
}

export function validateMutatingPolicy({ spec }: KubeObject): FieldError[] {
  const fields = fieldsOf(spec) ?? {}
  const hasParams = fields.paramKind !== undefined
  const [variables, mutations] = [listOf(fields.variables), listOf(fields.mutations)]
  const { each, last } = variableScopes(variables, scopeOf(hasParams))
  const scope = new Map([...last, ...MADE])
  const errors = [
    ...validateReach(fields),
    ...validateMutatingOperations(fieldsOf(fields.matchConstraints), 'spec.matchConstraints'),
    ...validateMatchConditions(listOf(fields.matchConditions), 'spec.matchConditions', hasParams),
    ...validateVariables(variables, 'spec.variables', each),
  ]
  if (!mutations.length) errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  errors.push(...mutations.flatMap((mutation, i) => validateMutation(mutation, `spec.mutations[${i}]`, scope)))
  return [...errors, ...oneNeeded('spec.reinvocationPolicy', fields.reinvocationPolicy || undefined, ['IfNeeded', 'Never'])]
}
