// The least valid manifest of every kind that can be created and changed: what generated objects are built upon.
import { parseYaml } from '../../src/schema/yaml'

const POD = '{containers: [{name: main, image: "nginx:1.25"}]}'
const TEMPLATE = `{metadata: {labels: {app: x}}, spec: ${POD}}`
const SELECTED = `selector: {matchLabels: {app: x}}, template: ${TEMPLATE}`
const JOB = '{template: {spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1.36"}]}}}'
const HOOKS =
  '[{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {url: "https://example.com/hook"}, rules: []}]'
const MATCH = '{resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}'
const ROLE_REF = 'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}'
const REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHYMIGBAgEAMB8xCzAJBgNVBAMMAm1lMRAwDgYDVQQKDAdleGFtcGxlMFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAEVnCrJQvOq664H5qVIn0lw4tWgq+CAKc7T/C6
d6Xdh4TrHr3T/nMVwMQgLLUtx6x/M33wDlBIsKBMGQxbG3zmEaAAMAoGCCqGSM49
BAMCA0YAMEMCIHDgvRDc3rUE0Bqh1fEAfnMzqa1DNy1UcbLdV1CoGQ05Ah9KzzR1
stM/ANUZb9OTp+fUXJOhRjB2+tzNe1YBr+I9
-----END CERTIFICATE REQUEST-----
`

/** Kind and version, the name (its own where the kind asks for a special one) and all else. */
const LEAST: [apiVersion: string, kind: string, rest: string, name?: string][] = [
  ['v1', 'ConfigMap', 'data: {a: b}'],
  ['v1', 'Endpoints', 'subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 80}]}]', 'manual'],
  ['v1', 'Event', 'involvedObject: {kind: Pod, namespace: default, name: x}, reason: R, message: m, type: Normal'],
  ['v1', 'LimitRange', 'spec: {limits: [{type: PersistentVolumeClaim, max: {storage: 100Gi}}]}'],
  ['v1', 'Namespace', ''],
  ['v1', 'Node', ''],
  ['v1', 'PersistentVolumeClaim', 'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}'],
  ['v1', 'PersistentVolume', 'spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}}'],
  ['v1', 'Pod', `spec: ${POD}`],
  ['v1', 'PodTemplate', `template: ${TEMPLATE}`],
  ['v1', 'ReplicationController', `spec: {selector: {app: x}, template: ${TEMPLATE}}`],
  ['v1', 'ResourceQuota', 'spec: {hard: {configmaps: "900"}}'],
  ['v1', 'Secret', 'data: {a: Yg==}'],
  ['v1', 'ServiceAccount', ''],
  ['v1', 'Service', 'spec: {ports: [{port: 80}], selector: {app: x}}'],
  [
    'apiregistration.k8s.io/v1',
    'APIService',
    'spec: {group: x.example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 10, service: {name: x, namespace: default}}',
    'v1.x.example.com',
  ],
  ['apps/v1', 'ControllerRevision', 'revision: 1, data: {a: 1}'],
  ['apps/v1', 'DaemonSet', `spec: {${SELECTED}}`],
  ['apps/v1', 'Deployment', `spec: {${SELECTED}}`],
  ['apps/v1', 'ReplicaSet', `spec: {${SELECTED}}`],
  ['apps/v1', 'StatefulSet', `spec: {serviceName: x, ${SELECTED}}`],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: another}}',
  ],
  ['batch/v1', 'CronJob', `spec: {schedule: "0 0 1 1 *", jobTemplate: {spec: ${JOB}}}`],
  ['batch/v1', 'Job', `spec: ${JOB}`],
  [
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    `spec: {signerName: example.com/signer, usages: [client auth], request: ${Buffer.from(REQUEST).toString('base64')}}`,
  ],
  ['networking.k8s.io/v1', 'IngressClass', 'spec: {controller: example.com/controller}'],
  ['networking.k8s.io/v1', 'Ingress', 'spec: {defaultBackend: {service: {name: x, port: {number: 80}}}}'],
  ['networking.k8s.io/v1', 'IPAddress', 'spec: {parentRef: {resource: services, namespace: default, name: x}}', '192.0.2.9'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'spec: {podSelector: {}}'],
  ['networking.k8s.io/v1', 'ServiceCIDR', 'spec: {cidrs: [192.0.2.0/24]}'],
  ['policy/v1', 'PodDisruptionBudget', 'spec: {minAvailable: 1, selector: {matchLabels: {app: x}}}'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', ROLE_REF],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', ROLE_REF],
  ['rbac.authorization.k8s.io/v1', 'Role', 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]'],
  ['storage.k8s.io/v1', 'CSIDriver', 'spec: {}'],
  ['storage.k8s.io/v1', 'CSINode', 'spec: {drivers: [{name: a.example.com, nodeID: one}]}'],
  ['storage.k8s.io/v1', 'CSIStorageCapacity', 'storageClassName: x, nodeTopology: {}, capacity: 1Gi'],
  ['storage.k8s.io/v1', 'StorageClass', 'provisioner: example.com/none'],
  ['storage.k8s.io/v1', 'VolumeAttachment', 'spec: {attacher: a, nodeName: one, source: {persistentVolumeName: p}}'],
  ['storage.k8s.io/v1', 'VolumeAttributesClass', 'driverName: example.com, parameters: {a: b}'],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicy',
    `spec: {reinvocationPolicy: Never, matchConstraints: ${MATCH}, mutations: [{patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 'remove', path: '/spec/x'}]"}}]}`,
  ],
  ['admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicyBinding', 'spec: {policyName: x}'],
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', `webhooks: ${HOOKS}`],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    `spec: {matchConstraints: ${MATCH}, validations: [{expression: "true"}]}`,
  ],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'spec: {policyName: x, validationActions: [Deny]}'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', `webhooks: ${HOOKS}`],
  [
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    `spec: {group: example.com, scope: Namespaced, names: {plural: xs, kind: X},
      versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}`,
    'xs.example.com',
  ],
  ['scheduling.k8s.io/v1', 'PriorityClass', 'value: 10'],
  ['coordination.k8s.io/v1', 'Lease', 'spec: {holderIdentity: me, leaseDurationSeconds: 15}'],
  ['node.k8s.io/v1', 'RuntimeClass', 'handler: runc'],
  ['discovery.k8s.io/v1', 'EndpointSlice', 'addressType: IPv4, endpoints: [{addresses: [10.1.2.3]}], ports: [{name: web, port: 80}]'],
  ['resource.k8s.io/v1', 'DeviceClass', 'spec: {}'],
  ['resource.k8s.io/v1', 'DeviceTaintRule', 'spec: {taint: {key: a, effect: NoSchedule}}'],
  ['resource.k8s.io/v1', 'ResourceClaim', 'spec: {devices: {requests: [{name: r, exactly: {deviceClassName: x}}]}}'],
  ['resource.k8s.io/v1', 'ResourceClaimTemplate', 'spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: x}}]}}}'],
  [
    'resource.k8s.io/v1',
    'ResourceSlice',
    'spec: {driver: a.example.com, nodeName: one, pool: {name: p, generation: 1, resourceSliceCount: 1}}',
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    `spec: {priorityLevelConfiguration: {name: catch-all}, matchingPrecedence: 9000,
      rules: [{subjects: [{kind: User, user: {name: me}}], nonResourceRules: [{verbs: [get], nonResourceURLs: [/x]}]}]}`,
  ],
  ['flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'spec: {type: Limited, limited: {limitResponse: {type: Reject}}}'],
  ['storagemigration.k8s.io/v1', 'StorageVersionMigration', 'spec: {resource: {group: apps, resource: deployments}}'],
]

/** Made by components of the cluster alone, or in a form (a signed request, a certificate) that is not made up. */
export const NOT_GENERATED = ['ClusterTrustBundle', 'PodCertificateRequest']

export interface LeastManifest {
  apiVersion: string
  kind: string
  object: Record<string, unknown>
}

export function leastManifests(): LeastManifest[] {
  return LEAST.map(([apiVersion, kind, rest, name]) => {
    const text = `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name ?? 'x'}}${rest && `, ${rest}`}}`
    return { apiVersion, kind, object: parseYaml(text) as Record<string, unknown> }
  })
}
