// ComponentStatus: the behaviour of componentstatuses beyond its fields.
import { defineKind } from './kind'

export const componentStatus = defineKind({
  resource: 'componentstatuses',
  columns: [],
})
