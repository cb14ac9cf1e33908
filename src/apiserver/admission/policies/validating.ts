// ValidatingAdmissionPolicies asked about a request. Upstream: apiserver/pkg/admission/plugin/policy/validating/{dispatcher,validator}.go.
import type { Namespace } from '../../../api/types'
import { ApiError, forbidden } from '../../../errors'
import type { Scope } from '../../../lib/cel/evaluate'
import { normalize } from '../../../schema/decode'
import { allHold, asVersion, evaluated, PolicyFailure, scopeOf } from './evaluation'
import { type Binding, boundPolicies, checkParamKind, namespaceOf, type Policy, paramsOf } from './policies'
import { type Matched, matchOf, type PolicyRequest } from './request'

interface Validation {
  expression: string
  message?: string
  messageExpression?: string
  reason?: string
}

interface ValidatingPolicy extends Policy {
  spec: Policy['spec'] & { validations?: Validation[]; auditAnnotations?: { key: string; valueExpression: string }[] }
}

interface Denial {
  policy: Policy
  binding?: Binding
  message: string
  reason?: string
}

const LONGEST_MESSAGE = 5 * 1024

/** The message that a validation's own expression makes; undefined when it is none to be shown. */
function madeMessage({ messageExpression }: Validation, scope: Scope): string | undefined {
  if (!messageExpression) return undefined
  try {
    const made = evaluated(messageExpression, scope)
    const text = typeof made === 'string' ? made.trim() : ''
    return text && Buffer.byteLength(text) <= LONGEST_MESSAGE && !text.includes('\n') ? text : undefined
  } catch (error) {
    if (error instanceof PolicyFailure) return undefined
    throw error
  }
}

/** What a policy finds wrong; with `Fail` also what went wrong with itself. */
function decisions(policy: ValidatingPolicy, full: Scope, plain: Scope): Omit<Denial, 'policy'>[] {
  const { validations = [], failurePolicy } = policy.spec
  return validations.flatMap((validation) => {
    try {
      if (evaluated(validation.expression, full) === true) return []
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error
      return failurePolicy === 'Ignore' ? [] : [{ message: error.message }]
    }
    const message = madeMessage(validation, plain) || validation.message?.trim() || `failed expression: ${validation.expression.trim()}`
    return [{ message, reason: validation.reason ?? 'Invalid' }]
  })
}

/** Notes for the audit log, which nobody keeps here; those that fail refuse the request. */
function failedNotes({ spec }: ValidatingPolicy, scope: Scope): string[] {
  return (spec.auditAnnotations ?? []).flatMap(({ valueExpression }) => {
    try {
      evaluated(valueExpression, scope)
      return []
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error
      return spec.failurePolicy === 'Ignore' ? [] : [error.message]
    }
  })
}

/** What expressions are shown of the namespace. */
function shownNamespace(namespace: Namespace | undefined): unknown {
  if (!namespace) return undefined
  const { apiVersion: _a, kind: _k, metadata, ...fields } = normalize(namespace)
  const { managedFields: _m, ownerReferences: _o, ...meta } = metadata
  return { ...fields, metadata: meta }
}

function ask(policy: ValidatingPolicy, binding: Binding, matched: Matched, request: PolicyRequest, denials: Denial[]): void {
  const params = paramsOf(policy, binding, request, true)
  const object = asVersion(request.object, request, matched)
  const old = asVersion(request.old, request, matched)
  const namespace = shownNamespace(namespaceOf(request))
  const own = { group: request.info.group, version: request.info.version }
  for (const param of params) {
    const inputs = { request, object, old, params: param, variables: policy.spec.variables ?? [] }
    const found: Omit<Denial, 'policy'>[] = []
    let notes: string[] = []
    try {
      if (!allHold(policy.spec.matchConditions ?? [], scopeOf({ ...inputs, matched: own }))) continue
      const full = scopeOf({ ...inputs, matched, namespace })
      const plain = scopeOf({ ...inputs, matched, namespace, withAuthorizer: false })
      found.push(...decisions(policy, full, plain))
      notes = failedNotes(policy, plain)
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error
      if (policy.spec.failurePolicy !== 'Ignore') found.push({ message: error.message })
    }
    for (const decision of found) act(policy, binding, decision, request, denials)
    for (const message of notes) denials.push({ policy, binding, message })
  }
}

function act(policy: Policy, binding: Binding, decision: Omit<Denial, 'policy'>, request: PolicyRequest, denials: Denial[]): void {
  for (const action of binding.spec.validationActions ?? []) {
    if (action === 'Deny') denials.push({ policy, binding, ...decision })
    if (action === 'Warn' && !request.context.trusted) {
      const who = `'${policy.metadata.name}' with binding '${binding.metadata.name}'`
      request.context.warn(`Validation failed for ValidatingAdmissionPolicy ${who}: ${decision.message}`)
    }
  }
}

/** The name by which refusals call what is refused. */
export function refusedName({ name, object }: PolicyRequest): string {
  return name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown'
}

function refusal({ policy, binding, message, reason = 'Invalid' }: Denial, request: PolicyRequest): ApiError {
  const by = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ''}`
  const text = `${by} denied request: ${message}`
  const error = forbidden(request.info.resource, refusedName(request), text)
  return new ApiError(reason, error.message, { ...error.details, causes: [{ message: text }] })
}

/** Runs `body`; what fails of a policy's configuration refuses the request unless the policy says otherwise. */
function configured(policy: Policy, binding: Binding | undefined, denials: Denial[], body: () => void): void {
  try {
    body()
  } catch (error) {
    if (!(error instanceof PolicyFailure || error instanceof ApiError)) throw error
    if (policy.spec.failurePolicy === 'Ignore') return
    denials.push({ policy, binding, message: `failed to configure ${binding ? 'binding' : 'policy'}: ${error.message}` })
  }
}

/** Throws ApiError, as the first policy that denies the request words it. */
export function validateByPolicies(request: PolicyRequest): void {
  const denials: Denial[] = []
  for (const [policy, bindings] of boundPolicies<ValidatingPolicy>('validatingadmission', request.info.resource, request.context)) {
    configured(policy, undefined, denials, () => {
      const matched = matchOf(policy.spec.matchConstraints ?? {}, request)
      if (!matched) return
      checkParamKind(policy, request.context)
      for (const binding of bindings) {
        configured(policy, binding, denials, () => {
          const { matchResources } = binding.spec
          if (!matchResources || matchOf(matchResources, request)) ask(policy, binding, matched, request, denials)
        })
      }
    })
  }
  if (denials.length) throw refusal(denials[0], request)
}
