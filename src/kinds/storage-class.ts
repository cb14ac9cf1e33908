// StorageClass: how volumes are made for claims.
import type { StorageClass } from '../api/workloads'
import { AGE, DEFAULT_STORAGE_CLASS, isDefaultClass } from './columns'
import { defineKind } from './kind'

function nameText(storage: StorageClass): string {
  return isDefaultClass(storage, DEFAULT_STORAGE_CLASS) ? `${storage.metadata.name} (default)` : storage.metadata.name
}

export const storageClass = defineKind<StorageClass>({
  resource: 'storageclasses.storage.k8s.io',
  columns: [
    { name: 'NAME', cell: nameText },
    { name: 'PROVISIONER', cell: (storage) => storage.provisioner },
    { name: 'RECLAIMPOLICY', cell: (storage) => storage.reclaimPolicy ?? 'Delete' },
    { name: 'VOLUMEBINDINGMODE', cell: (storage) => storage.volumeBindingMode ?? 'Immediate' },
    { name: 'ALLOWVOLUMEEXPANSION', cell: (storage) => String(storage.allowVolumeExpansion ?? false) },
    AGE,
  ],
})
