// Lease: the behaviour of leases.coordination.k8s.io beyond its fields.
import { defineKind } from './kind'

export const lease = defineKind({
  resource: 'leases.coordination.k8s.io',
  columns: [],
})
