// NetworkPolicy: the behaviour of networkpolicies.networking.k8s.io beyond its fields.
import { defineKind } from './kind'

export const networkPolicy = defineKind({
  resource: 'networkpolicies.networking.k8s.io',
  columns: [],
})
