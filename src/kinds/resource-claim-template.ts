// ResourceClaimTemplate: claims for devices, one a pod.

import { AGE, NAME } from './columns'
import { defaultResourceClaimTemplate } from './defaults/extension'
import { defineKind } from './kind'
import { validateResourceClaimTemplate } from './validation/devices'

export const resourceClaimTemplate = defineKind({
  resource: 'resourceclaimtemplates.resource.k8s.io',
  validate: validateResourceClaimTemplate,
  defaults: defaultResourceClaimTemplate,
  columns: [NAME, AGE],
})
