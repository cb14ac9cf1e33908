// PersistentVolumeClaim: a request for storage.
import type { PersistentVolumeClaim } from '../api/workloads'
import { AGE, accessModesText, NAME, storageClassOf } from './columns'
import { defineKind } from './kind'

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  resource: 'persistentvolumeclaims',
  columns: [
    NAME,
    { name: 'STATUS', cell: (claim) => (claim.metadata.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? '')) },
    { name: 'VOLUME', cell: (claim) => claim.spec.volumeName ?? '' },
    { name: 'CAPACITY', cell: (claim) => (claim.spec.volumeName ? String(claim.status?.capacity?.storage ?? '0') : '') },
    { name: 'ACCESS MODES', cell: (claim) => (claim.spec.volumeName ? accessModesText(claim.status?.accessModes) : '') },
    { name: 'STORAGECLASS', cell: storageClassOf },
    { name: 'VOLUMEATTRIBUTESCLASS', cell: (claim) => claim.spec.volumeAttributesClassName ?? '<unset>' },
    AGE,
    { name: 'VOLUMEMODE', wide: true, cell: (claim) => claim.spec.volumeMode ?? '<unset>' },
  ],
})
