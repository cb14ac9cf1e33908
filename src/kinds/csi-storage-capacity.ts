// CSIStorageCapacity: the behaviour of csistoragecapacities.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const csiStorageCapacity = defineKind({
  resource: 'csistoragecapacities.storage.k8s.io',
  columns: [],
})
