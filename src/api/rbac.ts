// Shapes of rbac.authorization.k8s.io objects; types only.
import type { KubeObject, LabelSelector } from './types'

export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}
/** Role and ClusterRole. */
export interface Role extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
}
export interface Subject {
  kind: string
  apiGroup?: string
  name: string
  namespace?: string
}
/** RoleBinding and ClusterRoleBinding. */
export interface RoleBinding extends KubeObject {
  roleRef: { apiGroup: string; kind: string; name: string }
  subjects?: Subject[]
}
