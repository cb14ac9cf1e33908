// EndpointSlice: the behaviour of endpointslices.discovery.k8s.io beyond its fields.
import { defineKind } from './kind'

export const endpointSlice = defineKind({
  resource: 'endpointslices.discovery.k8s.io',
  columns: [],
})
