// ReplicaSet: the behaviour of replicasets.apps beyond its fields.
import { defineKind } from './kind'

export const replicaSet = defineKind({
  resource: 'replicasets.apps',
  columns: [],
})
