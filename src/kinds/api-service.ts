// APIService: the behaviour of apiservices.apiregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const apiService = defineKind({
  resource: 'apiservices.apiregistration.k8s.io',
  columns: [],
})
