// ClusterRole: the behaviour of clusterroles.rbac.authorization.k8s.io beyond its fields.
import { defineKind } from './kind'

export const clusterRole = defineKind({
  resource: 'clusterroles.rbac.authorization.k8s.io',
  columns: [],
})
