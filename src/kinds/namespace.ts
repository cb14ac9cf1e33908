// Namespace: the behaviour of namespaces beyond its fields.
import { defineKind } from './kind'

export const namespace = defineKind({
  resource: 'namespaces',
  columns: [],
})
