// ServiceAccount: who a pod is to the API server.
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const serviceAccount = defineKind({
  resource: 'serviceaccounts',
  columns: [NAME, AGE],
})
