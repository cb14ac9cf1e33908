// Node: the behaviour of nodes beyond its fields.
import { defineKind } from './kind'

export const node = defineKind({
  resource: 'nodes',
  columns: [],
})
