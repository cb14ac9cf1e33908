// What a ResourceQuota's namespace uses. Follows pkg/controller/resourcequota.
import type { Change, Controller, View } from '../api/contracts'
import type { ResourceQuota } from '../api/workloads'
import { quotaUsage } from '../kinds/quota-usage'
import { semanticEqual } from '../lib/equal'
import { formatQuantity } from '../lib/quantity'
import { keyOf, splitKey } from './shared/ownership'

const RESOURCE = 'resourcequotas'
/** Objects whose use may change while they live. */
const CHANGING = ['pods', 'services', 'persistentvolumeclaims']

function contentKeys({ resource, before, after }: Change, view: View): string[] {
  const { namespace } = (after ?? before)!.metadata
  if (!namespace || resource === 'events' || (before && after && !CHANGING.includes(resource))) return []
  return view.list<ResourceQuota>(RESOURCE, namespace).map(keyOf)
}

export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  watches: { [RESOURCE]: ({ after }) => (after ? [keyOf(after)] : []), '*': contentKeys },
  reconcile(key, { api }) {
    const [namespace, name] = splitKey(key)
    const quota = api.get<ResourceQuota>(RESOURCE, namespace, name)
    if (!quota || quota.metadata.deletionTimestamp) return
    const { hard = {} } = quota.spec
    const usage = quotaUsage(quota, api)
    const used: Record<string, string> = {}
    for (const resource of Object.keys(hard).sort()) used[resource] = usage[resource] ? formatQuantity(usage[resource]) : '0'
    const status = { hard, used }
    if (!semanticEqual(status, quota.status)) api.updateStatus<ResourceQuota>({ ...quota, status })
  },
}
