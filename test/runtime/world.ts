// A small world for the runtime's tests: records in memory, objects given, a network that knows Pods and a list of names.
import type { Records } from '../../src/api/contracts'
import type { Container, KubeObject, Pod } from '../../src/api/types'
import { startContainer, wakeContainer } from '../../src/runtime/containers'
import { containerEnvironment } from '../../src/runtime/environment'
import { type ExecFailure, execInContainer } from '../../src/runtime/exec'
import { readLog } from '../../src/runtime/logs'
import type { ContainerRecord, ExecResult } from '../../src/runtime/process'
import type { World } from '../../src/runtime/world'

export interface TestWorld extends World {
  /** Moves the clock. */
  at(ms: number): void
  /** name -> address */
  names: Record<string, string>
  /** address -> Pod, behind Services */
  routes: Record<string, { pod: Pod; port?: number } | 'refused' | 'timeout'>
}

export const START = Date.parse('2026-11-24T10:00:00Z')

export function testWorld(objects: Record<string, KubeObject[]> = {}): TestWorld {
  let now = START
  let seed = 1
  const tables = new Map<string, Map<string, unknown>>()
  const table = (name: string) => tables.get(name) ?? tables.set(name, new Map()).get(name)!
  const records: Records = {
    get: <T>(name: string, key: string) => table(name).get(key) as T | undefined,
    put: (name, key, value) => {
      // What is stored must be JSON.
      if (value === undefined) table(name).delete(key)
      else table(name).set(key, JSON.parse(JSON.stringify(value)))
    },
    list: <T>(name: string, prefix = '') => [...table(name)].filter(([k]) => k.startsWith(prefix)).sort() as [string, T][],
  }
  const world: TestWorld = {
    names: {},
    routes: {},
    at: (ms) => {
      now = START + ms
    },
    records,
    env: {
      now: () => now,
      random: () => {
        seed = (seed * 16807) % 2147483647
        return seed / 2147483647
      },
    },
    view: {
      get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) =>
        objects[resource]?.find((o) => o.metadata.name === name && (namespace === undefined || o.metadata.namespace === namespace)) as
          | T
          | undefined,
      list: <T extends KubeObject>(resource: string, namespace?: string) =>
        (objects[resource] ?? []).filter((o) => namespace === undefined || o.metadata.namespace === namespace) as T[],
      ownedBy: () => [],
      mentioning: () => [],
      servicesSelecting: () => [],
    },
    network: {
      query: (_pod, name, type) => {
        const data = world.names[name.replace(/\.$/, '')]
        const found = data !== undefined && type === 'A'
        return {
          server: '10.96.0.10',
          outcome: 'answered',
          rcode: data === undefined ? 'NXDOMAIN' : 'NOERROR',
          authoritative: true,
          answers: found ? [{ name: `${name.replace(/\.$/, '')}.`, ttl: 30, type, data }] : [],
          authority: [],
          additional: [],
        }
      },
      search: (_pod, name) => ({
        names: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', ''].map((s) => (s ? `${name}.${s}.` : `${name}.`)),
        servers: ['10.96.0.10'],
      }),
      ping: () => 'answers',
      resolve: (_pod, host) => (world.names[host] ? [world.names[host]] : undefined),
      walk: (from, ip, port) => {
        const route = world.routes[ip]
        if (route === 'refused' || route === 'timeout') return { outcome: route, ip, port }
        const pod = route?.pod ?? ((objects['pods'] ?? []) as Pod[]).find((p) => p.status?.podIP === ip)
        return pod
          ? { outcome: 'delivered', ip, port: route?.port ?? port, pods: [pod], source: from.pod?.status?.podIP ?? '10.244.0.1' }
          : { outcome: 'timeout', ip, port }
      },
    },
  }
  return world
}

let uids = 0

export function testPod(
  name: string,
  container: Partial<Container>,
  ip = `10.244.0.${10 + (uids % 200)}`,
  spec: Partial<Pod['spec']> = {},
): Pod {
  uids++
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${uids}`, resourceVersion: '1', creationTimestamp: '2026-11-24T09:59:00Z' },
    spec: { containers: [{ name: 'c', image: 'busybox:1.36', ...container }], nodeName: 'node-1', serviceAccountName: 'default', ...spec },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], hostIP: '172.18.0.2' },
  }
}

export function start(world: World, pod: Pod, container = pod.spec.containers[0], restartCount = 0): ContainerRecord {
  const made = containerEnvironment(world, pod, container)
  if ('error' in made) throw new Error(made.error)
  return startContainer(world, pod, container, { id: 'a'.repeat(64), restartCount, environment: made })
}

/** Plays a container's wakes up to a time, ms after the world's start. */
export function play(world: TestWorld, pod: Pod, until: number, container = pod.spec.containers[0]): ContainerRecord | undefined {
  for (;;) {
    const record = world.records.get<ContainerRecord>('containers', `${pod.metadata.uid}/${container.name}`)
    if (!record || record.exit || record.wakeAt === undefined || record.wakeAt > START + until) {
      world.at(until)
      return record
    }
    world.at(record.wakeAt - START)
    wakeContainer(world, pod, container)
  }
}

export function logOf(world: World, pod: Pod, container = pod.spec.containers[0].name, restart = 0): string[] {
  return (readLog(world.records, pod.metadata.uid, container, restart) ?? []).map((l) => l.text)
}

export function exec(world: World, pod: Pod, ...command: string[]): ExecResult {
  const result = execInContainer(world, pod, pod.spec.containers[0], command)
  if ('message' in result) throw new Error((result as ExecFailure).message)
  return result
}
