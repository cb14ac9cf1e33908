// ServiceCIDR: the behaviour of servicecidrs.networking.k8s.io beyond its fields.
import { defineKind } from './kind'

export const serviceCidr = defineKind({
  resource: 'servicecidrs.networking.k8s.io',
  columns: [],
})
