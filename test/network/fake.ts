// A View and Records over plain lists, for tests of the network's pure functions.
import type { Change, ControllerContext, Env, Records, View } from '../../src/api/contracts'
import type { KubeObject } from '../../src/api/types'
import { kubeProxy } from '../../src/network/proxy/controller'

const RESOURCES: Record<string, string> = {
  Service: 'services',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
}

/** Objects given as loosely as in a manifest; a namespace is filled in for namespaced kinds. */
export function fakeView(objects: object[]): View & { objects: KubeObject[] } {
  const all = objects.map((o) => {
    const object = o as KubeObject
    const namespaced = object.kind !== 'Node' && object.kind !== 'Namespace'
    const given: Record<string, unknown> = { ...object.metadata }
    const filled = { ...(namespaced ? { namespace: 'default' } : {}), uid: `${object.kind}-${object.metadata.name}`, ...given }
    return { ...object, metadata: filled } as KubeObject
  })
  const list = (resource: string, namespace?: string) =>
    all
      .filter((o) => RESOURCES[o.kind] === resource && (namespace === undefined || o.metadata.namespace === namespace))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return {
    objects: all,
    get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) =>
      list(resource, namespace).find((o) => o.metadata.name === name) as T | undefined,
    list: <T extends KubeObject>(resource: string, namespace?: string) => list(resource, namespace) as unknown as T[],
    ownedBy: () => [],
    mentioning: <T extends KubeObject>(resource: string, namespace: string | undefined) => list(resource, namespace) as unknown as T[],
    servicesSelecting: () => [],
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`
}

export function fakeRecords(): Records & { tables: Map<string, Map<string, unknown>>; writes: string[] } {
  const tables = new Map<string, Map<string, unknown>>()
  const writes: string[] = []
  const table = (name: string) => {
    if (!tables.has(name)) tables.set(name, new Map())
    return tables.get(name)!
  }
  return {
    tables,
    writes,
    get: <T>(name: string, key: string) => table(name).get(key) as T | undefined,
    put: <T>(name: string, key: string, value: T | undefined) => {
      writes.push(`${name} ${key}`)
      if (value === undefined) table(name).delete(key)
      else table(name).set(key, JSON.parse(JSON.stringify(value)))
    },
    list: <T>(name: string, prefix = '') =>
      [...table(name)].filter(([k]) => k.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, T][],
  }
}

/** A clock that stands still until told otherwise, and a repeatable random source (mulberry32). */
export function fakeEnv(seed = 1, start = Date.UTC(2026, 0, 1)): Env & { time: number } {
  let state = seed
  const env = {
    time: start,
    now: () => env.time,
    random: () => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    },
  }
  return env
}

export function node(n: number, labels: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${n}`, labels },
    spec: { podCIDR: `10.244.${n - 1}.0/24` },
    status: { addresses: [{ type: 'InternalIP', address: `172.18.0.${n + 1}` }] },
  }
}

/** A Service with one port, 80 to 8080, unless the spec says otherwise. */
export function service(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: { type: 'ClusterIP', clusterIP: '10.96.1.1', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], ...spec },
  }
}

/** A slice of the Service `of` with port 8080. */
export function slice(name: string, of: string, endpoints: object[], more: object = {}) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints,
    ...more,
  }
}

/** The endpoint `10.244.<n-1>.<last>` on node n, ready. */
export function endpoint(n: number, last: number, more: object = {}) {
  return { addresses: [`10.244.${n - 1}.${last}`], nodeName: `node-${n}`, conditions: { ready: true }, ...more }
}

/** A running Pod with the address `10.244.<n-1>.<last>` on node n. */
export function pod(name: string, n: number, last: number, more: { labels?: object; namespace?: string; spec?: object } = {}) {
  const { labels = {}, namespace = 'default', spec = {} } = more
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { nodeName: `node-${n}`, containers: [], ...spec },
    status: { phase: 'Running', podIP: `10.244.${n - 1}.${last}` },
  }
}

/** Objects with the rules kube-proxy makes of them. */
export function world(objects: object[], records = fakeRecords()) {
  const view = fakeView(objects)
  const queue: string[] = []
  const api = { api: view, records, env: fakeEnv(), wakeAt: () => {}, enqueue: (k: string) => queue.push(k) }
  return {
    view,
    records,
    /** Plays changes as the store reports them, until nothing is queued. */
    play(...changes: Change[]) {
      for (const change of changes) queue.push(...(kubeProxy.watches[change.resource]?.(change, view) ?? []))
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) kubeProxy.reconcile(key, api as unknown as ControllerContext)
    },
    created() {
      this.play(...view.objects.map((after) => ({ resource: RESOURCES[after.kind], after })))
      return this
    },
  }
}
