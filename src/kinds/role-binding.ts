// RoleBinding: the behaviour of rolebindings.rbac.authorization.k8s.io beyond its fields.
import { defineKind } from './kind'

export const roleBinding = defineKind({
  resource: 'rolebindings.rbac.authorization.k8s.io',
  columns: [],
})
