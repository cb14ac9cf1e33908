// StorageVersionMigration: rewriting stored objects in a newer version.
import type { Condition, KubeObject } from '../api/types'
import { NAME } from './columns'
import { defineKind } from './kind'
import { validateStorageVersionMigration } from './validation/components'

interface StorageVersionMigration extends KubeObject {
  spec: { resource?: { group?: string; resource?: string } }
  status?: { conditions?: Condition[] }
}

export const storageVersionMigration = defineKind<StorageVersionMigration>({
  resource: 'storageversionmigrations.storagemigration.k8s.io',
  validate: validateStorageVersionMigration,
  columns: [
    NAME,
    { name: 'RESOURCE', cell: ({ spec }) => `${spec.resource?.resource ?? ''}${spec.resource?.group ? `.${spec.resource.group}` : ''}` },
    { name: 'STATUS', cell: ({ status }) => status?.conditions?.find((condition) => condition.status === 'True')?.type ?? '' },
  ],
})
