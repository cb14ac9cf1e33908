// Resizing in place: a Pod that asks for other amounts gets them when its node has them, some containers by a restart. Follows
// pkg/kubelet/allocation/allocation_manager.go, computePodResizeAction of pkg/kubelet/kuberuntime and pkg/kubelet/events/resize.go.
import type { Condition, Container, ContainerStatus, Pod } from '../../api/types'
import { deepEqual } from '../../lib/equal'
import { named } from '../../lib/named'
import { timestamp } from '../../lib/time'
import { shortage } from './admission'
import { emit, initContainers, isRunning, type Session } from './state'

/** How often a resize that has to wait is tried again, and how long one takes that needs no restart, ms. */
const RETRY = 180_000
const TAKES = 1000

type Amounts = Record<string, string | number>
export interface Resources {
  requests?: Amounts
  limits?: Amounts
}

/** What the kubelet remembers of resizes; nothing for a Pod that never asked for one. */
export interface ResizeState {
  /** What containers have while they ask for something else. */
  allocated?: Record<string, Resources>
  /** Conditions with the generation they are about. */
  pending?: { generation: number; message: string; since: number; tried: number }
  progress?: { generation: number; since: number }
}

function resourcesOf({ resources }: { resources?: unknown } | ContainerStatus): Resources {
  const { requests = {}, limits = {} } = (resources ?? {}) as Resources
  return { requests, limits }
}

/** Containers that run with other amounts than are asked for, with those they have. */
function changedContainers({ pod, state }: Pick<Session, 'pod' | 'state'>): { container: Container; has: Resources }[] {
  // A Pod whose spec never changed.
  if (!state.resize && (pod.metadata.generation ?? 1) <= 1) return []
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]
  return [...initContainers(pod), ...pod.spec.containers].flatMap((container) => {
    const known = state.resize?.allocated?.[container.name]
    const status = named(statuses, container.name)
    if (!known && (!status?.resources || !isRunning(state.containers[container.name]))) return []
    const has = resourcesOf({ resources: known ?? (status!.resources as Resources) })
    return deepEqual(has, resourcesOf(container)) ? [] : [{ container, has }]
  })
}

/** Does a Pod ask for other amounts than its status tells of? Such a Pod is nobody's model. */
export function asksForMore(pod: Pod): boolean {
  if ((pod.metadata.generation ?? 1) <= 1) return false
  return pod.spec.containers.some((container) => {
    const status = named(pod.status?.containerStatuses, container.name)
    return status?.resources !== undefined && !deepEqual(resourcesOf(status), resourcesOf(container))
  })
}

/** What a container has now. */
export function allocatedTo({ state }: Pick<Session, 'state'>, container: Container): Resources {
  return state.resize?.allocated?.[container.name] ?? ((container.resources ?? {}) as Resources)
}

function needsRestart(container: Container, has: Resources): boolean {
  const policies = (container as { resizePolicy?: { resourceName: string; restartPolicy: string }[] }).resizePolicy ?? []
  const wants = resourcesOf(container)
  return policies.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (['requests', 'limits'] as const).some((list) => wants[list]?.[resourceName] !== has[list]?.[resourceName]),
  )
}

/** `Pod resize started: {"containers":[…],"generation":2}`. */
function told({ pod }: Session, what: string, generation: number, error?: string): string {
  const of = (list: Container[]) =>
    list.map(({ name, resources }) => ({
      name,
      resources: Object.fromEntries(Object.entries(resources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    }))
  const init = initContainers(pod)
  const summary = {
    ...(init.length ? { initContainers: of(init) } : {}),
    containers: of(pod.spec.containers),
    generation,
    ...(error ? { error } : {}),
  }
  return `Pod resize ${what}: ${JSON.stringify(summary)}`
}

/**
 * Looks whether the Pod may have what it asks for. Answers the containers to be killed for it. A resize under way ends at the first look
 * at which all that were killed run again.
 */
export function resize(session: Session): { name: string; message: string }[] {
  const { pod, state, env } = session
  const generation = pod.metadata.generation ?? 1
  const now = env.now()
  endProgress(session)
  const changed = changedContainers(session)
  if (changed.length === 0) {
    if (state.resize) {
      delete state.resize.allocated
      delete state.resize.pending
      if (!state.resize.progress) delete state.resize
    }
    return []
  }
  state.resize ??= {}
  const own = state.resize
  const missing = shortage(session)
  if (missing) {
    own.allocated = Object.fromEntries(changed.map(({ container, has }) => [container.name, has]))
    if (own.pending?.generation !== generation) {
      emit(session, 'Warning', 'ResizeDeferred', told(session, 'Deferred', generation, missing))
      own.pending = { generation, message: missing, since: own.pending?.since ?? now, tried: now }
    } else if (now - own.pending.tried >= RETRY) own.pending = { ...own.pending, message: missing, tried: now }
    return []
  }
  delete own.allocated
  delete own.pending
  own.progress = { generation, since: now }
  emit(session, 'Normal', 'ResizeStarted', told(session, 'started', generation))
  return changed
    .filter(({ container, has }) => isRunning(state.containers[container.name]) && needsRestart(container, has))
    .map(({ container: { name } }) => ({ name, message: `Container ${name} resize requires restart` }))
}

function endProgress(session: Session): void {
  const { pod, state, env } = session
  const progress = state.resize?.progress
  if (!progress || env.now() < progress.since + TAKES) return
  if (pod.spec.containers.some((c) => !isRunning(state.containers[c.name]))) return
  delete state.resize!.progress
  if (Object.keys(state.resize!).length === 0) delete state.resize
  emit(session, 'Normal', 'ResizeCompleted', told(session, 'completed', progress.generation))
}

/** When a resize is looked at next, ms. */
export function resizeDue({ state }: Session): number | undefined {
  const { pending, progress } = state.resize ?? {}
  return progress ? progress.since + TAKES : pending ? pending.tried + RETRY : undefined
}

/** The conditions that tell of it, in the kubelet's order. */
export function resizeConditions({ state }: Pick<Session, 'state'>): Condition[] {
  const { pending, progress } = state.resize ?? {}
  const condition = (type: string, generation: number, since: number, more: Partial<Condition> = {}): Condition => ({
    lastProbeTime: timestamp(since),
    lastTransitionTime: timestamp(since),
    ...more,
    observedGeneration: generation,
    status: 'True',
    type,
  })
  return [
    ...(pending
      ? [condition('PodResizePending', pending.generation, pending.since, { message: pending.message, reason: 'Deferred' })]
      : []),
    ...(progress ? [condition('PodResizeInProgress', progress.generation, progress.since)] : []),
  ]
}
