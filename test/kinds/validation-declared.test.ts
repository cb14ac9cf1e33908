// What the API server declares with the fields is asked after everything else; and what it warns of in storage.
import type { KubeObject } from '../../src/api/types'
import { validateJob } from '../../src/kinds/validation/jobs'
import { claimWarnings, storageClassWarnings, volumeWarnings } from '../../src/kinds/validation/storage-warnings'
import { validateDaemonSet } from '../../src/kinds/validation/workloads'
import { refusals } from './check'

test.each<[string, string, string[]]>([
  [
    'a scaler without a size, of no API group, down to zero',
    '{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {maxReplicas: 0, minReplicas: 0, scaleTargetRef: {kind: Deployment, name: a}}}',
    [
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
      'spec.maxReplicas: Required value',
    ],
  ],
  [
    'a ReplicationController of fewer than none',
    '{apiVersion: v1, kind: ReplicationController, metadata: {name: r}, spec: {replicas: -2, minReadySeconds: -1, selector: {a: x}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}',
    [
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      'spec.replicas: Invalid value: -2: must be greater than or equal to 0',
      'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'a rule of no verbs',
    '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{}]}',
    [
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
      'rules[0].verbs: Required value',
    ],
  ],
  [
    'a binding of nobody to nothing',
    '{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: r}, roleRef: {kind: Foo, name: "", apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: User, name: "", apiGroup: rbac.authorization.k8s.io}]}',
    [
      'roleRef.kind: Unsupported value: "Foo": supported values: "Role", "ClusterRole"',
      'subjects[0].name: Required value',
      'roleRef.name: Required value',
    ],
  ],
  [
    'a slice of another type',
    '{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}, addressType: Foo, endpoints: [{addresses: []}], ports: [{name: "", protocol: X}]}',
    [
      'ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
      'addressType: Unsupported value: "Foo": supported values: "FQDN", "IPv4", "IPv6"',
      'endpoints[0].addresses: Required value',
    ],
  ],
  [
    'a class whose parameters are nobody',
    '{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: i}, spec: {controller: a/b, parameters: {kind: "", name: "", scope: X}}}',
    [
      'spec.parameters.scope: Unsupported value: "X": supported values: "Cluster", "Namespace"',
      'spec.parameters.kind: Required value',
      'spec.parameters.name: Required value',
    ],
  ],
  [
    'a namespace of a strange finalizer',
    '{apiVersion: v1, kind: Namespace, metadata: {name: ns}, spec: {finalizers: [x, a/b]}}',
    ['spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    'an event about another namespace',
    '{apiVersion: v1, kind: Event, metadata: {name: e, namespace: default}, involvedObject: {namespace: other}}',
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    'an event about the cluster',
    '{apiVersion: v1, kind: Event, metadata: {name: e, namespace: default}, involvedObject: {kind: Node}}',
    [],
  ],
])('%s', (_, text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

const named = (object: object) => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, ...object }) as unknown as KubeObject
const OLD = { 'volume.beta.kubernetes.io/storage-class': 'slow' }

test.each<[string, string[], string[]]>([
  [
    'a claim of the old annotation, of half a byte',
    claimWarnings(named({ metadata: { name: 'x', annotations: OLD }, spec: { resources: { requests: { storage: '1500m' } } } })),
    [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  ],
  [
    'a volume to be recycled, of a plugin that is gone, on old labels',
    volumeWarnings(
      named({
        spec: {
          persistentVolumeReclaimPolicy: 'Recycle',
          rbd: {},
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }] }] } },
        },
      }),
    ),
    [
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ],
  ],
  [
    'a class of old labels',
    storageClassWarnings(
      named({ allowedTopologies: [{ matchLabelExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', values: ['a'] }] }] }),
    ),
    ['allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ],
])('warnings: %s', (_, warnings, expected) => {
  expect(warnings).toEqual(expected)
})

const workload = (selector: object, more: object = {}) =>
  named({ spec: { selector: { matchLabels: selector }, template: { metadata: { labels: { a: 'b' } }, spec: {} }, ...more } })
const fields = (errors: { field: string; message: string }[]) => errors.map(({ field, message }) => `${field}: ${message}`)

test('a changed DaemonSet is asked of its selector first', () => {
  const errors = fields(validateDaemonSet(workload({ a: 'c' }), workload({ a: 'b' })))
  expect(errors.slice(0, 2)).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ])
})

test('only a new Job is asked whether its selector was made for it', () => {
  const made = 'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` not auto-generated'
  expect(fields(validateJob(workload({ a: 'b' })))).toContain(made)
  expect(fields(validateJob(workload({ a: 'b' }), workload({ a: 'b' })))).not.toContain(made)
})
