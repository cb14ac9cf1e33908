// StorageClass: how volumes are made for claims.

import type { StorageClass } from '../api/workloads'
import { formatLabels } from '../lib/label-selector'
import { AGE, boolText, DEFAULT_STORAGE_CLASS, isDefaultClass } from './columns'
import { defaultStorageClass } from './defaults/storage'
import { eventLines } from './describe/events'
import { multiline } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateStorageClass, validateStorageClassUpdate } from './validation/storage'
import { storageClassWarnings } from './validation/storage-warnings'

function nameText(storage: StorageClass): string {
  return isDefaultClass(storage, DEFAULT_STORAGE_CLASS) ? `${storage.metadata.name} (default)` : storage.metadata.name
}

interface TopologyTerm {
  matchLabelExpressions?: { key: string; values?: string[] }[]
}

function describeStorageClass(storage: StorageClass, context: DescribeContext): string {
  const { metadata } = storage
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `IsDefaultClass:\t${isDefaultClass(storage, DEFAULT_STORAGE_CLASS) ? 'Yes' : 'No'}\n`)
    w.write(0, `Annotations:\t${formatLabels(metadata.annotations)}\n`)
    w.write(0, `Provisioner:\t${storage.provisioner}\n`)
    w.write(0, `Parameters:\t${formatLabels(storage.parameters)}\n`)
    w.write(0, `AllowVolumeExpansion:\t${boolText(storage.allowVolumeExpansion)}\n`)
    w.write(0, storage.mountOptions?.length ? 'MountOptions:\n' : 'MountOptions:\t<none>\n')
    for (const option of storage.mountOptions ?? []) w.write(1, `${option}\n`)
    if (storage.reclaimPolicy !== undefined) w.write(0, `ReclaimPolicy:\t${storage.reclaimPolicy}\n`)
    if (storage.volumeBindingMode !== undefined) w.write(0, `VolumeBindingMode:\t${storage.volumeBindingMode}\n`)
    const topologies = storage.allowedTopologies as TopologyTerm[] | undefined
    if (topologies) {
      w.write(0, `AllowedTopologies:\t${topologies.length === 0 ? '<none>' : ''}\n`)
      for (const [index, { matchLabelExpressions = [] }] of topologies.entries()) {
        multiline(
          w,
          `Term ${index}`,
          matchLabelExpressions.map(({ key, values = [] }) => `${key} in [${values.join(', ')}]`),
          '  ',
        )
      }
    }
    eventLines(w, storage, context)
  })
}

export const storageClass = defineKind<StorageClass>({
  resource: 'storageclasses.storage.k8s.io',
  validate: validateStorageClass,
  warnings: storageClassWarnings,
  validateUpdate: validateStorageClassUpdate,
  defaults: defaultStorageClass,
  columns: [
    { name: 'NAME', cell: nameText },
    { name: 'PROVISIONER', cell: (storage) => storage.provisioner },
    { name: 'RECLAIMPOLICY', cell: (storage) => storage.reclaimPolicy ?? 'Delete' },
    { name: 'VOLUMEBINDINGMODE', cell: (storage) => storage.volumeBindingMode ?? 'Immediate' },
    { name: 'ALLOWVOLUMEEXPANSION', cell: (storage) => String(storage.allowVolumeExpansion ?? false) },
    AGE,
  ],
  describe: describeStorageClass,
})
