// Refusals of workloads, Jobs, policies, configuration and roles, in the API server's words.
import { refusals, updateRefusals, warnings } from './check'

const template = (labels: string, spec = 'containers: [{name: c, image: a}]') => `{metadata: {labels: ${labels}}, spec: {${spec}}}`
const deployment = (spec: string, labels = '{a: b}') =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: ${template(labels)}, ${spec}}}`
const job = (spec: string, pod = 'restartPolicy: Never, containers: [{name: c, image: a}]') =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {manualSelector: true, selector: {matchLabels: {a: b}}, template: ${template('{a: b}', pod)}, ${spec}}}`
const cron = (fields: string) =>
  `{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {${fields}, jobTemplate: {spec: {template: ${template('{}', 'restartPolicy: Never, containers: [{name: c, image: a}]')}}}}}`
const sts = (spec: string) =>
  `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {serviceName: s, selector: {matchLabels: {a: b}}, template: ${template('{a: b}')}, ${spec}}}`
const data = (kind: string, fields: string) => `{apiVersion: v1, kind: ${kind}, metadata: {name: x}, ${fields}}`
const rbac = (kind: string, fields: string) => `{apiVersion: rbac.authorization.k8s.io/v1, kind: ${kind}, metadata: {name: x}, ${fields}}`
const ingress = (spec: string, meta = 'name: i') => `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {${meta}}, spec: ${spec}}`
const hpa = (spec: string) =>
  `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}, ${spec}}}`

test.each<[string, string, string[]]>([
  ['a good Deployment', deployment(''), []],
  ['fewer than none', deployment('replicas: -1'), ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  [
    'a selector of other Pods',
    deployment('', '{x: z}'),
    ['spec.template.metadata.labels: Invalid value: {"x":"z"}: `selector` does not match template `labels`'],
  ],
  [
    'a strategy of nobody',
    deployment('strategy: {type: Slowly}'),
    ['spec.strategy: Unsupported value: {"Type":"Slowly","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"'],
  ],
  [
    'an update that cannot move',
    deployment('strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}'),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'a percentage that is none',
    deployment('strategy: {rollingUpdate: {maxSurge: "a lot"}}'),
    [
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"a lot\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
  ],
  [
    'a deadline before it is available',
    deployment('minReadySeconds: 700'),
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
  [
    'a Job that would run for ever',
    job('', 'containers: [{name: c, image: a}]'),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'indexes without a number',
    job('completionMode: Indexed, parallelism: 1'),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
  [
    'a schedule of one word',
    cron('schedule: hourly'),
    ['spec.schedule: Invalid value: "hourly": expected exactly 5 fields, found 1: [hourly]'],
  ],
  [
    'a schedule out of bounds',
    cron('schedule: "61 * * * *"'),
    ['spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61'],
  ],
  [
    'what to do while one runs',
    cron('schedule: "* * * * *", concurrencyPolicy: Wait'),
    ['spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"'],
  ],
  [
    'a management of nobody',
    sts('podManagementPolicy: Any'),
    ["spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'"],
  ],
  [
    'a key that is none',
    data('ConfigMap', 'data: {"a b": c}'),
    [
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  ['a certificate without a key', data('Secret', 'type: kubernetes.io/tls, data: {tls.crt: ""}'), ['data[tls.key]: Required value']],
  [
    'a quota of what cannot be counted',
    data('ResourceQuota', 'spec: {hard: {cats: 1}}'),
    [
      'spec.hard[cats]: Invalid value: "cats": must be a standard resource type or fully qualified',
      'spec.hard[cats]: Invalid value: "cats": must be a standard resource for quota',
    ],
  ],
  ['half a Pod', data('ResourceQuota', 'spec: {hard: {pods: 500m}}'), ['spec.hard[pods]: Invalid value: "500m": must be an integer']],
  [
    'a least above the most',
    data('LimitRange', 'spec: {limits: [{type: Container, min: {cpu: 2}, max: {cpu: 1}}]}'),
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
  ],
  [
    'a rule about nothing',
    rbac('Role', 'rules: [{verbs: [get]}]'),
    [
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    'a binding to a role of no kind',
    rbac('ClusterRoleBinding', 'roleRef: {kind: Role, name: r}'),
    ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  ],
  [
    'an account of no namespace',
    rbac('ClusterRoleBinding', 'roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: ServiceAccount, name: s}]'),
    ['subjects[0].namespace: Required value'],
  ],
  ['an Ingress to nowhere', ingress('{}'), ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  [
    'a relative path',
    ingress('{rules: [{http: {paths: [{path: x, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}'),
    ['spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path'],
  ],
  [
    'a host that is an address',
    ingress('{rules: [{host: 10.0.0.1, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}'),
    ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
  ],
  [
    'fewer at most than at least',
    hpa('minReplicas: 3, maxReplicas: 2'),
    ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
  ],
  [
    'a policy about an exception outside',
    '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24, except: [10.0.1.0/28]}}]}]}}',
    ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.1.0/28": must be a strict subset of `cidr`'],
  ],
  [
    'a claim of nothing',
    '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {}}',
    ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value'],
  ],
  [
    'a volume of no kind',
    '{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}}}',
    ['spec: Required value: must specify a volume type'],
  ],
  [
    'a priority above all',
    '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: p}, value: 2000000000}',
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
])('%s', (_name, text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

test('a selector stands in an error as Go writes it', () => {
  const selector = 'selector: {matchExpressions: [{values: [x], operator: Foo, key: k}], matchLabels: {z: b, a: b}}'
  const text = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {${selector}, template: ${template('{a: b}')}}}`
  expect(refusals(text)).toContain(
    'spec.selector: Invalid value: {"matchLabels":{"a":"b","z":"b"},"matchExpressions":[{"key":"k","operator":"Foo","values":["x"]}]}: invalid label selector',
  )
})

test.each<[string, string, string, string[]]>([
  [
    'the selector of a Deployment',
    deployment(''),
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {selector: {matchLabels: {x: z}}, template: ${template('{x: z}')}}}`,
    ['spec.selector: Invalid value: {"matchLabels":{"x":"z"}}: field is immutable'],
  ],
  [
    'the Service of a StatefulSet',
    sts('replicas: 1'),
    sts('replicas: 2').replace('serviceName: s', 'serviceName: t'),
    ['spec.serviceName: Invalid value: "t": field is immutable'],
  ],
  [
    'a sealed ConfigMap',
    data('ConfigMap', 'immutable: true, data: {a: b}'),
    data('ConfigMap', 'data: {a: c}'),
    ['immutable: Forbidden: field is immutable when `immutable` is set', 'data: Forbidden: field is immutable when `immutable` is set'],
  ],
  [
    'the type of a Secret',
    data('Secret', 'type: Opaque'),
    data('Secret', 'type: mine'),
    ['type: Invalid value: "mine": field is immutable'],
  ],
  [
    'the role of a binding',
    rbac('RoleBinding', 'roleRef: {kind: Role, name: a}'),
    rbac('RoleBinding', 'roleRef: {kind: Role, name: b}'),
    ['roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: field is immutable'],
  ],
  ['how many a Deployment has', deployment('replicas: 1'), deployment('replicas: 5'), []],
])('an update may not change %s', (_name, before, after, errors) => {
  expect(updateRefusals(before, after)).toEqual(errors)
})

test('an Ingress of the old annotation is warned of', () => {
  const meta = 'name: i, annotations: {kubernetes.io/ingress.class: nginx}'
  expect(warnings(ingress('{}', meta))).toEqual([
    `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
  ])
})
