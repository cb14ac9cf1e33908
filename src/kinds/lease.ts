// Lease: who leads, and which node is alive.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { prepareLease } from './defaults/cluster'
import { defineKind } from './kind'
import { validateLease } from './validation/nodes'

export interface Lease extends KubeObject {
  spec: { holderIdentity?: string; acquireTime?: string; renewTime?: string }
}

export const lease = defineKind<Lease>({
  resource: 'leases.coordination.k8s.io',
  validate: validateLease,
  prepareForCreate: prepareLease,
  prepareForUpdate: prepareLease,
  columns: [NAME, { name: 'HOLDER', cell: ({ spec }) => spec?.holderIdentity ?? '' }, AGE],
})
