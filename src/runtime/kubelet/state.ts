// What a kubelet remembers of a Pod between two looks at it: record table `pods`, key `namespace/name`. Times are ms of cluster time.
import type { Client, Env, NewEvent, Records } from '../../api/contracts'
import type { Container, Pod } from '../../api/types'
import { named } from '../../lib/named'
import type { Exit } from '../process'
import type { World } from '../world'
import type { ResizeState } from './resize'

/** One run of a container, as the container runtime lists it. */
export interface Instance {
  /** 64 hexadecimal digits. */
  id: string
  restartCount: number
  /** As in status: `docker.io/library/nginx:1.25`, and `sha256:…`. */
  image: string
  imageId: string
  /** As in the spec when it was started: a change of it restarts the container. */
  specImage: string
  startedAt: number
  finishedAt?: number
  exit?: Exit
  /** A status has shown it. An instance that ends at once is shown running before it is shown ended. */
  shown?: boolean
  /** Its post-start hook runs until then; the container does not count as running before. */
  hookUntil?: number
  hookFailed?: string
}

export interface ContainerState {
  current?: Instance
  /** The one before, always ended. */
  previous?: Instance
}

/** An entry of client-go's flowcontrol.Backoff, ms. */
export interface BackoffEntry {
  delay: number
  updatedAt: number
}

/** Why a container that should run does not: the kubelet's reason cache. */
export interface WaitReason {
  reason: string
  message: string
}

export type ProbeType = 'startup' | 'readiness' | 'liveness'
export type ProbeResult = 'success' | 'failure' | 'unknown'

/** One worker of the prober: one container, one kind of probe. */
export interface ProbeWorker {
  /** The instance it looks at. */
  id?: string
  /** The last result that counted (results manager). */
  result?: ProbeResult
  /** The last single outcome and how often it came in a row. */
  last?: ProbeResult
  run: number
  /** Stopped until there is a new instance. */
  onHold?: boolean
  /** Next tick. Unset until its container has been started for the first time. */
  next?: number
}

/** A container on its way down. */
export interface Kill {
  step: 'hook' | 'turn' | 'signal'
  /** Seconds left of the grace period at `since`. */
  grace: number
  /** When the present step began. */
  since: number
  /** When it goes on by itself: end of the hook, end of waiting, SIGKILL. */
  until?: number
}

/** A start that waits for kills or hooks before it. `exitedAt`: the end of its newest ended instance when the start was decided. */
export interface PendingStart {
  name: string
  exitedAt?: number
}

export interface PodState {
  uid: string
  node: string
  stage: 'syncing' | 'terminating' | 'terminated'
  startTime: number
  ip?: string
  /** A sandbox exists: the Pod has its network. */
  sandbox: boolean
  /** The sandbox there was has been stopped. */
  sandboxStopped?: true
  containers: Record<string, ContainerState>
  waiting: Record<string, WaitReason>
  crashes: Record<string, BackoffEntry>
  pulls: Record<string, BackoffEntry & { error: string }>
  /** Key `type/container`. */
  workers: Record<string, ProbeWorker>
  kills: Record<string, Kill>
  pending?: PendingStart[]
  /** The worker's queue: the next sync without a cause. */
  syncAt?: number
  /** What of the Pod the last sync saw. */
  seen?: string
  mountFailures?: number
  /** When more containers (`pending`) are started of a Pod that has very many, ms. */
  startAgain?: number
  /** An internal decision to end the Pod. */
  evicted?: { reason: string; message: string; grace?: number }
  resize?: ResizeState
  /** When the eviction manager next looks at a Pod that uses too much disk, ms. */
  overAt?: number
}

/** One look at one Pod. `pod` follows what was written; `state` is a private copy. */
export interface Session {
  api: Client
  records: Records
  env: Env
  world: World
  pod: Pod
  state: PodState
  host: string
  /** Readiness workers a status asked to run at once. */
  triggers: Set<string>
}

export function initContainers(pod: Pod): Container[] {
  return pod.spec.initContainers ?? []
}

/** An init container that goes on beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

export function sidecars(pod: Pod): Container[] {
  return initContainers(pod).filter(isSidecar)
}

export function containerOf(pod: Pod, name: string): Container | undefined {
  return named(pod.spec.containers, name) ?? named(pod.spec.initContainers, name) ?? named(pod.spec.ephemeralContainers, name)
}

export function isInitContainer(pod: Pod, name: string): boolean {
  return named(pod.spec.initContainers, name) !== undefined
}

/** `spec.containers{api}`, as events about a container say. */
export function fieldPathOf(pod: Pod, name: string): string {
  if (named(pod.spec.containers, name)) return `spec.containers{${name}}`
  return isInitContainer(pod, name) ? `spec.initContainers{${name}}` : `spec.ephemeralContainers{${name}}`
}

export function isRunning(state: ContainerState | undefined): boolean {
  return !!state?.current && state.current.finishedAt === undefined
}

export function isExited(state: ContainerState | undefined): boolean {
  return state?.current?.finishedAt !== undefined
}

/** `name_namespace(uid)`, as the kubelet names Pods in messages. */
export function podText(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
}

export function emit(session: Session, type: NewEvent['type'], reason: string, message: string, container?: string): void {
  session.api.event(session.pod, newEvent(session, { type, reason, message }, container))
}

export const COMPONENT = 'kubelet'

/** What the kubelet says of the Pod or one of its containers. */
export function newEvent(
  { pod, host }: Pick<Session, 'pod' | 'host'>,
  said: Pick<NewEvent, 'type' | 'reason' | 'message'>,
  container?: string,
): NewEvent {
  return { ...said, host, component: COMPONENT, ...(container === undefined ? {} : { fieldPath: fieldPathOf(pod, container) }) }
}

/** The Pod with the address it has got, which its status may not say yet. */
export function withAddress({ pod, state }: Session): Pod {
  if (!state.ip || pod.status.podIP === state.ip) return pod
  return { ...pod, status: { ...pod.status, podIP: state.ip, podIPs: [{ ip: state.ip }] } }
}
