// Namespace: a scope for names.
import type { Namespace } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const namespace = defineKind<Namespace>({
  resource: 'namespaces',
  columns: [NAME, { name: 'STATUS', cell: (namespace) => namespace.status?.phase ?? '' }, AGE],
})
