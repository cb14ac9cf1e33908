// PersistentVolume: a piece of storage in the cluster.

import type { PersistentVolume } from '../api/workloads'
import { age } from '../lib/ages'
import { AGE, accessModesText, NAME, storageClassOf } from './columns'
import { defaultPersistentVolume, preparePersistentVolume } from './defaults/storage'
import { eventLines } from './describe/events'
import { goList } from './describe/go-text'
import { headLines } from './describe/metadata'
import { persistentSourceLines } from './describe/volumes'
import { type DescribeWriter, describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validatePersistentVolume, validateVolumeUpdate } from './validation/storage'
import { volumeWarnings } from './validation/storage-warnings'

function describeVolume(volume: PersistentVolume, context: DescribeContext): string {
  const { metadata, spec, status } = volume
  return describing((w) => {
    headLines(w, volume, false)
    w.write(0, `Finalizers:\t${goList(metadata.finalizers)}\n`)
    w.write(0, `StorageClass:\t${storageClassOf(volume)}\n`)
    const gone = metadata.deletionTimestamp
    w.write(0, `Status:\t${gone ? `Terminating (lasts ${age(gone, context.now)})` : (status?.phase ?? '')}\n`)
    w.write(0, `Claim:\t${claimText(volume)}\n`)
    w.write(0, `Reclaim Policy:\t${spec.persistentVolumeReclaimPolicy ?? ''}\n`)
    w.write(0, `Access Modes:\t${accessModesText(spec.accessModes)}\n`)
    if (spec.volumeMode !== undefined) w.write(0, `VolumeMode:\t${spec.volumeMode}\n`)
    w.write(0, `Capacity:\t${spec.capacity?.storage ?? '0'}\n`)
    affinityLines(w, spec.nodeAffinity as NodeAffinity | undefined)
    w.write(0, `Message:\t${status?.message ?? ''}\n`)
    w.write(0, 'Source:\n')
    persistentSourceLines(w, spec)
    eventLines(w, volume, context)
  })
}

interface NodeAffinity {
  required?: { nodeSelectorTerms?: { matchExpressions?: { key: string; operator: string; values?: string[] }[] }[] }
}

function affinityLines(w: DescribeWriter, affinity: NodeAffinity | undefined): void {
  const terms = affinity?.required?.nodeSelectorTerms ?? []
  w.write(0, `Node Affinity:\t${affinity?.required ? '' : '<none>'}\n`)
  if (!affinity?.required) return
  w.write(1, `Required Terms:\t${terms.length === 0 ? '<none>' : ''}\n`)
  for (const [index, { matchExpressions = [] }] of terms.entries()) {
    w.write(2, `Term ${index}:\t`)
    if (matchExpressions.length === 0) w.line('<none>')
    for (const [place, { key, operator, values = [] }] of matchExpressions.entries()) {
      if (place > 0) w.write(2, '\t')
      w.write(0, `${key} ${operator.toLowerCase()}${values.length > 0 ? ` [${values.join(', ')}]` : ''}\n`)
    }
  }
}

function claimText({ spec: { claimRef } }: PersistentVolume): string {
  return claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : ''
}

export const persistentVolume = defineKind<PersistentVolume>({
  resource: 'persistentvolumes',
  validate: validatePersistentVolume,
  warnings: volumeWarnings,
  validateUpdate: validateVolumeUpdate,
  defaults: defaultPersistentVolume,
  prepareForCreate: preparePersistentVolume,
  columns: [
    NAME,
    { name: 'CAPACITY', cell: (volume) => String(volume.spec.capacity?.storage ?? '0') },
    { name: 'ACCESS MODES', cell: (volume) => accessModesText(volume.spec.accessModes) },
    { name: 'RECLAIM POLICY', cell: (volume) => volume.spec.persistentVolumeReclaimPolicy ?? '' },
    { name: 'STATUS', cell: (volume) => (volume.metadata.deletionTimestamp ? 'Terminating' : (volume.status?.phase ?? '')) },
    { name: 'CLAIM', cell: claimText },
    { name: 'STORAGECLASS', cell: storageClassOf },
    { name: 'VOLUMEATTRIBUTESCLASS', cell: (volume) => (volume.spec.volumeAttributesClassName as string | undefined) ?? '<unset>' },
    { name: 'REASON', cell: (volume) => volume.status?.reason ?? '' },
    AGE,
    { name: 'VOLUMEMODE', wide: true, cell: (volume) => volume.spec.volumeMode ?? '<unset>' },
  ],
  describe: describeVolume,
})
