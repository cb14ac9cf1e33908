// CSIStorageCapacity: how much room a storage class has in a part of the cluster.
import { DEFAULT_COLUMNS } from './columns'
import { defineKind } from './kind'
import { storageCapacityWarnings } from './validation/component-warnings'
import { validateCsiStorageCapacity, validateCsiStorageCapacityUpdate } from './validation/components'

export const csiStorageCapacity = defineKind({
  resource: 'csistoragecapacities.storage.k8s.io',
  validate: validateCsiStorageCapacity,
  warnings: storageCapacityWarnings,
  validateUpdate: validateCsiStorageCapacityUpdate,
  columns: DEFAULT_COLUMNS,
})
