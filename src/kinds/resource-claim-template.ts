// ResourceClaimTemplate: claims for devices, one a pod.
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const resourceClaimTemplate = defineKind({
  resource: 'resourceclaimtemplates.resource.k8s.io',
  columns: [NAME, AGE],
})
