// CSIDriver: the behaviour of csidrivers.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const csiDriver = defineKind({
  resource: 'csidrivers.storage.k8s.io',
  columns: [],
})
