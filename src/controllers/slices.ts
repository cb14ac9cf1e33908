// Spreads endpoints over EndpointSlices and changes as few slices as possible. Follows staging/src/k8s.io/endpointslice/reconciler.go.
import type { Client } from '../api/contracts'
import type { EndpointSlice, KubeObject, SliceEndpoint, SlicePort, StringMap } from '../api/types'
import { semanticEqual } from '../lib/equal'
import { controllerRef } from './shared/ownership'

export const SLICES = 'endpointslices.discovery.k8s.io'
export const SERVICE_NAME = 'kubernetes.io/service-name'
export const SLICE_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** Endpoints with the same ports; they share slices. */
export interface PortGroup {
  ports: SlicePort[]
  endpoints: SliceEndpoint[]
}

export interface SlicePlan {
  /** Owns the slices. */
  owner: KubeObject
  service: string
  addressType: EndpointSlice['addressType']
  labels: StringMap
  annotations: StringMap
  max: number
  /** What made the change, for the annotation; absent removes it. */
  triggerTime?: string
  /** With no endpoints at all an empty slice stands in. */
  placeholder: boolean
}

/** NewPortMapKey */
export function portGroupKey(ports: SlicePort[] | null | undefined): string {
  return (ports ?? [])
    .map((p) => `${p.name ?? ''}|${p.port ?? ''}|${p.protocol ?? 'TCP'}|${p.appProtocol ?? ''}`)
    .sort()
    .join(',')
}

/** What makes an endpoint the same one: its address, hostname and target, not its conditions. */
export function endpointKey(endpoint: SliceEndpoint): string {
  const { namespace = '', name = '', uid = '' } = endpoint.targetRef ?? {}
  return `${[...endpoint.addresses].sort().join(',')}|${endpoint.hostname ?? ''}|${namespace}|${name}|${uid}`
}

interface Draft {
  existing?: EndpointSlice
  ports: SlicePort[]
  endpoints: SliceEndpoint[]
  changed: boolean
}

/** Brings the slices of one address type to the desired groups. `existing` are the owner's slices of that type. */
export function reconcileSlices(api: Client, plan: SlicePlan, existing: EndpointSlice[], groups: Map<string, PortGroup>): void {
  const byGroup = new Map<string, EndpointSlice[]>()
  for (const slice of existing) {
    const key = portGroupKey(slice.ports)
    byGroup.set(key, [...(byGroup.get(key) ?? []), slice])
  }
  const drafts: Draft[] = []
  let surplus: EndpointSlice[] = []
  for (const [key, group] of groups) {
    const { kept, emptied } = spread(group, byGroup.get(key) ?? [], plan.max)
    drafts.push(...kept)
    surplus.push(...emptied)
    byGroup.delete(key)
  }
  for (const slices of byGroup.values()) surplus.push(...slices)
  if (plan.placeholder && drafts.length === 0) {
    const spare = surplus.find((s) => !s.ports?.length && !s.endpoints?.length)
    surplus = surplus.filter((s) => s !== spare)
    drafts.push({ existing: spare, ports: [], endpoints: [], changed: !spare })
  }
  for (const draft of drafts) {
    // A slice to be made takes the place of one to be deleted.
    const target = draft.existing ?? surplus.shift()
    write(api, plan, target, draft)
  }
  for (const { metadata } of surplus) api.delete(SLICES, metadata.namespace, metadata.name)
}

function spread(group: PortGroup, existing: EndpointSlice[], max: number): { kept: Draft[]; emptied: EndpointSlice[] } {
  const desired = new Map(group.endpoints.map((e) => [endpointKey(e), e]))
  const kept: Draft[] = []
  const emptied: EndpointSlice[] = []
  for (const slice of existing) {
    const endpoints: SliceEndpoint[] = []
    let changed = false
    for (const endpoint of slice.endpoints ?? []) {
      const key = endpointKey(endpoint)
      const wanted = desired.get(key)
      if (!wanted) continue
      if (!semanticEqual(wanted, endpoint)) changed = true
      endpoints.push(wanted)
      desired.delete(key)
    }
    if (endpoints.length === 0) emptied.push(slice)
    else
      kept.push({ existing: slice, ports: group.ports, endpoints, changed: changed || endpoints.length < (slice.endpoints?.length ?? 0) })
  }
  const rest = [...desired.values()]
  let next = 0
  const fill = (draft: Draft) => {
    while (next < rest.length && draft.endpoints.length < max) {
      draft.endpoints.push(rest[next++])
      draft.changed = true
    }
  }
  // Slices that change anyway are filled first, the fullest of them first.
  for (const draft of kept.filter((d) => d.changed).sort((a, b) => b.endpoints.length - a.endpoints.length)) fill(draft)
  while (next < rest.length) {
    const left = rest.length - next
    const roomy = left < max ? kept.filter((d) => !d.changed && d.endpoints.length + left <= max) : []
    const tightest = roomy.sort((a, b) => b.endpoints.length - a.endpoints.length)[0]
    const draft = tightest ?? { ports: group.ports, endpoints: [], changed: true }
    if (!tightest) kept.push(draft)
    fill(draft)
  }
  return { kept, emptied }
}

function write(api: Client, plan: SlicePlan, target: EndpointSlice | undefined, draft: Draft): void {
  const { owner, labels, addressType } = plan
  // An empty list of endpoints or ports is null in a slice.
  const content = { endpoints: draft.endpoints.length ? draft.endpoints : null, ports: draft.ports.length ? draft.ports : null }
  if (!target) {
    const annotations = { ...plan.annotations, ...(plan.triggerTime && { [TRIGGER_TIME]: plan.triggerTime }) }
    api.create<EndpointSlice>({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${plan.service}-`,
        namespace: owner.metadata.namespace,
        labels,
        ...(Object.keys(annotations).length && { annotations }),
        ownerReferences: [controllerRef(owner)],
      },
      addressType,
      ...content,
    })
    return
  }
  const { annotations: old, ...metadata } = target.metadata
  const { [TRIGGER_TIME]: _, ...kept } = old ?? {}
  const same = draft.existing && !draft.changed && semanticEqual(target.metadata.labels, labels) && covers(kept, plan.annotations)
  if (same) return
  const annotations = { ...kept, ...plan.annotations, ...(plan.triggerTime && { [TRIGGER_TIME]: plan.triggerTime }) }
  api.update<EndpointSlice>({
    ...target,
    metadata: { ...metadata, labels, ...(Object.keys(annotations).length && { annotations }) },
    addressType,
    ...content,
  })
}

function covers(annotations: StringMap, wanted: StringMap): boolean {
  return Object.keys(wanted).every((key) => annotations[key] === wanted[key])
}
