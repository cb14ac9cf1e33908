// Refusals of what Jobs, quotas, limits, volumes, nodes and classes say about others, in the API server's words and order.
import { refusals, updateRefusals, warnings } from './check'

const job = (spec: string, restartPolicy = 'Never') =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {manualSelector: true, selector: {matchLabels: {a: b}},
    template: {metadata: {labels: {a: b}}, spec: {restartPolicy: ${restartPolicy}, containers: [{name: c, image: a}]}}, ${spec}}}`
const quota = (spec: string) => `{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {${spec}}}`
const limits = (item: string) => `{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{${item}}]}}`
const volume = (spec: string) =>
  `{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, ${spec}}}`
const storageClass = (fields: string) => `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}, ${fields}}`
const set = (spec: string, pod: string) =>
  `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {serviceName: s, selector: {matchLabels: {a: b}}, ${spec}
    template: {metadata: {labels: {a: b}}, spec: ${pod}}}}`
const node = (spec: string) => `{apiVersion: v1, kind: Node, metadata: {name: one}, spec: {${spec}}}`
const pod = (spec: string) => `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {${spec}}}`

test.each<[string, string, string[]]>([
  [
    'a rule about nothing',
    job('podFailurePolicy: {rules: [{action: Ignore}]}'),
    ['spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required'],
  ],
  [
    'a rule without an action',
    job('podFailurePolicy: {rules: [{onExitCodes: {operator: In, values: [1]}}]}'),
    ['spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'],
  ],
  [
    'exit codes in no order',
    job('podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {containerName: x, operator: In, values: [3, 0, 3]}}]}'),
    [
      'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3',
      'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered',
    ],
  ],
  [
    'Pods replaced while they end, by a policy about failed ones',
    job(
      'podReplacementPolicy: TerminatingOrFailed, podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: In, values: [1]}}]}',
      'OnFailure',
    ),
    [
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
  ],
  [
    'a success of Pods without an index',
    job('successPolicy: {rules: [{succeededCount: 1}]}'),
    ['spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode'],
  ],
  [
    'successes beyond the last index',
    job(
      'completionMode: Indexed, completions: 3, successPolicy: {rules: [{}, {succeededIndexes: 0-5}, {succeededIndexes: 0-1, succeededCount: 4}]}',
    ),
    [
      'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-5": error parsing succeededIndexes: too large index: "5"',
      'spec.successPolicy.rules[2].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
      'spec.successPolicy.rules[2].succeededCount: Invalid value: 4: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
    ],
  ],
  [
    'more failed indexes than indexes',
    job('completionMode: Indexed, completions: 3, backoffLimitPerIndex: 1, maxFailedIndexes: 5'),
    ['spec.maxFailedIndexes: Invalid value: 5: must be less than or equal to completions'],
  ],
  [
    'failed indexes of a Job without any',
    job('maxFailedIndexes: 5'),
    [
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      'spec.maxFailedIndexes: Invalid value: 5: requires indexed completion mode',
    ],
  ],
  [
    'a manager without a domain',
    job('managedBy: me'),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'a scope that does not count secrets',
    quota('hard: {secrets: 1, pods: 3}, scopes: [BestEffort]'),
    ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
  ],
  [
    'scopes selected by no values, and by values that have no use',
    quota(
      'hard: {pods: 3}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}, {scopeName: PriorityClass, operator: Exists, values: [a]}, {scopeName: X, operator: Z}]}',
    ),
    [
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      'spec.scopeSelector.matchExpressions.scopeName: Invalid value: "X": unsupported scope',
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "Z": not a valid selector operator',
    ],
  ],
  [
    'limits of nothing',
    limits('type: Foo'),
    ['spec.limits[0].type: Invalid value: "Foo": must be a standard limit type or fully qualified'],
  ],
  [
    'a ratio that cannot be reached',
    limits('type: Container, min: {cpu: 200m}, max: {cpu: 400m}, maxLimitRequestRatio: {cpu: 3}'),
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
  ],
  [
    'huge pages that may be promised twice',
    limits('type: Container, default: {hugepages-2Mi: 4Mi}, defaultRequest: {hugepages-2Mi: 2Mi}'),
    [
      'spec.limits[0].defaultRequest[hugepages-2Mi]: Invalid value: "2Mi": default value 4Mi must equal to defaultRequest value 2Mi in hugepages-2Mi',
    ],
  ],
  [
    'no bound of storage',
    limits('type: PersistentVolumeClaim'),
    ['spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided'],
  ],
  [
    'a path of the host that leads up, of a type that is none',
    volume('hostPath: {path: ../x, type: Foo}'),
    [
      'spec.hostPath.path: Invalid value: "../x": must not contain \'..\'',
      'spec.hostPath.type: Unsupported value: "Foo": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'a local volume anywhere',
    volume('local: {path: /x}, nodeAffinity: {}'),
    ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  ],
  [
    'a share without a server',
    volume('nfs: {path: x}'),
    ['spec.nfs.server: Required value', 'spec.nfs.path: Invalid value: "x": must be an absolute path'],
  ],
  ['a driver without a volume', volume('csi: {driver: example.com}'), ['spec.csi.volumeHandle: Required value']],
  [
    'a volume of no size',
    '{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce], hostPath: {path: /x}}}',
    ['spec.capacity: Required value', 'spec.capacity: Unsupported value: null: supported values: "storage"'],
  ],
  [
    'a topology that says the same twice',
    storageClass('provisioner: a, allowedTopologies: [{matchLabelExpressions: [{key: a, values: [x, x]}, {key: a, values: []}]}]'),
    [
      'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "x"',
      'allowedTopologies[0].matchLabelExpressions[1].values: Required value',
      'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "a"',
    ],
  ],
  [
    "a StatefulSet's Pods, with the volumes of its claims",
    set(
      'volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: []}}],',
      '{containers: [{name: c, volumeMounts: [{name: data, mountPath: /x}, {name: other, mountPath: /y}]}]}',
    ),
    [
      'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumeClaimTemplates[0].spec.resources[storage]: Required value',
      'spec.template.spec.containers[0].image: Required value',
      'spec.template.spec.containers[0].volumeMounts[1].name: Not found: "other"',
    ],
  ],
  [
    'a volume as a directory and as a device',
    pod(
      'volumes: [{name: v, persistentVolumeClaim: {claimName: c}}], containers: [{name: c, image: a, volumeMounts: [{name: v, mountPath: /x}], volumeDevices: [{name: v, devicePath: /y}]}]',
    ),
    [
      'spec.containers[0].volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "v": must not already exist in volumeMounts',
    ],
  ],
  [
    'read-only all the way down, but writable',
    pod(
      'volumes: [{name: v, emptyDir: {}}], containers: [{name: c, image: a, volumeMounts: [{name: v, mountPath: /x, recursiveReadOnly: Enabled}]}]',
    ),
    ['spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true'],
  ],
  [
    'a taint twice, and one without an effect',
    node('taints: [{key: a, value: x, effect: NoSchedule}, {key: a, effect: NoSchedule}, {key: b}]'),
    [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
      'metadata.taints[2].effect: Required value',
    ],
  ],
  [
    'a lease of no time',
    '{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}, spec: {leaseDurationSeconds: 0, leaseTransitions: -1}}',
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'parameters of an ingress class in no namespace',
    '{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: i}, spec: {controller: a.b/c, parameters: {kind: K, name: one, scope: Namespace}}}',
    ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
  ],
  [
    'a role of no roles',
    '{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, aggregationRule: {}}',
    ['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil'],
  ],
])('%s', (_name, text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

test.each<[string, string, string, string[]]>([
  [
    "a node's range",
    node('podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24], providerID: a://b'),
    node('podCIDR: 10.0.1.0/24, podCIDRs: [10.0.1.0/24], providerID: a://c'),
    [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Invalid value: null: field cannot be modified once set',
    ],
  ],
])('%s does not change', (_name, before, after, errors) => {
  expect(updateRefusals(before, after)).toEqual(errors)
})

test.each<[string, string, string[]]>([
  [
    'a Pod',
    '{apiVersion: v1, kind: Pod, metadata: {name: a.b}, spec: {containers: [{name: c, image: a}]}}',
    [
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ],
  ],
  [
    'a Deployment',
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a.b}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: a}]}}}}',
    [
      'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
    ],
  ],
  [
    'a DaemonSet, whose name may be what it likes',
    '{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a.b}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: a}]}}}}',
    [],
  ],
])('a name with a dot is warned of: %s', (_name, text, expected) => {
  expect(warnings(text)).toEqual(expected)
})

test.each<[string, string, string[]]>([
  [
    'more memory than its limit',
    'hard: {memory: 3Gi, limits.memory: 1Gi}',
    ['ResourceQuota memory (3Gi) should be less than limits.memory (1Gi)'],
  ],
  ['requests before the bare name', 'hard: {requests.cpu: "1", cpu: "9", limits.cpu: "2"}', []],
  ['as much as its limit', 'hard: {requests.storage: 1Gi, limits.storage: 1024Mi}', []],
])('a quota with %s: warnings', (_name, spec, expected) => {
  expect(warnings(quota(spec))).toEqual(expected)
})
