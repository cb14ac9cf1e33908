// The roles every cluster has for its users, and who is bound to them.
// Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (the roles of the components are left out).
import type { PolicyRule } from '../api/rbac'
import type { KubeObject, StringMap } from '../api/types'

const READ = 'get list watch'
const WRITE = 'create delete deletecollection patch update'

/** `GROUPS|RESOURCES|VERBS`, words in each; the core group is `core`. */
function rule(text: string): PolicyRule {
  const [groups, resources, verbs] = text.split('|').map((part) => part.split(' '))
  return { apiGroups: groups.map((group) => (group === 'core' ? '' : group)), resources, verbs }
}

function urls(text: string): PolicyRule {
  return { nonResourceURLs: text.split(' '), verbs: ['get'] }
}

const TO_ADMIN = [
  'authorization.k8s.io|localsubjectaccessreviews|create',
  'rbac.authorization.k8s.io|rolebindings roles|create delete deletecollection get list patch update watch',
]
const TO_EDIT = [
  `core|pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy|${READ}`,
  'core|serviceaccounts|impersonate',
  `core|pods pods/attach pods/exec pods/portforward pods/proxy|${WRITE}`,
  'core|pods/eviction|create',
  `core|configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy|${WRITE}`,
  'core|serviceaccounts/token|create',
  `apps|daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale|${WRITE}`,
  `autoscaling|horizontalpodautoscalers|${WRITE}`,
  `batch|cronjobs jobs|${WRITE}`,
  `extensions|daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale|${WRITE}`,
  `policy|poddisruptionbudgets|${WRITE}`,
  `networking.k8s.io|ingresses networkpolicies|${WRITE}`,
  'coordination.k8s.io|leases|create delete deletecollection get list patch update watch',
]
const TO_VIEW = [
  'core|configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  'core|bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  'core|namespaces',
  'discovery.k8s.io|endpointslices',
  'apps|controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  'autoscaling|horizontalpodautoscalers horizontalpodautoscalers/status',
  'batch|cronjobs cronjobs/status jobs jobs/status',
  'extensions|daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  'policy|poddisruptionbudgets poddisruptionbudgets/status',
  'networking.k8s.io|ingresses ingresses/status networkpolicies',
].map((text) => `${text}|${READ}`)

const PUBLIC = '/healthz /livez /readyz /version /version/'
const DISCOVERY = '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'
const BASIC_USER = [
  'authorization.k8s.io|selfsubjectaccessreviews selfsubjectrulesreviews|create',
  'authentication.k8s.io|selfsubjectreviews|create',
]

/** A role joined from others: `TO` is the end of the label that selects them. */
function joined(name: string, labels: StringMap = {}): KubeObject {
  const selector = { matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' } }
  return object('ClusterRole', name, labels, { aggregationRule: { clusterRoleSelectors: [selector] }, rules: null })
}

function role(name: string, rules: PolicyRule[], labels: StringMap = {}): KubeObject {
  return object('ClusterRole', name, labels, { rules })
}

function part(name: string, rules: string[]): KubeObject {
  return role(`system:aggregate-to-${name}`, rules.map(rule), { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' })
}

function binding(name: string, groups: string[]): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io'
  return object(
    'ClusterRoleBinding',
    name,
    {},
    {
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({ apiGroup, kind: 'Group', name: group })),
    },
  )
}

function object(kind: string, name: string, labels: StringMap, rest: Record<string, unknown>): KubeObject {
  const metadata = {
    name,
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: metadata as unknown as KubeObject['metadata'], ...rest }
}

/** The ClusterRoles and ClusterRoleBindings of a fresh cluster. */
export function defaultRoles(): KubeObject[] {
  const toAdmin = { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }
  const toEdit = { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' }
  return [
    role('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    part('admin', TO_ADMIN),
    part('edit', TO_EDIT),
    part('view', TO_VIEW),
    joined('view', toEdit),
    joined('edit', toAdmin),
    joined('admin'),
    role('system:basic-user', BASIC_USER.map(rule)),
    role('system:discovery', [urls(DISCOVERY)]),
    role('system:public-info-viewer', [urls(PUBLIC)]),
    binding('cluster-admin', ['system:masters']),
    binding('system:basic-user', ['system:authenticated']),
    binding('system:discovery', ['system:authenticated']),
    binding('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
  ]
}
