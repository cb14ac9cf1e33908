// DeviceClass: the behaviour of deviceclasses.resource.k8s.io beyond its fields.
import { defineKind } from './kind'

export const deviceClass = defineKind({
  resource: 'deviceclasses.resource.k8s.io',
  columns: [],
})
