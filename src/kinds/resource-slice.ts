// ResourceSlice: the behaviour of resourceslices.resource.k8s.io beyond its fields.
import { defineKind } from './kind'

export const resourceSlice = defineKind({
  resource: 'resourceslices.resource.k8s.io',
  columns: [],
})
