// Event: the behaviour of events beyond its fields.
import { defineKind } from './kind'

export const event = defineKind({
  resource: 'events',
  columns: [],
})
