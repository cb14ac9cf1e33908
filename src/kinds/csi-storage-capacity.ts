// CSIStorageCapacity: how much room a storage class has in a part of the cluster.
import { DEFAULT_COLUMNS } from './columns'
import { defineKind } from './kind'

export const csiStorageCapacity = defineKind({
  resource: 'csistoragecapacities.storage.k8s.io',
  columns: DEFAULT_COLUMNS,
})
