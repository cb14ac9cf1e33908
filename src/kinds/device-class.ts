// DeviceClass: a choice of devices for claims.
import { AGE, NAME } from './columns'
import { defineKind } from './kind'
import { validateDeviceClass } from './validation/devices'

export const deviceClass = defineKind({
  resource: 'deviceclasses.resource.k8s.io',
  validate: validateDeviceClass,
  columns: [NAME, AGE],
})
