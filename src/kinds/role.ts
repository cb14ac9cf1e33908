// Role: the behaviour of roles.rbac.authorization.k8s.io beyond its fields.
import { defineKind } from './kind'

export const role = defineKind({
  resource: 'roles.rbac.authorization.k8s.io',
  columns: [],
})
