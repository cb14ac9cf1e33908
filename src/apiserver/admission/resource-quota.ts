// ResourceQuota: refuses what would use more than a namespace may. Upstream: apiserver/pkg/admission/plugin/resourcequota/controller.go.
import type { Container, KubeObject, Pod } from '../../api/types'
import type { ResourceQuota } from '../../api/workloads'
import { quotaCovers, quotaUsage, type Usage, usageOf } from '../../kinds/quota-usage'
import { addQuantities, compareQuantities, formatQuantity, quantityOf, subtractQuantities } from '../../lib/quantity'
import type { ResourceInfo } from '../../schema/resources'
import { type AdmissionContext, type AdmissionPlugin, refusal } from './plugin'

const COMPUTE = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

function asks(container: Container, key: string): boolean {
  const list = key.startsWith('limits.') ? container.resources?.limits : container.resources?.requests
  return list?.[key.replace(/^(requests|limits)\./, '')] !== undefined
}

/** A quota on cpu or memory wants every container to say how much it needs. */
function unspecified(pod: Pod, keys: string[]): string | undefined {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  const whole = pod.spec.resources as Container['resources'] | undefined
  const complaints = keys
    .filter((key) => COMPUTE.includes(key) && !asks({ resources: whole } as Container, key))
    .sort()
    .map((key) => ({ key, names: containers.filter((c) => !asks(c, key)).map((c) => c.name) }))
    .filter(({ names }) => names.length)
    .map(({ key, names }) => `${key} for: ${[...new Set(names)].sort().join(',')}`)
  return complaints.length ? `must specify ${complaints.join('; ')}` : undefined
}

function list(usage: Usage, keys: string[]): string {
  return keys.map((key) => `${key}=${formatQuantity(usage[key])}`).join(',')
}

function checkQuota(quota: ResourceQuota, delta: Usage, info: ResourceInfo, object: KubeObject, context: AdmissionContext): void {
  const hard = quota.spec.hard ?? {}
  const keys = Object.keys(hard).filter((key) => delta[key])
  if (!keys.length) return
  const used = quotaUsage(quota, context.view)
  const limited: Usage = Object.fromEntries(keys.map((key) => [key, quantityOf(hard[key])]))
  const exceeded = keys
    .filter((key) => delta[key].unscaled > 0n && compareQuantities(addQuantities(used[key], delta[key]), limited[key]) > 0)
    .sort()
  if (!exceeded.length) return
  const why = `exceeded quota: ${quota.metadata.name}, requested: ${list(delta, exceeded)}, used: ${list(used, exceeded)}, limited: ${list(limited, exceeded)}`
  throw refusal(info, object, why)
}

function quotas(context: AdmissionContext, info: ResourceInfo, object: KubeObject): ResourceQuota[] {
  if (!info.namespaced || info.resource === 'events') return []
  return context.view
    .list<ResourceQuota>('resourcequotas', object.metadata.namespace)
    .filter((quota) => quotaCovers(quota, info.resource, object))
}

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  resources: ['*'],
  checkCreate(object, context, info) {
    for (const quota of quotas(context, info, object)) {
      const why = info.resource === 'pods' ? unspecified(object as Pod, Object.keys(quota.spec.hard ?? {})) : undefined
      if (why) throw refusal(info, object, `failed quota: ${quota.metadata.name}: ${why}`)
    }
    const delta = usageOf(info.resource, object)
    for (const quota of quotas(context, info, object)) checkQuota(quota, delta, info, object, context)
  },
  checkUpdate(object, old, context, info) {
    if (!['pods', 'services', 'persistentvolumeclaims'].includes(info.resource)) return
    const [after, before] = [usageOf(info.resource, object), usageOf(info.resource, old)]
    const delta: Usage = Object.fromEntries(
      Object.keys(after).map((key) => [key, before[key] ? subtractQuantities(after[key], before[key]) : after[key]]),
    )
    for (const quota of quotas(context, info, object)) checkQuota(quota, delta, info, object, context)
  },
}
