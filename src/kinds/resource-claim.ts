// ResourceClaim: the behaviour of resourceclaims.resource.k8s.io beyond its fields.
import { defineKind } from './kind'

export const resourceClaim = defineKind({
  resource: 'resourceclaims.resource.k8s.io',
  columns: [],
})
