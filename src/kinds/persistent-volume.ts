// PersistentVolume: a piece of storage in the cluster.
import type { PersistentVolume } from '../api/workloads'
import { AGE, accessModesText, NAME, storageClassOf } from './columns'
import { defineKind } from './kind'

export const persistentVolume = defineKind<PersistentVolume>({
  resource: 'persistentvolumes',
  columns: [
    NAME,
    { name: 'CAPACITY', cell: (volume) => String(volume.spec.capacity?.storage ?? '0') },
    { name: 'ACCESS MODES', cell: (volume) => accessModesText(volume.spec.accessModes) },
    { name: 'RECLAIM POLICY', cell: (volume) => volume.spec.persistentVolumeReclaimPolicy ?? '' },
    { name: 'STATUS', cell: (volume) => (volume.metadata.deletionTimestamp ? 'Terminating' : (volume.status?.phase ?? '')) },
    { name: 'CLAIM', cell: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : '') },
    { name: 'STORAGECLASS', cell: storageClassOf },
    { name: 'VOLUMEATTRIBUTESCLASS', cell: (volume) => (volume.spec.volumeAttributesClassName as string | undefined) ?? '<unset>' },
    { name: 'REASON', cell: (volume) => volume.status?.reason ?? '' },
    AGE,
    { name: 'VOLUMEMODE', wide: true, cell: (volume) => volume.spec.volumeMode ?? '<unset>' },
  ],
})
