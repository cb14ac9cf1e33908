// LimitRange: bounds and defaults for the resources of a namespace.
import { DEFAULT_COLUMNS } from './columns'
import { defineKind } from './kind'

export const limitRange = defineKind({
  resource: 'limitranges',
  columns: DEFAULT_COLUMNS,
})
