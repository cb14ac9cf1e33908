// IngressClass: the behaviour of ingressclasses.networking.k8s.io beyond its fields.
import { defineKind } from './kind'

export const ingressClass = defineKind({
  resource: 'ingressclasses.networking.k8s.io',
  columns: [],
})
