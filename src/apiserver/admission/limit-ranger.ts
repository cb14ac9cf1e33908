// LimitRanger: defaults and bounds for the resources of Pods and claims. Upstream: plugin/pkg/admission/limitranger/admission.go.
import type { Container, KubeObject, Pod } from '../../api/types'
import type { PersistentVolumeClaim } from '../../api/workloads'
import { addQuantities, compareQuantities, formatQuantity, type Quantity, quantityOf, quantityToFloat } from '../../lib/quantity'
import { type AdmissionContext, type AdmissionPlugin, refusal } from './plugin'

type ResourceList = Record<string, string | number>
interface LimitItem {
  type: string
  max?: ResourceList
  min?: ResourceList
  default?: ResourceList
  defaultRequest?: ResourceList
  maxLimitRequestRatio?: ResourceList
}
interface LimitRange extends KubeObject {
  spec: { limits: LimitItem[] | null }
}

function rangesOf(context: AdmissionContext, object: KubeObject): LimitRange[] {
  return context.view.list<LimitRange>('limitranges', object.metadata.namespace)
}

// ---------------------------------------------------------------- defaults

/** Adds what is missing and answers the names of what was added, sorted. */
function addMissing(
  resources: { [list: string]: ResourceList | undefined },
  list: 'limits' | 'requests',
  defaults: ResourceList,
): string[] {
  const missing = Object.keys(defaults)
    .filter((name) => resources[list]?.[name] === undefined)
    .sort()
  if (missing.length) {
    resources[list] = { ...resources[list] }
    for (const name of missing) resources[list][name] = defaults[name]
  }
  return missing
}

function applyDefaults(pod: Pod, range: LimitRange): void {
  const items = (range.spec.limits ?? []).filter((item) => item.type === 'Container')
  const limits: ResourceList = Object.assign({}, ...items.map((item) => item.default ?? {}))
  const requests: ResourceList = Object.assign({}, ...items.map((item) => item.defaultRequest ?? {}))
  const notes: string[] = []
  const merge = (container: Container, word: string) => {
    container.resources = { ...container.resources }
    const holder = container.resources as { [list: string]: ResourceList | undefined }
    const setLimits = addMissing(holder, 'limits', limits)
    const setRequests = addMissing(holder, 'requests', requests)
    if (setRequests.length) notes.push(`${setRequests.join(', ')} request for ${word} ${container.name}`)
    if (setLimits.length) notes.push(`${setLimits.join(', ')} limit for ${word} ${container.name}`)
  }
  for (const container of pod.spec.containers ?? []) merge(container, 'container')
  for (const container of pod.spec.initContainers ?? []) merge(container, 'init container')
  if (!notes.length) return
  pod.metadata.annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}` }
}

// ---------------------------------------------------------------- bounds

interface Asked {
  requests?: ResourceList
  limits?: ResourceList
}

function text(value: string | number): string {
  return formatQuantity(quantityOf(value))
}

function minimum(type: string, name: string, bound: string | number, { requests, limits }: Asked): string | undefined {
  const start = `minimum ${name} usage per ${type} is ${text(bound)}`
  const [request, limit] = [requests?.[name], limits?.[name]]
  if (request === undefined) return `${start}.  No request is specified`
  if (compareQuantities(quantityOf(request), quantityOf(bound)) < 0) return `${start}, but request is ${text(request)}`
  if (limit !== undefined && compareQuantities(quantityOf(limit), quantityOf(bound)) < 0) return `${start}, but limit is ${text(limit)}`
  return undefined
}

function maximum(type: string, name: string, bound: string | number, { requests, limits }: Asked): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${text(bound)}`
  const [request, limit] = [requests?.[name], limits?.[name]]
  if (limit === undefined) return `${start}.  No limit is specified`
  if (compareQuantities(quantityOf(limit), quantityOf(bound)) > 0) return `${start}, but limit is ${text(limit)}`
  if (request !== undefined && compareQuantities(quantityOf(request), quantityOf(bound)) > 0)
    return `${start}, but request is ${text(request)}`
  return undefined
}

function maximumRequest(type: string, name: string, bound: string | number, requests: ResourceList | undefined): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${text(bound)}`
  const request = requests?.[name]
  if (request === undefined) return `${start}.  No request is specified`
  return compareQuantities(quantityOf(request), quantityOf(bound)) > 0 ? `${start}, but request is ${text(request)}` : undefined
}

function ratio(type: string, name: string, bound: string | number, { requests, limits }: Asked): string | undefined {
  const start = `${name} max limit to request ratio per ${type} is ${text(bound)}`
  const request = quantityToFloat(quantityOf(requests?.[name]))
  const limit = quantityToFloat(quantityOf(limits?.[name]))
  if (request === 0) return `${start}, but no request is specified or request is 0`
  if (limit === 0) return `${start}, but no limit is specified or limit is 0`
  const found = limit / request
  return found > quantityToFloat(quantityOf(bound)) ? `${start}, but provided ratio is ${found.toFixed(6)}` : undefined
}

function check(item: LimitItem, asked: Asked): string[] {
  const each = (
    bounds: ResourceList | undefined,
    test: (type: string, name: string, bound: string | number, a: Asked) => string | undefined,
  ) =>
    Object.keys(bounds ?? {})
      .sort()
      .map((name) => test(item.type, name, bounds![name], asked))
  return [...each(item.min, minimum), ...each(item.max, maximum), ...each(item.maxLimitRequestRatio, ratio)].filter((e) => e !== undefined)
}

/** What a whole Pod asks for: its containers together, or its largest init container. */
function podTotals(pod: Pod, list: 'requests' | 'limits'): ResourceList {
  const totals: Record<string, Quantity> = {}
  for (const container of pod.spec.containers ?? []) {
    for (const [name, value] of Object.entries(container.resources?.[list] ?? {})) {
      totals[name] = totals[name] ? addQuantities(totals[name], quantityOf(value)) : quantityOf(value)
    }
  }
  for (const container of pod.spec.initContainers ?? []) {
    for (const [name, value] of Object.entries(container.resources?.[list] ?? {})) {
      const quantity = quantityOf(value)
      if (!totals[name] || compareQuantities(quantity, totals[name]) > 0) totals[name] = quantity
    }
  }
  return Object.fromEntries(Object.entries(totals).map(([name, q]) => [name, formatQuantity(q)]))
}

function podErrors(pod: Pod, item: LimitItem): string[] {
  if (item.type === 'Container') {
    return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].flatMap((c) => check(item, c.resources ?? {}))
  }
  if (item.type !== 'Pod') return []
  return check(item, { requests: podTotals(pod, 'requests'), limits: podTotals(pod, 'limits') })
}

function claimErrors(claim: PersistentVolumeClaim, item: LimitItem): string[] {
  if (item.type !== 'PersistentVolumeClaim') return []
  const requests = claim.spec.resources?.requests as ResourceList | undefined
  const below = Object.keys(item.min ?? {}).map((name) => minimum(item.type, name, item.min![name], { requests }))
  const above = Object.keys(item.max ?? {}).map((name) => maximumRequest(item.type, name, item.max![name], requests))
  return [...below, ...above].filter((e) => e !== undefined)
}

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  create(object, context, info) {
    if (info.resource !== 'pods') return
    for (const range of rangesOf(context, object)) applyDefaults(object as Pod, range)
  },
  checkCreate(object, context, info) {
    for (const range of rangesOf(context, object)) {
      const errors = (range.spec.limits ?? []).flatMap((item) =>
        info.resource === 'pods' ? podErrors(object as Pod, item) : claimErrors(object as PersistentVolumeClaim, item),
      )
      const distinct = [...new Set(errors)]
      if (distinct.length) throw refusal(info, object, distinct.length > 1 ? `[${distinct.join(', ')}]` : distinct[0])
    }
  },
}
