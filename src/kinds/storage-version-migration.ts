// StorageVersionMigration: the behaviour of storageversionmigrations.storagemigration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const storageVersionMigration = defineKind({
  resource: 'storageversionmigrations.storagemigration.k8s.io',
  columns: [],
})
