// Decoding of request bodies: unknown fields, type errors in Go's words, what is left out and what is printed.
import { decodeAs, decodeObject, normalize } from '../../src/schema/decode'

const pod = (container: Record<string, unknown>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', ...container }] },
})
const service = (port: Record<string, unknown>) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [port] } })

describe('type errors', () => {
  test.each([
    [
      'a string for a port',
      service({ port: '80' }),
      'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      'a fraction for a port',
      service({ port: 1.5 }),
      'json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      'a bool for a target port',
      service({ targetPort: true }),
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    [
      'a number for a label',
      { ...service({}), metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'a list of strings for containers',
      { ...pod({}), spec: { containers: 'c' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      'a number for a named string',
      pod({ imagePullPolicy: 3 }),
      'json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    [
      'a word for the command of a probe: its handler is embedded',
      pod({ livenessProbe: { exec: { command: 'x' } } }),
      'json: cannot unmarshal string into Go struct field ExecAction.spec.containers.livenessProbe.ProbeHandler.exec.command of type []string',
    ],
    [
      'a number for the name of a ConfigMap',
      pod({ envFrom: [{ configMapRef: { name: 5 } }] }),
      'json: cannot unmarshal number into Go struct field ConfigMapEnvSource.spec.containers.envFrom.configMapRef.LocalObjectReference.name of type string',
    ],
    [
      'a word for a source of a volume',
      { ...pod({}), spec: { volumes: [{ name: 'v', emptyDir: 'x' }] } },
      'json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
    ],
    [
      'no quantity',
      pod({ resources: { limits: { cpu: 'lots' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      'no time',
      { ...pod({}), metadata: { creationTimestamp: 'yesterday' } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
  ])('%s', (_name, value, message) => {
    expect(decodeAs(value, `core.v1.${(value as { kind: string }).kind}`).error).toBe(message)
  })

  test.each<[string, unknown[], string]>([
    ['numbers', [104, 105], 'aGk='],
    ['nothing', [], ''],
    ['null', [104, null], 'aAA='],
  ])('bytes as a list of %s', (_, list, expected) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: list } }
    expect(decodeObject(secret, 'Strict').object.data).toEqual({ a: expected })
  })

  test.each<[string, unknown[], string]>([
    ['a text', ['x'], 'string'],
    ['a number too large', [256], 'number 256'],
  ])('%s in a list of bytes', (_, list, what) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: list } }
    const why = `json: cannot unmarshal ${what} into Go struct field Secret.data of type uint8`
    expect(() => decodeObject(secret, 'Strict')).toThrow(`Secret in version "v1" cannot be handled as a Secret: ${why}`)
  })

  test('base64', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'not base64!' } }
    expect(() => decodeObject(secret, 'Strict')).toThrow(
      'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 3',
    )
  })
})

describe('unknown fields', () => {
  const input = { ...service({ port: 80, targetport: 80 }), spec: { selectr: { a: 'b' }, ports: [{ port: 80, targetport: 80 }] } }
  test('are refused when strict', () => {
    expect(() => decodeObject(input, 'Strict')).toThrow(
      'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].targetport", unknown field "spec.selectr"',
    )
  })
  test('are warned of', () => {
    const { object, warnings } = decodeObject(input, 'Warn')
    expect(warnings).toEqual(['unknown field "spec.ports[0].targetport"', 'unknown field "spec.selectr"'])
    expect(object.spec).toEqual({ ports: [{ port: 80, targetPort: 0 }] })
  })
})

describe('what is printed', () => {
  test.each([
    ['empty parts go', pod({ args: [], env: null, stdin: false }), { name: 'c', resources: {} }],
    [
      'pointers keep their zero',
      pod({ securityContext: { privileged: false } }),
      { name: 'c', resources: {}, securityContext: { privileged: false } },
    ],
    [
      'quantities are canonical',
      pod({ resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }),
      { name: 'c', resources: { limits: { cpu: '500m', memory: '1Gi' } } },
    ],
  ])('%s', (_name, value, container) => {
    expect(normalize(value as never)).toMatchObject({ spec: { containers: [container] } })
    expect((normalize(value as never) as { spec: { containers: unknown[] } }).spec.containers[0]).toEqual(container)
  })

  test('what Go does not leave out', () => {
    const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: {}, addressType: 'IPv4', endpoints: [] }
    expect(normalize(slice as never)).toEqual({ ...slice, endpoints: null, ports: null })
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: {} }
    expect(normalize(role as never)).toEqual({ ...role, rules: null })
    const service = { apiVersion: 'v1', kind: 'Service', metadata: {} }
    expect(normalize(service as never)).toEqual({ ...service, spec: {}, status: { loadBalancer: {} } })
  })
})
