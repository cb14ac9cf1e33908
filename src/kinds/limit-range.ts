// LimitRange: the behaviour of limitranges beyond its fields.
import { defineKind } from './kind'

export const limitRange = defineKind({
  resource: 'limitranges',
  columns: [],
})
