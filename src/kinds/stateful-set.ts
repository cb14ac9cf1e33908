// StatefulSet: the behaviour of statefulsets.apps beyond its fields.
import { defineKind } from './kind'

export const statefulSet = defineKind({
  resource: 'statefulsets.apps',
  columns: [],
})
