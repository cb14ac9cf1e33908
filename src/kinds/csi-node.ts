// CSINode: the behaviour of csinodes.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const csiNode = defineKind({
  resource: 'csinodes.storage.k8s.io',
  columns: [],
})
