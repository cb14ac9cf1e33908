// Policies with their bindings and the objects that bindings take as parameters.
// Upstream: apiserver/pkg/admission/plugin/policy/generic/{policy_source,policy_dispatcher}.go.
import type { KubeObject, LabelSelector, Namespace } from '../../../api/types'
import { matchesSelector } from '../../../lib/selectors'
import { normalize } from '../../../schema/decode'
import { builtinResources } from '../../../schema/resources'
import type { AdmissionContext } from '../plugin'
import { type Named, PolicyFailure } from './evaluation'
import type { MatchResources, PolicyRequest } from './request'

export interface Policy extends KubeObject {
  spec: {
    failurePolicy?: 'Fail' | 'Ignore'
    matchConstraints?: MatchResources
    matchConditions?: Named[]
    paramKind?: { apiVersion?: string; kind?: string }
    variables?: Named[]
    reinvocationPolicy?: string
  }
}

export interface Binding extends KubeObject {
  spec: {
    policyName?: string
    matchResources?: MatchResources
    paramRef?: { name?: string; namespace?: string; selector?: LabelSelector; parameterNotFoundAction?: string }
    validationActions?: string[]
  }
}

const GROUP = 'admissionregistration.k8s.io'
const THEMSELVES = [
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
].map((plural) => `${plural}.${GROUP}`)

/** The policies of a sort that have bindings, each with these, by name; none for requests about policies themselves. */
export function boundPolicies<P extends Policy>(sort: string, resource: string, { view }: AdmissionContext): [P, Binding[]][] {
  if (THEMSELVES.includes(resource)) return []
  const bindings = view.list<Binding>(`${sort}policybindings.${GROUP}`)
  if (!bindings.length) return []
  const policies = view.list<P>(`${sort}policies.${GROUP}`)
  return policies
    .map((policy): [P, Binding[]] => [policy, bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)])
    .filter(([, own]) => own.length > 0)
}

interface ParamResource {
  resource: string
  namespaced: boolean
  builtin: boolean
}

function paramResource({ paramKind }: Policy['spec'], { view }: AdmissionContext): ParamResource | undefined {
  const [version, group = ''] = (paramKind?.apiVersion ?? '').split('/').reverse()
  const found = builtinResources().find((info) => info.group === group && info.version === version && info.kind === paramKind?.kind)
  if (found) return { resource: found.resource, namespaced: found.namespaced, builtin: true }
  for (const definition of view.list('customresourcedefinitions.apiextensions.k8s.io')) {
    const spec = definition.spec as { group: string; scope: string; names: { kind: string }; versions: { name: string; served: boolean }[] }
    if (spec.group !== group || spec.names.kind !== paramKind?.kind) continue
    if (!spec.versions.some(({ name, served }) => served && name === version)) continue
    return { resource: definition.metadata.name, namespaced: spec.scope === 'Namespaced', builtin: false }
  }
  return undefined
}

/** Throws PolicyFailure when the kind of a policy's parameters is not served. */
export function checkParamKind({ spec }: Policy, context: AdmissionContext): void {
  if (!spec.paramKind || paramResource(spec, context)) return
  const [version, group = ''] = (spec.paramKind.apiVersion ?? '').split('/').reverse()
  throw new PolicyFailure(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${spec.paramKind.kind}'`)
}

/**
 * The parameters with which a policy is asked, once each; `[undefined]` without any. `typed`: those of built-in kinds say what they are.
 * Throws PolicyFailure.
 */
export function paramsOf(policy: Policy, { spec }: Binding, request: PolicyRequest, typed: boolean): (KubeObject | undefined)[] {
  const { context } = request
  const { paramRef } = spec
  if (!policy.spec.paramKind || !paramRef) return [undefined]
  const kind = paramResource(policy.spec, context)
  if (!kind) return [undefined]
  if (kind.namespaced && !paramRef.namespace && !request.namespace)
    throw new PolicyFailure('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  if (!kind.namespaced && paramRef.namespace)
    throw new PolicyFailure('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const namespace = kind.namespaced ? paramRef.namespace || request.namespace : undefined
  const named = paramRef.name ? context.view.get(kind.resource, namespace, paramRef.name) : undefined
  const found = paramRef.name
    ? named
      ? [named]
      : []
    : context.view.list(kind.resource, namespace).filter(({ metadata }) => matchesSelector(paramRef.selector, metadata.labels))
  if (!found.length && paramRef.parameterNotFoundAction === 'Deny')
    throw new PolicyFailure('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found.map((param) => (kind.builtin ? shown(param, typed) : param))
}

function shown(param: KubeObject, typed: boolean): KubeObject {
  const { apiVersion, kind, ...fields } = normalize(param)
  return (typed ? { ...fields, apiVersion, kind } : fields) as KubeObject
}

/** The namespace in which the object stands. A Namespace stands in none. */
export function namespaceOf({ info, namespace, context }: PolicyRequest): Namespace | undefined {
  return info.resource === 'namespaces' || !namespace ? undefined : context.view.get<Namespace>('namespaces', undefined, namespace)
}
