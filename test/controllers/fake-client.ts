// A small cluster for controller tests: objects in a map, a queue of keys, a clock that is moved by hand.
import type {
  Change,
  Client,
  Controller,
  ControllerContext,
  ControlPlaneEnv,
  DeleteOptions,
  EventForecast,
  NewEvent,
  NewObject,
  Records,
} from '../../src/api/contracts'
import type { KubeObject, Namespace, Pod, Service, StringMap } from '../../src/api/types'
import { ApiError, alreadyExists, notFound } from '../../src/errors'
import { semanticEqual } from '../../src/lib/equal'
import { randomName } from '../../src/lib/fnv'
import { timestamp } from '../../src/lib/time'
import { servicesAmong } from '../services-among'

const RESOURCES: Record<string, string> = {
  Pod: 'pods',
  Service: 'services',
  Node: 'nodes',
  Namespace: 'namespaces',
  Endpoints: 'endpoints',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  ConfigMap: 'configmaps',
  ServiceAccount: 'serviceaccounts',
  ReplicationController: 'replicationcontrollers',
  ReplicaSet: 'replicasets.apps',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  DaemonSet: 'daemonsets.apps',
  ControllerRevision: 'controllerrevisions.apps',
  Job: 'jobs.batch',
  CronJob: 'cronjobs.batch',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers.autoscaling',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  PersistentVolume: 'persistentvolumes',
  StorageClass: 'storageclasses.storage.k8s.io',
  VolumeAttributesClass: 'volumeattributesclasses.storage.k8s.io',
  ResourceQuota: 'resourcequotas',
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
  CustomResourceDefinition: 'customresourcedefinitions.apiextensions.k8s.io',
}

export function resourceOf(object: { kind: string }): string {
  const resource = RESOURCES[object.kind]
  if (!resource) throw new Error(`fake client knows no ${object.kind}`)
  return resource
}

export interface RecordedEvent extends NewEvent {
  about: string
  /** The controller that was running. */
  from: string
}

export class FakeCluster implements Client {
  readonly objects = new Map<string, KubeObject>()
  readonly events: RecordedEvent[] = []
  /** How often each controller was called; costs are asserted on it. */
  readonly reconciles = new Map<string, number>()
  /** Refuses a creation by throwing. */
  onCreate: (object: KubeObject) => void = () => {}
  /** Plays the kubelet: called for each stored pod change. */
  onPod: (pod: Pod) => void = () => {}
  time = Date.parse('2026-11-23T12:00:00Z')
  private version = 0
  private serial = 0
  private seed = 1
  private queue: { controller: Controller; key: string }[] = []
  private queued = new Set<string>()
  private wakes = new Map<string, { controller: Controller; key: string; at: number }>()
  private table = new Map<string, unknown>()
  private running = 'test'
  private owned = new Map<string, Map<string, string>>()

  constructor(private readonly controllers: Controller[]) {}

  readonly env: ControlPlaneEnv = {
    now: () => this.time,
    random: () => {
      this.seed = (this.seed * 1664525 + 1013904223) >>> 0
      return (this.seed >>> 8) / 2 ** 24
    },
    secret: () => '0'.repeat(64),
  }

  readonly records: Records = {
    get: <T>(table: string, key: string) => this.table.get(`${table}|${key}`) as T | undefined,
    put: (table, key, value) => {
      if (value === undefined) this.table.delete(`${table}|${key}`)
      else this.table.set(`${table}|${key}`, JSON.parse(JSON.stringify(value)))
    },
    list: <T>(table: string, prefix = '') =>
      [...this.table]
        .filter(([k]) => k.startsWith(`${table}|${prefix}`))
        .map(([k, v]) => [k.slice(table.length + 1), v] as [string, T])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
  }

  // ---------------------------------------------------------------- reading

  private path(resource: string, namespace: string | undefined, name: string): string {
    return `${resource}|${namespace ?? ''}|${name}`
  }

  get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
    return this.objects.get(this.path(resource, namespace, name)) as T | undefined
  }

  list<T extends KubeObject>(resource: string, namespace?: string): T[] {
    const prefix = namespace === undefined ? `${resource}|` : `${resource}|${namespace}|`
    return [...this.objects]
      .filter(([path]) => path.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object as T)
  }

  ownedBy<T extends KubeObject>(uid: string, resource: string): T[] {
    const paths = [...(this.owned.get(`${uid}|${resource}`)?.keys() ?? [])].sort()
    return paths.map((path) => this.objects.get(path) as T)
  }

  mentioning<T extends KubeObject>(resource: string, namespace: string | undefined): T[] {
    return this.list<T>(resource, namespace)
  }

  servicesSelecting(namespace: string, labels: StringMap | undefined): Service[] {
    return servicesAmong(this.list('services', namespace), labels)
  }

  dependents(uid: string): { resource: string; object: KubeObject }[] {
    return [...this.objects]
      .filter(([, o]) => o.metadata.ownerReferences?.some((r) => r.uid === uid))
      .map(([path, object]) => ({ resource: path.slice(0, path.indexOf('|')), object }))
  }

  // ---------------------------------------------------------------- writing

  create<T extends KubeObject>(object: NewObject<T>): T {
    const resource = resourceOf(object as unknown as KubeObject)
    const metadata = { ...object.metadata }
    if (!metadata.name) metadata.name = `${metadata.generateName}${randomName(5, this.env.random)}`
    const path = this.path(resource, metadata.namespace, metadata.name)
    if (this.objects.has(path)) throw alreadyExists(resource, metadata.name)
    const stored = {
      status: {},
      ...object,
      metadata: {
        generation: 1,
        uid: `uid-${String(++this.serial).padStart(6, '0')}`,
        creationTimestamp: timestamp(this.time),
        ...metadata,
        resourceVersion: String(++this.version),
      },
    } as unknown as T
    this.onCreate(stored)
    this.store(path, undefined, stored)
    return stored
  }

  private replace<T extends KubeObject>(object: T, part: (old: T) => T): T {
    const resource = resourceOf(object)
    const path = this.path(resource, object.metadata.namespace, object.metadata.name)
    const old = this.objects.get(path) as T | undefined
    if (!old) throw notFound(resource, object.metadata.name)
    const next = part(old)
    if (semanticEqual(old, next)) return old
    next.metadata.resourceVersion = String(++this.version)
    if (
      next.metadata.deletionTimestamp &&
      !next.metadata.finalizers?.length &&
      !next.metadata.deletionGracePeriodSeconds &&
      resource !== 'namespaces'
    ) {
      this.store(path, old, undefined)
      return next
    }
    this.store(path, old, next)
    return next
  }

  update<T extends KubeObject>(object: T): T {
    return this.replace(object, (old) => {
      const generation = (old.metadata.generation ?? 1) + (semanticEqual(old.spec, object.spec) ? 0 : 1)
      return { ...object, status: old.status, metadata: { ...object.metadata, generation } }
    })
  }

  updateStatus<T extends KubeObject>(object: T): T {
    // Deployments take annotations with their status.
    const { annotations } = object.metadata
    const more = object.kind === 'Deployment' && annotations ? { annotations } : {}
    return this.replace(object, (old) => ({ ...old, metadata: { ...old.metadata, ...more }, status: object.status }))
  }

  delete(resource: string, namespace: string | undefined, name: string, options: DeleteOptions = {}): void {
    const path = this.path(resource, namespace, name)
    const old = this.objects.get(path)
    if (!old) throw notFound(resource, name)
    if (options.uid && options.uid !== old.metadata.uid) throw new ApiError('Conflict', 'uid differs')
    const finalizers = [...(old.metadata.finalizers ?? [])]
    if (options.propagationPolicy === 'Foreground') finalizers.push('foregroundDeletion')
    if (options.propagationPolicy === 'Orphan') finalizers.push('orphan')
    const graceful = (resource === 'pods' && (old as Pod).spec.nodeName && options.gracePeriodSeconds !== 0) || resource === 'namespaces'
    if (!finalizers.length && !graceful) {
      this.store(path, old, undefined)
      return
    }
    if (old.metadata.deletionTimestamp) return
    const grace = graceful && resource === 'pods' ? 30 : 0
    const metadata = {
      ...old.metadata,
      deletionTimestamp: timestamp(this.time),
      deletionGracePeriodSeconds: grace,
      ...(finalizers.length && { finalizers }),
    }
    this.store(path, old, { ...old, metadata: { ...metadata, resourceVersion: String(++this.version) } })
  }

  finalize(namespace: Namespace): void {
    this.update<Namespace>(namespace)
  }

  /** Removes without grace, as the kubelet does at the end. */
  remove(resource: string, namespace: string | undefined, name: string): void {
    const path = this.path(resource, namespace, name)
    this.store(path, this.objects.get(path), undefined)
  }

  event(about: KubeObject, event: NewEvent): void {
    this.events.push({ ...event, about: `${about.kind}/${about.metadata.name}`, from: event.component ?? this.running })
  }

  /** There is no spam filter here. */
  forecast(): EventForecast {
    return { drops: () => false, counts: () => false, keep: () => {} }
  }

  private store(path: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const resource = path.slice(0, path.indexOf('|'))
    const ownerOf = (o?: KubeObject) => o?.metadata.ownerReferences?.find((r) => r.controller)?.uid
    if (before && ownerOf(before)) this.owned.get(`${ownerOf(before)}|${resource}`)?.delete(path)
    if (after) {
      this.objects.set(path, after)
      const owner = ownerOf(after)
      if (owner) {
        const key = `${owner}|${resource}`
        if (!this.owned.has(key)) this.owned.set(key, new Map())
        this.owned.get(key)!.set(path, path)
      }
    } else this.objects.delete(path)
    const change: Change = { resource, ...(before && { before }), ...(after && { after }) }
    for (const controller of this.controllers) {
      for (const watched of [resource, '*']) {
        for (const key of controller.watches[watched]?.(change, this) ?? []) this.enqueue(controller, key)
      }
    }
    if (resource === 'pods' && after) this.onPod(after as Pod)
  }

  private enqueue(controller: Controller, key: string): void {
    const id = `${controller.name}|${key}`
    if (this.queued.has(id)) return
    this.queued.add(id)
    this.queue.push({ controller, key })
  }

  // ---------------------------------------------------------------- running

  /** Runs controllers until nothing is queued. */
  settle(limit = 20_000): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (limit-- === 0) throw new Error(`not settled; next is ${next.controller.name} ${next.key}`)
      const { controller, key } = next
      const id = `${controller.name}|${key}`
      this.queued.delete(id)
      this.running = controller.name
      this.reconciles.set(controller.name, (this.reconciles.get(controller.name) ?? 0) + 1)
      this.wakes.delete(id)
      const context: ControllerContext = {
        api: this,
        view: this,
        records: this.records,
        env: this.env,
        wakeAt: (at) => {
          const old = this.wakes.get(id)
          if (!old || at < old.at) this.wakes.set(id, { controller, key, at })
        },
        enqueue: (other) => this.enqueue(controller, other),
      }
      controller.reconcile(key, context)
      this.running = 'test'
    }
  }

  /** Moves the clock, playing what falls due on the way. */
  advance(seconds: number): void {
    const until = this.time + seconds * 1000
    this.settle()
    for (let turns = 0; turns < 10_000; turns++) {
      const due = [...this.wakes].filter(([, w]) => w.at <= until).sort((a, b) => a[1].at - b[1].at)[0]
      if (!due) break
      this.wakes.delete(due[0])
      this.time = Math.max(this.time, due[1].at)
      this.enqueue(due[1].controller, due[1].key)
      this.settle()
    }
    this.time = until
  }

  // ---------------------------------------------------------------- playing the kubelet

  /** Puts pods on a node and makes them run, ready or not. */
  start(pods: Pod[], ready = true, node = 'node-1'): void {
    for (const pod of pods) {
      const current = this.get<Pod>('pods', pod.metadata.namespace, pod.metadata.name)
      if (!current) continue
      if (!current.spec.nodeName) this.update<Pod>({ ...current, spec: { ...current.spec, nodeName: node } })
      this.setPod(pod.metadata.namespace!, pod.metadata.name, 'Running', ready)
    }
  }

  setPod(namespace: string, name: string, phase: Pod['status']['phase'], ready = false, more: Partial<Pod['status']> = {}): void {
    const pod = this.get<Pod>('pods', namespace, name)!
    const old = pod.status?.conditions?.find((c) => c.type === 'Ready')
    const status = ready ? 'True' : 'False'
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestamp(this.time)
    const podIP = pod.status?.podIP ?? `10.244.0.${++this.serial % 250}`
    this.updateStatus<Pod>({
      ...pod,
      status: {
        ...pod.status,
        ...(phase !== 'Pending' && { podIP, podIPs: [{ ip: podIP }] }),
        phase,
        conditions: [{ type: 'Ready', status, lastTransitionTime }],
        ...more,
      },
    })
  }

  /** From now on pods run as soon as they are created, and go as soon as they are deleted. */
  runPods(node = 'node-1'): void {
    this.onPod = (pod) => {
      const { namespace, name } = pod.metadata
      if (pod.metadata.deletionTimestamp) {
        if (!pod.metadata.finalizers?.length) this.remove('pods', namespace, name)
      } else if (!pod.spec.nodeName) this.update<Pod>({ ...pod, spec: { ...pod.spec, nodeName: node } })
      else if (!pod.status?.phase || pod.status.phase === 'Pending') this.setPod(namespace!, name, 'Running', true)
    }
  }

  /** `TYPE REASON MESSAGE` of what was recorded, in order. */
  eventLines(): string[] {
    return this.events.map((e) => `${e.type} ${e.reason} ${e.message}`)
  }
}
