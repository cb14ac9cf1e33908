// ServiceAccount: the behaviour of serviceaccounts beyond its fields.
import { defineKind } from './kind'

export const serviceAccount = defineKind({
  resource: 'serviceaccounts',
  columns: [],
})
