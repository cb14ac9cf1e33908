// PersistentVolumeClaim: the behaviour of persistentvolumeclaims beyond its fields.
import { defineKind } from './kind'

export const persistentVolumeClaim = defineKind({
  resource: 'persistentvolumeclaims',
  columns: [],
})
