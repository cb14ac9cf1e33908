// Service: the behaviour of services beyond its fields.
import { defineKind } from './kind'

export const service = defineKind({
  resource: 'services',
  columns: [],
})
