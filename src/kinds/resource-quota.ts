// ResourceQuota: how much a namespace may use.

import type { ResourceQuota } from '../api/workloads'
import { AGE, NAME } from './columns'
import { clearStatus } from './defaults/workloads'
import { describeQuota } from './describe/quotas'
import { defineKind } from './kind'
import { validateResourceQuota, validateResourceQuotaUpdate } from './validation/limits'

/** `pods: 1/10, requests.cpu: 0/2`; resources named `limits.…` have a column of their own. */
function usage({ status }: ResourceQuota, limits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ')
}

export const resourceQuota = defineKind<ResourceQuota>({
  resource: 'resourcequotas',
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  prepareForCreate: clearStatus({}),
  columns: [NAME, { name: 'REQUEST', cell: (quota) => usage(quota, false) }, { name: 'LIMIT', cell: (quota) => usage(quota, true) }, AGE],
  describe: describeQuota,
})
