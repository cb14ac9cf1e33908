// Where labels, annotations, namespaces, replica counts and names stand in the kinds that kustomize knows.
// Upstream: kustomize api/internal/konfig/builtinpluginconsts.
import type { FieldSpec } from './kustomization'
import type { Gvk } from './resource'

const APPS = { group: 'apps' }
const BATCH = { group: 'batch' }

/** Kinds with a Pod template, where the template is, and the group the label tables ask for. */
const TEMPLATES: (Partial<Gvk> & { at: string })[] = [
  { version: 'v1', kind: 'ReplicationController', at: 'spec/template' },
  { kind: 'Deployment', at: 'spec/template' },
  { kind: 'ReplicaSet', at: 'spec/template' },
  { kind: 'DaemonSet', at: 'spec/template' },
  { ...APPS, kind: 'StatefulSet', at: 'spec/template' },
  { ...BATCH, kind: 'Job', at: 'spec/template' },
  { ...BATCH, kind: 'CronJob', at: 'spec/jobTemplate' },
  { ...BATCH, kind: 'CronJob', at: 'spec/jobTemplate/spec/template' },
]

function inTemplates(field: string): FieldSpec[] {
  return TEMPLATES.map(({ at, ...gvk }) => ({ ...gvk, path: `${at}/metadata/${field}`, create: true }))
}

export const METADATA_LABELS: FieldSpec[] = [{ path: 'metadata/labels', create: true }]

export function templateLabels(): FieldSpec[] {
  return [...METADATA_LABELS, ...inTemplates('labels')]
}

export function volumeClaimTemplateLabels(): FieldSpec[] {
  return [{ ...APPS, kind: 'StatefulSet', path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true }]
}

function affinitySelectors(kind: string): FieldSpec[] {
  const spec = 'spec/template/spec'
  const terms = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `${spec}/affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
    `${spec}/affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
  ])
  return [...terms, `${spec}/topologySpreadConstraints/labelSelector/matchLabels`].map((path) => ({ ...APPS, kind, path }))
}

/** Selectors are made where a workload has none; others are only extended. */
export function selectorLabels(): FieldSpec[] {
  const matchLabels = 'spec/selector/matchLabels'
  const network = { group: 'networking.k8s.io', kind: 'NetworkPolicy' }
  return [
    { version: 'v1', kind: 'Service', path: 'spec/selector', create: true },
    { version: 'v1', kind: 'ReplicationController', path: 'spec/selector', create: true },
    { kind: 'Deployment', path: matchLabels, create: true },
    ...affinitySelectors('Deployment'),
    { kind: 'ReplicaSet', path: matchLabels, create: true },
    { kind: 'DaemonSet', path: matchLabels, create: true },
    { ...APPS, kind: 'StatefulSet', path: matchLabels, create: true },
    ...affinitySelectors('StatefulSet'),
    { ...BATCH, kind: 'Job', path: matchLabels },
    { ...BATCH, kind: 'CronJob', path: `spec/jobTemplate/${matchLabels}` },
    { group: 'policy', kind: 'PodDisruptionBudget', path: matchLabels },
    { ...network, path: 'spec/podSelector/matchLabels' },
    { ...network, path: 'spec/ingress/from/podSelector/matchLabels' },
    { ...network, path: 'spec/egress/to/podSelector/matchLabels' },
    ...templateLabels(),
    ...volumeClaimTemplateLabels(),
  ]
}

export function annotationFields(): FieldSpec[] {
  return [{ path: 'metadata/annotations', create: true }, ...inTemplates('annotations')]
}

/** In the order of kinds that kustomize sorts its configuration by. */
export const REPLICA_FIELDS: FieldSpec[] = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].map((kind) => ({
  kind,
  path: 'spec/replicas',
  create: true,
}))

export const NAMESPACE_FIELDS: FieldSpec[] = [
  { version: 'v1', kind: 'Namespace', path: 'metadata/name', create: true },
  { group: 'apiregistration.k8s.io', kind: 'APIService', path: 'spec/service/namespace', create: true },
  {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    path: 'spec/conversion/webhook/clientConfig/service/namespace',
  },
]

/** References by name: objects of the first kind are referred to at these places. */
export interface NameReferences {
  target: Partial<Gvk>
  fields: FieldSpec[]
}

/** Where the Pods of each kind are described. */
const POD_SPECS: Record<string, string> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
}

const CONFIG_HOLDERS = ['Pod', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob']
const NAME_HOLDERS = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet']

function inPods(kinds: string[], paths: string[]): FieldSpec[] {
  return kinds.flatMap((kind) => paths.map((path) => ({ kind, path: `${POD_SPECS[kind]}/${path}` })))
}

function at(kind: string, ...paths: string[]): FieldSpec[] {
  return paths.map((path) => ({ kind, path }))
}

function containerFields(source: 'configMap' | 'secret'): string[] {
  return ['containers', 'initContainers'].flatMap((list) => [
    `${list}/env/valueFrom/${source}KeyRef/name`,
    `${list}/envFrom/${source}Ref/name`,
  ])
}

const ROLE_NAMES = [...at('Role', 'rules/resourceNames'), ...at('ClusterRole', 'rules/resourceNames')]
const RBAC = 'rbac.authorization.k8s.io'
const WEBHOOKS = 'admissionregistration.k8s.io'

export function nameReferences(): NameReferences[] {
  const scaled = ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet']
  const auth = 'nginx.ingress.kubernetes.io\\/auth'
  return [
    ...scaled.map((kind) => ({ target: { kind }, fields: at('HorizontalPodAutoscaler', 'spec/scaleTargetRef/name') })),
    {
      target: { version: 'v1', kind: 'ConfigMap' },
      fields: [
        ...inPods(CONFIG_HOLDERS, ['volumes/configMap/name', ...containerFields('configMap'), 'volumes/projected/sources/configMap/name']),
        ...at('Node', 'spec/configSource/configMap'),
        ...ROLE_NAMES,
        ...at('Ingress', 'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap'),
      ],
    },
    {
      target: { version: 'v1', kind: 'Secret' },
      fields: [
        ...inPods(CONFIG_HOLDERS, [
          'volumes/secret/secretName',
          ...containerFields('secret'),
          'imagePullSecrets/name',
          'volumes/projected/sources/secret/name',
        ]),
        ...at('Ingress', 'spec/tls/secretName', `metadata/annotations/ingress.kubernetes.io\\/auth-secret`),
        ...at('Ingress', `metadata/annotations/${auth}-secret`, `metadata/annotations/${auth}-tls-secret`),
        ...at('ServiceAccount', 'imagePullSecrets/name'),
        ...at('StorageClass', 'parameters/secretName', 'parameters/adminSecretName', 'parameters/userSecretName', 'parameters/secretRef'),
        ...ROLE_NAMES,
        ...at('PersistentVolume', 'spec/azureFile/secretName'),
      ],
    },
    {
      target: { version: 'v1', kind: 'Service' },
      fields: [
        { ...APPS, kind: 'StatefulSet', path: 'spec/serviceName' },
        ...at('Ingress', 'spec/rules/http/paths/backend/serviceName', 'spec/backend/serviceName'),
        ...at('Ingress', 'spec/rules/http/paths/backend/service/name', 'spec/defaultBackend/service/name'),
        { group: 'apiregistration.k8s.io', kind: 'APIService', path: 'spec/service/name' },
        { group: WEBHOOKS, kind: 'ValidatingWebhookConfiguration', path: 'webhooks/clientConfig/service' },
        { group: WEBHOOKS, kind: 'MutatingWebhookConfiguration', path: 'webhooks/clientConfig/service' },
      ],
    },
    { target: { group: RBAC, kind: 'Role' }, fields: [{ group: RBAC, kind: 'RoleBinding', path: 'roleRef/name' }] },
    {
      target: { group: RBAC, kind: 'ClusterRole' },
      fields: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ group: RBAC, kind, path: 'roleRef/name' })),
    },
    {
      target: { version: 'v1', kind: 'ServiceAccount' },
      fields: [
        ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ group: RBAC, kind, path: 'subjects' })),
        ...inPods(NAME_HOLDERS, ['serviceAccountName']),
      ],
    },
    {
      target: { version: 'v1', kind: 'PersistentVolumeClaim' },
      fields: inPods(NAME_HOLDERS, ['volumes/persistentVolumeClaim/claimName']),
    },
    {
      target: { version: 'v1', kind: 'PersistentVolume' },
      fields: [...at('PersistentVolumeClaim', 'spec/volumeName'), ...at('ClusterRole', 'rules/resourceNames')],
    },
    {
      target: { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass' },
      fields: [
        ...at('PersistentVolume', 'spec/storageClassName'),
        ...at('PersistentVolumeClaim', 'spec/storageClassName'),
        ...at('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'),
      ],
    },
    { target: { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass' }, fields: inPods(NAME_HOLDERS, ['priorityClassName']) },
    {
      target: { group: WEBHOOKS, kind: 'ValidatingAdmissionPolicy' },
      fields: [{ group: WEBHOOKS, kind: 'ValidatingAdmissionPolicyBinding', path: 'spec/policyName' }],
    },
  ]
}
