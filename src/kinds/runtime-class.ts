// RuntimeClass: the behaviour of runtimeclasses.node.k8s.io beyond its fields.
import { defineKind } from './kind'

export const runtimeClass = defineKind({
  resource: 'runtimeclasses.node.k8s.io',
  columns: [],
})
