// ResourceClaimTemplate: claims for devices, one a pod.

import { AGE, NAME } from './columns'
import { defaultResourceClaimTemplate } from './defaults/extension'
import { defineKind } from './kind'

export const resourceClaimTemplate = defineKind({
  resource: 'resourceclaimtemplates.resource.k8s.io',
  defaults: defaultResourceClaimTemplate,
  columns: [NAME, AGE],
})
