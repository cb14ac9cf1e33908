// ResourceQuota: how much a namespace may use.

import type { ResourceQuota } from '../api/workloads'
import { compareQuantities, parseQuantity } from '../lib/quantity'
import { AGE, NAME } from './columns'
import { clearStatus } from './defaults/workloads'
import { describeQuota } from './describe/quotas'
import { defineKind } from './kind'
import { validateResourceQuota, validateResourceQuotaUpdate } from './validation/limits'
import { validateQuotaStatus } from './validation/status'

/** `pods: 1/10, requests.cpu: 0/2`; resources named `limits.…` have a column of their own. */
function usage({ status }: ResourceQuota, limits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ')
}

/** A request that may be greater than what limits it. Upstream: pkg/registry/core/resourcequota/strategy.go. */
function quotaWarnings({ spec }: ResourceQuota, old?: ResourceQuota): string[] {
  if (old) return []
  const hard = spec?.hard ?? {}
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => {
    const bare = (name === 'cpu' || name === 'memory') && !(`requests.${name}` in hard)
    const [request, limit] = [bare ? name : `requests.${name}`, `limits.${name}`]
    if (!(request in hard) || !(limit in hard)) return []
    if (compareQuantities(parseQuantity(hard[request]), parseQuantity(hard[limit])) <= 0) return []
    return [`ResourceQuota ${request} (${hard[request]}) should be less than ${limit} (${hard[limit]})`]
  })
}

export const resourceQuota = defineKind<ResourceQuota>({
  resource: 'resourcequotas',
  validate: validateResourceQuota,
  validateStatusUpdate: validateQuotaStatus,
  validateUpdate: validateResourceQuotaUpdate,
  prepareForCreate: clearStatus({}),
  warnings: quotaWarnings,
  columns: [NAME, { name: 'REQUEST', cell: (quota) => usage(quota, false) }, { name: 'LIMIT', cell: (quota) => usage(quota, true) }, AGE],
  describe: describeQuota,
})
