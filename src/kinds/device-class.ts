// DeviceClass: a choice of devices for claims.
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const deviceClass = defineKind({
  resource: 'deviceclasses.resource.k8s.io',
  columns: [NAME, AGE],
})
