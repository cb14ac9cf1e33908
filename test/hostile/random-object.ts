// Objects of every kind by its own schema, with values nobody sane would give: for tests that feed them to commands.
import { schemaFile, schemaType } from '../../src/schema/resources'

type Fields = Record<string, string | { type: string }>

/** Chance from a seed (mulberry32), so that a run can be repeated. */
export class Chance {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  of<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]
  }
  below(count: number): number {
    return Math.floor(this.next() * count)
  }
}

const TEXTS = [
  'x',
  'web',
  'nginx',
  '80',
  'http',
  'TCP',
  'Always',
  'Local',
  'RollingUpdate',
  '/data',
  'cpu',
  '10.96.0.10',
  '10.0.0.0/8',
  'default',
  '1Gi',
  '100m',
  '2026-11-23T17:00:00Z',
  '',
  '__proto__',
  'constructor',
  'toString',
  '..',
  '../../etc/passwd',
  '$(constructor)',
  '\u001b[31mred\u001b[0m',
  '\u202egpj.exe',
  'a\u0000b',
  'line\r\nline',
  '\ud800',
  '😀'.repeat(40),
  '%s%n%d',
  '{{.}}',
  '*/1 * * * *',
  'A'.repeat(300),
]
const KEYS = ['a', 'cpu', 'memory', 'app', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'kubernetes.io/x', '\u001b[2J', '']
const NUMBERS = [0, 1, -1, 3, 80, 30080, 65535, 65536, 2147483647, -2147483648, 2 ** 53, 1e308, 0.5]

/** A value of the schema's type; sometimes of another. */
function someValue(type: string, chance: Chance, depth: number): unknown {
  if (chance.next() < 0.05) return chance.of<unknown>([null, 'x', 7, true, [], {}, [[]], { constructor: {} }, [null]])
  if (type.startsWith('[]')) {
    const count = depth > 5 ? 0 : chance.of([0, 1, 1, 2, 3])
    return Array.from({ length: count }, () => someValue(type.slice(2), chance, depth + 1))
  }
  if (type.startsWith('map[string]')) {
    const count = depth > 5 ? 0 : chance.of([0, 1, 2])
    return Object.fromEntries(Array.from({ length: count }, () => [chance.of(KEYS), someValue(type.slice(11), chance, depth + 1)]))
  }
  if (type === 'int-or-string') return chance.of<unknown>(['http', '50%', '%', 80, -1])
  if (type === 'int32' || type === 'int64' || type === 'double') return chance.of(NUMBERS)
  if (type === 'boolean') return chance.next() < 0.5
  if (type === 'byte') return chance.of(['eA==', '!', ''])
  if (type === 'api.resource.Quantity') return chance.of<unknown>(['1', '100m', '1Gi', '-1', '1e400', '0.0000000001', 'x', 5])
  const known = schemaType(type) as { type?: string; fields?: Fields } | undefined
  if (known?.fields) return structOf(known.fields, chance, depth)
  return known?.type ? someValue(known.type, chance, depth) : chance.of(TEXTS)
}

function structOf(fields: Fields, chance: Chance, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const names = Object.keys(fields)
  const share = depth === 0 ? 1 : Math.min(0.6, 3 / names.length)
  for (const name of names) {
    const field = fields[name]
    if (depth < 7 && chance.next() < share) out[name] = someValue(typeof field === 'string' ? field : field.type, chance, depth + 1)
  }
  return out
}

const podSpec = { containers: [{ name: 'c', image: 'nginx' }] }
const template = { metadata: { labels: { app: 'x' } }, spec: podSpec }
const selector = { matchLabels: { app: 'x' } }
/** What an object of a kind needs to be let in; the others need nothing. */
const NEEDED: Record<string, object> = {
  Pod: { spec: podSpec },
  Deployment: { spec: { selector, template } },
  ReplicaSet: { spec: { selector, template } },
  ReplicationController: { spec: { selector: { app: 'x' }, template } },
  DaemonSet: { spec: { selector, template } },
  StatefulSet: { spec: { selector, template, serviceName: 'x' } },
  Job: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
  CronJob: { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } } } },
  Service: { spec: { ports: [{ port: 80 }], selector: { app: 'x' } } },
  Ingress: { spec: { defaultBackend: { service: { name: 'x', port: { number: 80 } } } } },
  NetworkPolicy: { spec: { podSelector: {} } },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  PersistentVolume: { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } },
  HorizontalPodAutoscaler: { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } } },
  PodDisruptionBudget: { spec: { minAvailable: 1, selector } },
  LimitRange: { spec: { limits: [{ type: 'Container' }] } },
  RoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' } },
  ClusterRoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' } },
  StorageClass: { provisioner: 'x' },
  IngressClass: { spec: { controller: 'x.io/y' } },
  PriorityClass: { value: 5 },
  EndpointSlice: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] },
}

/** Puts something by the schema somewhere in `target`, which is of `type`. */
function disturb(target: Record<string, unknown>, type: string, chance: Chance): void {
  const fields = (schemaType(type) as { fields?: Fields } | undefined)?.fields
  if (!fields) return
  const open = Object.keys(target).filter(
    (name) => Object.hasOwn(fields, name) && typeof target[name] === 'object' && target[name] !== null,
  )
  const name = open.length > 0 && chance.next() < 0.8 ? chance.of(open) : chance.of(Object.keys(fields))
  const field = fields[name]
  const inner = typeof field === 'string' ? field : field.type
  const there = target[name]
  const first = Array.isArray(there) ? there[0] : there
  if (open.includes(name) && typeof first === 'object' && first !== null && !inner.startsWith('map')) {
    disturb(first as Record<string, unknown>, inner.replace(/^\[\]/, ''), chance)
  } else target[name] = someValue(inner, chance, 1)
}

/** One object: what its kind needs, and up to six things that are by the schema, more or less. */
export function randomObject(chance: Chance): { apiVersion: string; kind: string; metadata: Record<string, unknown> } {
  const { kinds } = schemaFile()
  const all = Object.keys(kinds).filter((name) => !/List$|Options$|Review$|Status$|Eviction|Binding$|TokenRequest|Scale$/.test(name))
  const named = chance.next() < 0.7 ? all.filter((name) => NEEDED[name.slice(name.lastIndexOf('/') + 1)]) : all
  const key = chance.of(named)
  const kind = key.slice(key.lastIndexOf('/') + 1)
  const object = structuredClone({ ...NEEDED[kind] }) as Record<string, unknown>
  object.metadata = { name: 'x' }
  const times = chance.below(6) + 1
  for (let i = 0; i < times; i++) disturb(object, kinds[key], chance)
  if (chance.next() < 0.95 && typeof object.metadata === 'object') object.metadata = { ...object.metadata, name: 'x', namespace: undefined }
  return { ...object, apiVersion: key.slice(0, key.lastIndexOf('/')), kind, metadata: object.metadata as Record<string, unknown> }
}
