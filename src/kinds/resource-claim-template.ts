// ResourceClaimTemplate: the behaviour of resourceclaimtemplates.resource.k8s.io beyond its fields.
import { defineKind } from './kind'

export const resourceClaimTemplate = defineKind({
  resource: 'resourceclaimtemplates.resource.k8s.io',
  columns: [],
})
