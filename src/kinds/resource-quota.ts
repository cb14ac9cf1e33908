// ResourceQuota: the behaviour of resourcequotas beyond its fields.
import { defineKind } from './kind'

export const resourceQuota = defineKind({
  resource: 'resourcequotas',
  columns: [],
})
