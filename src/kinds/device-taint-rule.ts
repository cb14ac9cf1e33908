// DeviceTaintRule: the behaviour of devicetaintrules.resource.k8s.io beyond its fields.
import { defineKind } from './kind'

export const deviceTaintRule = defineKind({
  resource: 'devicetaintrules.resource.k8s.io',
  columns: [],
})
