// ResourceClaim: a request for devices.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultResourceClaim } from './defaults/extension'
import { defineKind } from './kind'
import { validateAdminAccess, validateResourceClaim } from './validation/devices'

interface ResourceClaim extends KubeObject {
  status?: { allocation?: unknown; reservedFor?: unknown[] }
}

/** `pending`, `allocated`, `allocated,reserved`, before them `deleted`. */
function state({ metadata, status }: ResourceClaim): string {
  const states: string[] = []
  if (metadata.deletionTimestamp) states.push('deleted')
  if (!status?.allocation && !metadata.deletionTimestamp) states.push('pending')
  if (status?.allocation) states.push('allocated')
  if (status?.allocation && status.reservedFor?.length) states.push('reserved')
  return states.join(',')
}

export const resourceClaim = defineKind<ResourceClaim>({
  resource: 'resourceclaims.resource.k8s.io',
  validate: validateResourceClaim,
  validateCreate: (claim, context) => validateAdminAccess(claim.spec, claim.metadata.namespace, context),
  defaults: defaultResourceClaim,
  columns: [NAME, { name: 'STATE', cell: state }, AGE],
})
