// PersistentVolume: the behaviour of persistentvolumes beyond its fields.
import { defineKind } from './kind'

export const persistentVolume = defineKind({
  resource: 'persistentvolumes',
  columns: [],
})
