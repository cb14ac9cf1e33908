// What objects use of the resources a ResourceQuota counts. Upstream: pkg/quota/v1/evaluator/core, apiserver/pkg/quota/v1.
import type { View } from '../api/contracts'
import type { Container, KubeObject, Pod, Service } from '../api/types'
import type { PersistentVolumeClaim, ResourceQuota } from '../api/workloads'
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity, quantityOf } from '../lib/quantity'

export type Usage = Record<string, Quantity>

const ONE = parseQuantity('1')
/** Plurals that quotas count under their own name besides `count/…`. */
const COUNTED = ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas']

function add(usage: Usage, name: string, quantity: Quantity): void {
  usage[name] = usage[name] ? addQuantities(usage[name], quantity) : quantity
}

function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
}

function larger(into: Usage, other: Usage): void {
  for (const name in other) if (!into[name] || compareQuantities(other[name], into[name]) > 0) into[name] = other[name]
}

function ofContainer(container: Container, list: 'requests' | 'limits'): Usage {
  const out: Usage = {}
  for (const [name, value] of Object.entries(container.resources?.[list] ?? {})) out[name] = quantityOf(value)
  return out
}

/** What the scheduler reserves for a Pod: its containers and sidecars together, or its largest init step, and its overhead. */
export function podResources(pod: Pod, list: 'requests' | 'limits'): Usage {
  const total: Usage = {}
  for (const container of pod.spec.containers ?? []) {
    const own = ofContainer(container, list)
    for (const name in own) add(total, name, own[name])
  }
  const sidecars: Usage = {}
  const steps: Usage = {}
  for (const container of pod.spec.initContainers ?? []) {
    const own = ofContainer(container, list)
    if (container.restartPolicy === 'Always') {
      for (const name in own) add(sidecars, name, own[name])
      for (const name in own) add(total, name, own[name])
      larger(steps, sidecars)
    } else {
      const step: Usage = { ...sidecars }
      for (const name in own) add(step, name, own[name])
      larger(steps, step)
    }
  }
  larger(total, steps)
  const whole = (pod.spec.resources as Container['resources'] | undefined)?.[list]
  for (const [name, value] of Object.entries(whole ?? {})) total[name] = quantityOf(value)
  for (const [name, value] of Object.entries((pod.spec.overhead ?? {}) as Record<string, string>)) {
    if (list === 'requests' || total[name]) add(total, name, quantityOf(value))
  }
  return total
}

function podUsage(pod: Pod, usage: Usage): void {
  if (isTerminal(pod)) return
  usage.pods = ONE
  for (const [name, quantity] of Object.entries(podResources(pod, 'requests'))) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[name] = quantity
    usage[`requests.${name}`] = quantity
    if (name.startsWith('hugepages-')) usage[name] = quantity
  }
  for (const [name, quantity] of Object.entries(podResources(pod, 'limits'))) usage[`limits.${name}`] = quantity
}

function serviceUsage({ spec }: Service, usage: Usage): void {
  usage.services = ONE
  const ports = parseQuantity(String(spec.ports?.length ?? 0))
  const none = parseQuantity('0')
  usage['services.loadbalancers'] = spec.type === 'LoadBalancer' ? ONE : none
  usage['services.nodeports'] = none
  if (spec.type === 'NodePort') usage['services.nodeports'] = ports
  if (spec.type === 'LoadBalancer') {
    const given = spec.ports?.filter((p) => p.nodePort).length ?? 0
    usage['services.nodeports'] = spec.allocateLoadBalancerNodePorts === false ? parseQuantity(String(given)) : ports
  }
}

function claimUsage(claim: PersistentVolumeClaim, usage: Usage): void {
  const storage = claim.spec.resources?.requests?.storage
  const storageClass = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec.storageClassName
  const names = ['', ...(storageClass ? [`${storageClass}.storageclass.storage.k8s.io/`] : [])]
  for (const prefix of names) {
    usage[`${prefix}persistentvolumeclaims`] = ONE
    if (storage !== undefined) usage[`${prefix}requests.storage`] = quantityOf(storage)
  }
}

/** What one object uses, by the names that quotas count: `pods`, `requests.cpu`, `count/deployments.apps`. */
export function usageOf(resource: string, object: KubeObject): Usage {
  const usage: Usage = { [`count/${resource}`]: ONE }
  if (resource === 'pods') podUsage(object as Pod, usage)
  else if (resource === 'services') serviceUsage(object as Service, usage)
  else if (resource === 'persistentvolumeclaims') claimUsage(object as PersistentVolumeClaim, usage)
  else if (COUNTED.includes(resource)) usage[resource] = ONE
  return usage
}

// ---------------------------------------------------------------- scopes

function isBestEffort(pod: Pod): boolean {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  return !containers.some((c) =>
    ['cpu', 'memory'].some((name) => c.resources?.requests?.[name] !== undefined || c.resources?.limits?.[name] !== undefined),
  )
}

function hasCrossNamespaceAffinity(pod: Pod): boolean {
  const text = JSON.stringify(pod.spec.affinity ?? {})
  return /"namespaceSelector":|"namespaces":\[[^\]]/.test(text)
}

function inScope(pod: Pod, scope: string, operator: string, values: string[]): boolean {
  switch (scope) {
    case 'Terminating':
      return pod.spec.activeDeadlineSeconds !== undefined
    case 'NotTerminating':
      return pod.spec.activeDeadlineSeconds === undefined
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'CrossNamespacePodAffinity':
      return hasCrossNamespaceAffinity(pod)
    case 'PriorityClass': {
      const name = pod.spec.priorityClassName ?? ''
      if (operator === 'Exists') return name !== ''
      if (operator === 'DoesNotExist') return name === ''
      return operator === 'In' ? values.includes(name) : !values.includes(name)
    }
    default:
      return false
  }
}

/** Whether a quota counts this object at all: its scopes speak of Pods alone. */
export function quotaCovers(quota: ResourceQuota, resource: string, object: KubeObject): boolean {
  const scopes = (quota.spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] }))
  const selectors = [...scopes, ...(quota.spec.scopeSelector?.matchExpressions ?? [])]
  if (!selectors.length) return true
  return resource === 'pods' && selectors.every((s) => inScope(object as Pod, s.scopeName, s.operator, s.values ?? []))
}

// ---------------------------------------------------------------- sums

/** The resource whose objects a quota's key counts: `requests.cpu` is about pods. */
export function countedResource(key: string): string {
  if (key.startsWith('count/')) return key.slice(6)
  if (key.includes('storageclass.storage.k8s.io/') || key === 'requests.storage') return 'persistentvolumeclaims'
  if (key.startsWith('services.')) return 'services'
  return COUNTED.includes(key) ? key : 'pods'
}

/** The usage of everything in the quota's namespace, one quantity for each key of `spec.hard`. */
export function quotaUsage(quota: ResourceQuota, view: View): Usage {
  const keys = Object.keys(quota.spec.hard ?? {})
  const total: Usage = Object.fromEntries(keys.map((key) => [key, parseQuantity('0')]))
  for (const resource of new Set(keys.map(countedResource))) {
    for (const object of view.list(resource, quota.metadata.namespace)) {
      if (!quotaCovers(quota, resource, object)) continue
      const usage = usageOf(resource, object)
      for (const key of keys) if (usage[key]) add(total, key, usage[key])
    }
  }
  return total
}

/** `status.used` as the quota controller writes it. */
export function formatUsage(usage: Usage): Record<string, string> {
  return Object.fromEntries(Object.keys(usage).map((key) => [key, formatQuantity(usage[key])]))
}
