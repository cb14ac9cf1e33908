// Ingress: the behaviour of ingresses.networking.k8s.io beyond its fields.
import { defineKind } from './kind'

export const ingress = defineKind({
  resource: 'ingresses.networking.k8s.io',
  columns: [],
})
