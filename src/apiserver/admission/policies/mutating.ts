// MutatingAdmissionPolicies carried out on a request's object.
// Upstream: apiserver/pkg/admission/plugin/policy/mutating/{dispatcher,reinvocationcontext}.go, policy/generic/policy_dispatcher.go.
import type { KubeObject } from '../../../api/types'
import { ApiError, forbidden } from '../../../errors'
import { deepEqual } from '../../../lib/equal'
import { toStored } from '../../../schema/conversion'
import type { Shape } from '../../../schema/shape'
import { allHold, asVersion, evaluated, PolicyFailure, scopeOf } from './evaluation'
import { applied, patched } from './patches'
import { type Binding, boundPolicies, checkParamKind, namespaceOf, type Policy, paramsOf } from './policies'
import { type Matched, matchOf, type PolicyRequest } from './request'
import { refusedName } from './validating'

interface Mutation {
  patchType: 'ApplyConfiguration' | 'JSONPatch'
  applyConfiguration?: { expression?: string }
  jsonPatch?: { expression?: string }
}

interface MutatingPolicy extends Policy {
  spec: Policy['spec'] & { mutations?: Mutation[] }
}

/** Admission goes through its plugins a second time when an object was changed; policies that want it are then asked again. */
export interface Reinvocation {
  /** This is the second time. */
  isSecond: boolean
  isWanted: boolean
  invoked: Set<string>
  again: Set<string>
  last?: KubeObject
}

export function firstInvocation(): Reinvocation {
  return { isSecond: false, isWanted: false, invoked: new Set(), again: new Set() }
}

interface Invocation {
  policy: MutatingPolicy
  binding: Binding
  matched: Matched
  param?: KubeObject
}

interface Failure {
  policy: Policy
  message: string
  reason?: string
}

function failureOf(policy: Policy, binding: Binding | undefined, why: string, reason?: string): Failure {
  const { name } = policy.metadata
  const by = binding ? `policy '${name}' with binding '${binding.metadata.name}'` : `policy ${JSON.stringify(name)}`
  return { policy, message: `${by} denied request: ${why}`, reason }
}

/** Runs `body`; a policy that is not set up rightly is a failure. */
function configured(policy: Policy, binding: Binding | undefined, failures: Failure[], body: () => void): void {
  try {
    body()
  } catch (error) {
    if (!(error instanceof PolicyFailure || error instanceof ApiError)) throw error
    failures.push(failureOf(policy, binding, `failed to configure ${binding ? 'binding' : 'policy'}: ${error.message}`))
  }
}

function invocationsOf(request: PolicyRequest, failures: Failure[]): Invocation[] {
  const out: Invocation[] = []
  for (const [policy, bindings] of boundPolicies<MutatingPolicy>('mutatingadmission', request.info.resource, request.context)) {
    configured(policy, undefined, failures, () => {
      const matched = matchOf(policy.spec.matchConstraints ?? {}, request)
      if (!matched) return
      checkParamKind(policy, request.context)
      for (const binding of bindings) {
        configured(policy, binding, failures, () => {
          const { matchResources } = binding.spec
          if (matchResources && !matchOf(matchResources, request)) return
          out.push(...paramsOf(policy, binding, request, false).map((param) => ({ policy, binding, matched, param })))
        })
      }
    })
  }
  return out
}

/** What the object's own kind makes of it: its structure, and the defaults it is given after each mutation. */
export interface Behaviour {
  /** Undefined for what no configuration can be applied to. */
  shape?: Shape
  defaults(object: KubeObject): void
}

function mutated(object: KubeObject, mutation: Mutation, invocation: Invocation, request: PolicyRequest, behaviour: Behaviour) {
  const { policy, matched, param } = invocation
  const old = asVersion(request.old, request, matched)
  const variables = policy.spec.variables ?? []
  const scope = scopeOf({ request, matched, object, old, params: param, namespace: namespaceOf(request), variables })
  const expression = mutation.applyConfiguration?.expression ?? mutation.jsonPatch?.expression ?? ''
  const made = evaluated(expression, scope)
  const next = mutation.patchType === 'JSONPatch' ? patched(made, object) : applied(made, object, behaviour.shape)
  behaviour.defaults(next)
  return asVersion(next, request, matched) as KubeObject
}

function isMet(
  { policy, matched, param }: Invocation,
  object: KubeObject | undefined,
  request: PolicyRequest,
  failures: Failure[],
  binding: Binding,
) {
  const { matchConditions = [], variables = [], failurePolicy } = policy.spec
  if (!matchConditions.length) return true
  const old = asVersion(request.old, request, matched)
  try {
    return allHold(matchConditions, scopeOf({ request, matched, object, old, params: param, variables }))
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error
    if (failurePolicy !== 'Ignore') failures.push(failureOf(policy, binding, error.message, 'Invalid'))
    return false
  }
}

/** What all policies make of the request's object. Throws ApiError as the first that fails words it. */
export function mutateByPolicies(request: PolicyRequest, behaviour: Behaviour, reinvocation: Reinvocation): KubeObject | undefined {
  const failures: Failure[] = []
  const invocations = invocationsOf(request, failures)
  let { object } = request
  if (invocations.length && object) object = runAll(invocations, object, request, behaviour, reinvocation, failures)
  const counting = failures.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore')
  if (!counting.length) return object
  const { message, reason = 'Forbidden' } = counting[0]
  const { details } = forbidden(request.info.resource, refusedName(request), '')
  throw new ApiError(reason, message, { ...details, causes: counting.map((failure) => ({ message: failure.message })) }, 403)
}

function runAll(
  invocations: Invocation[],
  object: KubeObject,
  request: PolicyRequest,
  behaviour: Behaviour,
  reinvocation: Reinvocation,
  failures: Failure[],
): KubeObject {
  const again = () => {
    for (const key of reinvocation.invoked) reinvocation.again.add(key)
    reinvocation.invoked.clear()
  }
  if (reinvocation.isSecond && !deepEqual(reinvocation.last, object)) again()
  let current = object
  for (const invocation of invocations) {
    const { policy, binding, matched, param } = invocation
    const before = asVersion(current, request, matched) as KubeObject
    if (!isMet(invocation, before, request, failures, binding)) continue
    const key = JSON.stringify([policy.metadata.name, binding.metadata.name, param?.metadata.namespace, param?.metadata.name])
    if (reinvocation.isSecond && !reinvocation.again.has(key)) continue
    let now = before
    for (const mutation of policy.spec.mutations ?? []) {
      try {
        now = mutated(now, mutation, invocation, request, behaviour)
      } catch (error) {
        if (!(error instanceof PolicyFailure)) throw error
        failures.push(failureOf(policy, binding, error.message, 'Invalid'))
      }
    }
    if (!deepEqual(now, before)) {
      current = request.info.custom ? { ...now, apiVersion: object.apiVersion } : toStored(now)
      again()
      reinvocation.isWanted = true
    }
    if (policy.spec.reinvocationPolicy === 'IfNeeded') reinvocation.invoked.add(key)
  }
  reinvocation.last = structuredClone(current)
  return current
}
