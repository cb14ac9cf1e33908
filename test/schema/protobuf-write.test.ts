// Objects written in protobuf, against the bytes that v1.37's generated clients send.
import { decodeProtobuf } from '../../src/schema/protobuf'
import { encodeProtobuf } from '../../src/schema/protobuf-write'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test.each([
  [
    'a map',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } },
    '6b3873000a0f0a0276311209436f6e6669674d6170121b0a110a01611200' + '1a0022002a00320038004200120' + '60a016112' + '01621a002200',
  ],
  [
    'quantities',
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '10', cpu: '2' } }, status: {} },
    '6b3873000a130a027631120d5265736f7572636551756f746112310a110a0171' +
      '12001a0022002a00320038004200121a0a0a0a0363707512030a01320a0c0a04706f647312040a0231301a001a002200',
  ],
  [
    'a role',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    },
    '6b3873000a240a1c726261632e617574686f72697a6174696f6e2e6b38732e696f2f76311204526f6c6512220a110a0172' +
      '12001a0022002a00320038004200120d0a0367657412001a04706f64731a002200',
  ],
])('%s', (_name, object, bytes) => {
  expect(hex(encodeProtobuf(object))).toBe(bytes)
})

test.each([
  ['a Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'Yg==' }, type: 'Opaque' }],
  [
    'a Service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', labels: { b: '2', a: '1' }, creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: { ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }], selector: { a: 'b' } },
    },
  ],
  [
    'a Deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', managedFields: [{ manager: 'm', operation: 'Apply', fieldsV1: { 'f:a': {} } }] },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '100m' } }, securityContext: { runAsUser: -1 } }] },
        },
      },
    },
  ],
])('%s is read as it was written', (_name, object) => {
  expect(decodeProtobuf(encodeProtobuf(object))).toMatchObject(object)
})
