// Refusals and warnings of Pods, in the API server's words.
import { defaulted, refusals, updateRefusals, warnings } from './check'

const pod = (spec: string) => `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: ${spec}}`
const container = (fields: string) => pod(`{containers: [{name: c, image: nginx, ${fields}}]}`)
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

test.each<[string, string, string[]]>([
  ['a good one', container('ports: [{containerPort: 80}]'), []],
  ['no containers', pod('{containers: []}'), ['spec.containers: Required value']],
  ['a name twice', pod('{containers: [{name: c, image: a}, {name: c, image: b}]}'), ['spec.containers[1].name: Duplicate value: "c"']],
  ['a name that is none', pod('{containers: [{name: C, image: a}]}'), [`spec.containers[0].name: Invalid value: "C": ${LABEL}`]],
  [
    'more asked for than allowed',
    container('resources: {requests: {cpu: 2}, limits: {cpu: 1}}'),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'a resource nobody knows',
    container('resources: {limits: {gpu: 1}}'),
    [
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
  ],
  [
    'a mount of nothing',
    container('volumeMounts: [{name: v, mountPath: /x}]'),
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    'two mounts in one place',
    pod('{volumes: [{name: v}], containers: [{name: c, image: a, volumeMounts: [{name: v, mountPath: /x}, {name: v, mountPath: /x}]}]}'),
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique'],
  ],
  [
    'a probe of two ways',
    container('livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}'),
    ['spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
  ],
  [
    'a liveness probe that must succeed twice',
    container('livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}'),
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
  ],
  [
    'a named port that is too long',
    container('readinessProbe: {httpGet: {port: this-name-is-far-too-long}}'),
    ['spec.containers[0].readinessProbe.httpGet.port: Invalid value: "this-name-is-far-too-long": must be no more than 15 characters'],
  ],
  [
    'a variable from two places',
    container('env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]'),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'a field nobody can have',
    container('env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.replicas}}}]'),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.replicas": error converting fieldPath: field label not supported: spec.replicas',
    ],
  ],
  [
    'two sources of a volume',
    pod('{volumes: [{name: v, emptyDir: {}, hostPath: {path: /x}}], containers: [{name: c, image: a}]}'),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a toleration of everything without Exists',
    pod('{tolerations: [{effect: NoSchedule}], containers: [{name: c, image: a}]}'),
    [
      'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'the same port of the host twice',
    pod(
      '{containers: [{name: a, image: a, ports: [{containerPort: 1, hostPort: 80}]}, {name: b, image: a, ports: [{containerPort: 2, hostPort: 80}]}]}',
    ),
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    'a probe of an init container',
    pod('{initContainers: [{name: i, image: a, livenessProbe: {tcpSocket: {port: 1}}}], containers: [{name: c, image: a}]}'),
    ['spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
  ],
  [
    'no name server of its own',
    pod('{dnsPolicy: None, containers: [{name: c, image: a}]}'),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'both privileged and not to be',
    container('securityContext: {privileged: true, allowPrivilegeEscalation: false}'),
    [
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
])('%s', (_name, text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

describe('updates', () => {
  test('may change an image', () => {
    expect(updateRefusals(container(''), pod('{containers: [{name: c, image: other}]}'))).toEqual([])
  })
  test('may not change anything else', () => {
    const [error] = updateRefusals(container(''), container('command: [x]'))
    expect(error.slice(error.indexOf('\n') + 1)).toBe(`@@ -5,7 +5,9 @@
   {
    "Name": "c",
    "Image": "nginx",
-   "Command": null,
+   "Command": [
+    "x"
+   ],
    "Args": null,
    "WorkingDir": "",
    "Ports": null,
`)
    expect(error).toContain('+ ')
  })
  test('may not add a container', () => {
    expect(updateRefusals(container(''), pod('{containers: [{name: c, image: nginx}, {name: d, image: nginx}]}'))).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ])
  })
})

test.each<[string, string, string[]]>([
  ['nothing to say', container(''), []],
  [
    'a variable twice',
    container('env: [{name: A, value: "1"}, {name: A, value: "2"}]'),
    ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
  ],
  [
    'a port twice',
    container('ports: [{containerPort: 80}, {containerPort: 80, name: x}]'),
    ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
  ],
  [
    'a label of old',
    pod('{nodeSelector: {beta.kubernetes.io/os: linux}, containers: [{name: c, image: a}]}'),
    ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
  ],
])('warnings: %s', (_name, text, expected) => {
  expect(warnings(text)).toEqual(expected)
})

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.25', 'IfNotPresent'],
  ['host:5000/nginx', 'Always'],
  ['host:5000/nginx:2', 'IfNotPresent'],
  [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'a'.repeat(64)}`, 'Always'],
  ['example.com/PROJECT/app:latest', 'IfNotPresent'],
  ['PROJECT/app:latest', 'Always'],
  ['ko://example.com/cmd/app', 'IfNotPresent'],
  ['', 'IfNotPresent'],
])('the image %s is pulled %s', (image, policy) => {
  const { spec } = defaulted(pod(`{containers: [{name: c, image: "${image}"}]}`)) as unknown as { spec: { containers: object[] } }
  expect(spec.containers[0]).toMatchObject({ imagePullPolicy: policy })
})
