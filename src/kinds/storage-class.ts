// StorageClass: the behaviour of storageclasses.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const storageClass = defineKind({
  resource: 'storageclasses.storage.k8s.io',
  columns: [],
})
