// A request as admission policies see it, and which policies it concerns.
// Upstream: apiserver/pkg/admission/plugin/policy/matching/matching.go, apiserver/pkg/admission/plugin/webhook/predicates.
import type { KubeObject, LabelSelector, Namespace } from '../../../api/types'
import { notFound } from '../../../errors'
import { isEmptySelector, matchesSelector } from '../../../lib/selectors'
import type { ResourceInfo } from '../../../schema/resources'
import type { User } from '../../authorization'
import type { AdmissionContext } from '../plugin'

export type Operation = 'CONNECT' | 'CREATE' | 'DELETE' | 'UPDATE'

export interface PolicyRequest {
  operation: Operation
  info: ResourceInfo
  /** The kind of what is written, which a subresource's may not be that of its resource. */
  kind: { group: string; version: string; kind: string }
  subresource: string
  /** Empty while it is still to be made up. */
  name: string
  /** A Namespace stands in itself; empty for all else that stands in none. */
  namespace: string
  object?: KubeObject
  old?: KubeObject
  user: User
  options: Record<string, unknown>
  context: AdmissionContext
}

interface Rule {
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  resourceNames?: string[]
  scope?: string
}

export interface MatchResources {
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  resourceRules?: Rule[]
  excludeResourceRules?: Rule[]
  matchPolicy?: string
}

/** The group and version by which a policy takes a request. */
export interface Matched {
  group: string
  version: string
}

/** Resources that are served in more than one group or version, as they are here. */
const ALSO_SERVED: Record<string, Matched[]> = {
  'horizontalpodautoscalers.autoscaling': [
    { group: 'autoscaling', version: 'v2' },
    { group: 'autoscaling', version: 'v1' },
  ],
  events: [
    { group: '', version: 'v1' },
    { group: 'events.k8s.io', version: 'v1' },
  ],
}

function equivalents({ info, context }: PolicyRequest): Matched[] {
  if (!info.custom) return ALSO_SERVED[info.resource] ?? []
  const definition = context.view.get('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource)
  const { versions = [] } = (definition?.spec ?? {}) as { versions?: { name: string; served?: boolean }[] }
  return versions.filter(({ served }) => served).map(({ name }) => ({ group: info.group, version: name }))
}

function includes(words: string[] | undefined, word: string): boolean {
  return (words ?? []).some((each) => each === '*' || each === word)
}

function isInScope({ scope = '*' }: Rule, { info, namespace }: PolicyRequest): boolean {
  const inNone = info.resource === 'namespaces' || namespace === ''
  return scope === '*' || (scope === 'Namespaced' ? !inNone : scope === 'Cluster' && inNone)
}

function concernsResource({ resources = [] }: Rule, { info, subresource }: PolicyRequest): boolean {
  return resources.some((text) => {
    const [resource, part = ''] = text.split('/')
    return (resource === '*' || resource === info.plural) && (part === '*' || part === subresource)
  })
}

function concerns(rule: Rule, request: PolicyRequest, { group, version }: Matched): boolean {
  return (
    isInScope(rule, request) &&
    includes(rule.operations, request.operation) &&
    includes(rule.apiGroups, group) &&
    includes(rule.apiVersions, version) &&
    concernsResource(rule, request) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(request.name))
  )
}

function byRules(rules: Rule[], matchPolicy: string | undefined, request: PolicyRequest): Matched | undefined {
  const own = { group: request.info.group, version: request.info.version }
  const others = matchPolicy === 'Equivalent' ? equivalents(request) : []
  return [own, ...others].find((served) => rules.some((rule) => concerns(rule, request, served)))
}

function namespaceLabels({ info, operation, subresource, namespace, object, context }: PolicyRequest): Record<string, string> | undefined {
  if (info.resource === 'namespaces' && !subresource && (operation === 'CREATE' || operation === 'UPDATE')) return object?.metadata.labels
  const found = context.view.get<Namespace>('namespaces', undefined, namespace)
  if (!found) throw notFound('namespaces', namespace)
  return found.metadata.labels
}

function isInNamespaces(selector: LabelSelector | undefined, request: PolicyRequest): boolean {
  if (request.namespace === '' && request.info.resource !== 'namespaces') return true
  return isEmptySelector(selector) || matchesSelector(selector, namespaceLabels(request))
}

function isSelected(selector: LabelSelector | undefined, { object, old }: PolicyRequest): boolean {
  if (isEmptySelector(selector)) return true
  return [object, old].some((each) => each !== undefined && matchesSelector(selector, each.metadata?.labels))
}

/** The group and version as which the request is meant; undefined when it is not. */
export function matchOf(match: MatchResources, request: PolicyRequest): Matched | undefined {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = match
  if (!isInNamespaces(match.namespaceSelector, request) || !isSelected(match.objectSelector, request)) return undefined
  if (byRules(excludeResourceRules, matchPolicy, request)) return undefined
  if (!resourceRules.length) return { group: request.info.group, version: request.info.version }
  return byRules(resourceRules, matchPolicy, request)
}
