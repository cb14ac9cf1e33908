// ReplicationController: the behaviour of replicationcontrollers beyond its fields.
import { defineKind } from './kind'

export const replicationController = defineKind({
  resource: 'replicationcontrollers',
  columns: [],
})
