// Single objects of thousands of parts: every command ends with an answer, and what they are made to do is done.
import type { KubeObject } from '../../src/api/types'
import { type Shell, shell } from '../commands/shell'
import { isWhole, rounds, tried } from '../torture/tried'

jest.setTimeout(isWhole ? 300_000 : 60_000)

type Fields = Record<string, unknown>

const list = <T>(count: number, of: (i: number) => T) => Array.from({ length: rounds(count) }, (_, i) => of(i))
const map = (count: number, key: (i: number) => string, value: string) => Object.fromEntries(list(count, (i) => [key(i), value]))
const object = (apiVersion: string, kind: string, rest: Fields, metadata: Fields = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'big', ...metadata },
  ...rest,
})
const nginx = { name: 'c', image: 'nginx' }
const pod = (spec: Fields, metadata?: Fields) => object('v1', 'Pod', { spec: { containers: [nginx], ...spec } }, metadata)
const definition = (openAPIV3Schema: object) =>
  object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    {
      spec: {
        group: 'ex.com',
        scope: 'Namespaced',
        names: { plural: 'bigs', singular: 'big', kind: 'Big', listKind: 'BigList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    },
    { name: 'bigs.ex.com' },
  )

const BIG: [string, string, () => Omit<KubeObject, 'metadata'> & { metadata: Fields }][] = [
  ['containers', 'pod', () => pod({ containers: list(5000, (i) => ({ ...nginx, name: `c${i}` })) })],
  [
    'containers that listen',
    'pod',
    () => pod({ containers: list(5000, (i) => ({ name: `c${i}`, image: 'traefik/whoami', args: [`--port=${i + 1}`] })) }),
  ],
  ['init containers', 'pod', () => pod({ initContainers: list(5000, (i) => ({ name: `i${i}`, image: 'busybox', command: ['true'] })) })],
  ['variables', 'pod', () => pod({ containers: [{ ...nginx, env: list(10_000, (i) => ({ name: `E${i}`, value: 'v' })) }] })],
  [
    'variables that name others',
    'pod',
    () => pod({ containers: [{ ...nginx, env: list(10_000, (i) => ({ name: `E${i}`, value: `$(E${i - 1})` })) }] }),
  ],
  [
    'volumes',
    'pod',
    () =>
      pod({
        volumes: list(10_000, (i) => ({ name: `v${i}`, emptyDir: {} })),
        containers: [{ ...nginx, volumeMounts: list(10_000, (i) => ({ name: `v${i}`, mountPath: `/m/${i}` })) }],
      }),
  ],
  ['labels', 'pod', () => pod({}, { labels: map(10_000, (i) => `l${i}`, 'x') })],
  ['annotations', 'pod', () => pod({}, { annotations: map(10_000, (i) => `a${i}`, 'x') })],
  ['keys', 'configmap', () => object('v1', 'ConfigMap', { data: map(100_000, (i) => `k${i}`, 'x') })],
  [
    'ports',
    'service',
    () => object('v1', 'Service', { spec: { selector: { app: 'a' }, ports: list(1000, (i) => ({ name: `p${i}`, port: i + 1 })) } }),
  ],
  [
    'rules',
    'networkpolicy',
    () =>
      object('networking.k8s.io/v1', 'NetworkPolicy', {
        spec: { podSelector: {}, ingress: list(10_000, (i) => ({ from: [{ ipBlock: { cidr: `10.${i >> 8}.${i & 255}.0/24` } }] })) },
      }),
  ],
  [
    'hosts',
    'ingress',
    () =>
      object('networking.k8s.io/v1', 'Ingress', {
        spec: {
          rules: list(10_000, (i) => ({
            host: `h${i}.example.com`,
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'big', port: { number: 1 } } } }] },
          })),
        },
      }),
  ],
  [
    'levels',
    'crd',
    () => {
      let schema: object = { type: 'string' }
      for (const _ of list(500, () => 0)) schema = { type: 'object', properties: { a: schema } }
      return definition(schema)
    },
  ],
  [
    'properties',
    'crd',
    () =>
      definition({
        type: 'object',
        properties: Object.fromEntries(list(10_000, (i) => [`p${i}`, { type: 'string', default: 'd' }])),
      }),
  ],
]

const COMMANDS = [
  'create -f big.json',
  'cluster advance 5s',
  'get KIND NAME -o yaml --show-managed-fields',
  'describe KIND NAME',
  'apply -f changed.json --dry-run=server',
  'apply --server-side --force-conflicts -f changed.json',
  'patch KIND NAME --type=json --patch-file=patch.json',
  'label KIND NAME z=1',
  'diff -f big.json',
  'iptables-save',
  'dns query big.default.svc.cluster.local',
  'trace NAME big:80',
  'logs NAME --all-containers --max-log-requests=10000',
  'replace -f changed.json',
  'cluster snapshot big',
  'cluster diff big',
  'cluster restore big',
  'cluster recover',
  'check -f big.json',
  'replace --force -f big.json',
  'delete KIND NAME',
]

let box: Shell
beforeEach(() => {
  box = shell(1)
})
afterEach(() => box.remove())

test.each(BIG)('an object of very many %s', async (_what, kind, make) => {
  const big = make()
  const changed = { ...big, metadata: { ...big.metadata, labels: { ...(big.metadata.labels as object), changed: 'yes' } } }
  box.write('big.json', JSON.stringify(big))
  box.write('changed.json', JSON.stringify(changed))
  box.write('patch.json', JSON.stringify([{ op: 'add', path: '/metadata/annotations', value: {} }]))
  for (const line of COMMANDS) {
    const answer = await box.kubectl(line.replace('KIND', kind).replace('NAME', String(big.metadata.name)))
    expect(answer.slice(-300)).not.toMatch(/failed unexpectedly|do not come to rest|Maximum call stack/)
    tried('a command on an object of very many parts', 1)
  }
})

test('a Pod of more init containers than one moment holds comes up', async () => {
  const initContainers = Array.from({ length: 200 }, (_, i) => ({ name: `i${i}`, image: 'busybox', command: ['true'] }))
  box.write('big.json', JSON.stringify(pod({ initContainers })))
  await box.kubectl('create -f big.json')
  await box.kubectl('cluster advance 3m')
  expect(await box.kubectl('get pod big -o jsonpath={.status.phase}')).toBe('Running')
})

test('containers of a Pod that has very many are started in turn, though the first end at once', async () => {
  const of = (i: number) => ({ name: `c${i}`, image: 'busybox', command: i < 100 ? ['false'] : ['sleep', '1d'] })
  box.write('big.json', JSON.stringify(pod({ containers: Array.from({ length: 105 }, (_, i) => of(i)) })))
  await box.kubectl('create -f big.json')
  await box.kubectl('cluster advance 40s')
  const running = await box.kubectl('get pod big -o jsonpath={.status.containerStatuses[?(@.state.running)].name}')
  expect(running).toBe('c100 c101 c102 c103 c104')
  expect(await box.kubectl('delete pod big --grace-period=1')).toBe('pod "big" deleted from default namespace\n')
})

test('ten thousand operations of a patch are carried out', async () => {
  const count = rounds(10_000)
  const operations = Array.from({ length: count }, (_, i) => ({ op: 'add', path: `/data/k${i}`, value: 'x' }))
  box.write('patch.json', JSON.stringify([{ op: 'add', path: '/data', value: {} }, ...operations]))
  await box.kubectl('create configmap web')
  const answer = await box.kubectl('patch cm web --type=json --patch-file=patch.json')
  if (count > 9999) expect(answer).toContain('The allowed maximum operations in a JSON patch is 10000, got 10001')
  else expect(answer).toBe('configmap/web patched\n')
})

test.each([
  ['variables', { env: [{ name: 'E0', value: 'x'.repeat(64) }, ...doubling(40)] }],
  ['arguments', { env: [{ name: 'E0', value: 'x'.repeat(1000) }], args: Array.from({ length: 200 }, () => '$(E0)'.repeat(1000)) }],
])('%s that grow without end are more than a process can be given', async (_what, fields) => {
  box.write('big.json', JSON.stringify(pod({ containers: [{ ...nginx, ...fields }] })))
  await box.kubectl('create -f big.json')
  const status = await box.kubectl('get pod big -o jsonpath={.status.containerStatuses[0]}')
  expect(status).toContain('"reason":"RunContainerError"')
  expect(status).toContain('unable to start container process: error during container init: argument list too long')
  expect(status.length).toBeLessThan(5000)
  tried('a command on an object of very many parts', 1)
})

function doubling(levels: number): { name: string; value: string }[] {
  return Array.from({ length: levels }, (_, i) => ({ name: `E${i + 1}`, value: `$(E${i})$(E${i})` }))
}
