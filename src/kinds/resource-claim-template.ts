// ResourceClaimTemplate: claims for devices, one a pod.

import { AGE, NAME } from './columns'
import { defaultResourceClaimTemplate } from './defaults/extension'
import { fieldsOf } from './defaults/fields'
import { defineKind } from './kind'
import { validateAdminAccess, validateResourceClaimTemplate } from './validation/devices'

export const resourceClaimTemplate = defineKind({
  resource: 'resourceclaimtemplates.resource.k8s.io',
  validate: validateResourceClaimTemplate,
  validateCreate: ({ spec, metadata }, context) => validateAdminAccess(fieldsOf(spec)?.spec, metadata.namespace, context),
  defaults: defaultResourceClaimTemplate,
  columns: [NAME, AGE],
})
