// ClusterRoleBinding: the behaviour of clusterrolebindings.rbac.authorization.k8s.io beyond its fields.
import { defineKind } from './kind'

export const clusterRoleBinding = defineKind({
  resource: 'clusterrolebindings.rbac.authorization.k8s.io',
  columns: [],
})
