// The kubelets of all nodes as one controller: it brings each Pod to life, keeps it alive and ends it, event by event on the cluster's clock.
// Upstream: pkg/kubelet. A call plays what is due at this moment, in the order in which a kubelet would see it, and says when it is next due.
import type { Change, Controller, ControllerContext, View } from '../../api/contracts'
import type { KubeObject, Pod } from '../../api/types'
import { faultsOf, nodeFault } from '../../faults'
import { deepEqual } from '../../lib/equal'
import { podWords } from '../../lib/pod-words'
import { fromTime, timestamp } from '../../lib/time'
import { clusterNetwork } from '../../network/cluster-network'
import { containerRecord, endContainer, terminationMessage, wakeContainer } from '../containers'
import { containerEnvironment } from '../environment'
import type { Exit } from '../process'
import { mountProblem } from '../volumes'
import type { World } from '../world'
import { rejectionOf } from './admission'
import { isLikeOthers } from './alike'
import { advanceKills, shortenKills } from './kill'
import { watchStorage } from './local-storage'
import { isTerminalPhase } from './phase'
import { nextTick, runTriggered, tick } from './probe-workers'
import { resizeDue } from './resize'
import { lullOf, playRoutine, programWakes } from './routine'
import { COMPONENT, containerOf, emit, isRunning, type PodState, type Session, withAddress } from './state'
import { isBusy, isWaiting, resumeSync, syncPod } from './sync'
import { beginTermination, confirmDeletion, finishTermination, tearDown } from './termination'

const TABLE = 'pods'
/** One moment cannot hold more rounds than this, nor, beyond a few rounds, more looks at a container; what is left goes on a while later. */
const MOST_ROUNDS = 500
const MOST_LOOKS = 10_000
const FEW_ROUNDS = 10
/** A look beyond that takes this long, as starting and listing containers does; all of them at least so long. ms. */
const LOOK_TAKES = 1
const PAUSE = 10_000
const DEADLINE_MESSAGE = 'Pod was active on the node longer than the specified deadline'

function keyOf(pod: { metadata: { namespace?: string; name: string } }): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`
}

/** What the kubelet writes itself concerns it no more. */
function changedByOthers({ before, after }: Change): boolean {
  if (!before || !after) return true
  const [was, is] = [before as Pod, after as Pod]
  return was.metadata.uid !== is.metadata.uid || was.spec.nodeName !== is.spec.nodeName || seenOf(was) !== seenOf(is)
}

/** What may change of a Pod that makes its kubelet act. */
function seenOf({ metadata, spec, status }: Pod): string {
  const gates = (spec.readinessGates ?? []).map(({ conditionType }) => status?.conditions?.find((c) => c.type === conditionType)?.status)
  return [metadata.generation, metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds, ...gates].join()
}

/** Pods that name this configuration and wait for it, or look at it again and again. */
function* waitingPods({ before, after }: Change, view: View): Iterable<string> {
  const { name, namespace } = ((after ?? before) as KubeObject).metadata
  for (const pod of view.mentioning<Pod>('pods', namespace, name)) {
    const waits = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].some((s) => s.state.waiting)
    if (pod.spec.nodeName && (waits || usesWatchedFiles(pod))) yield keyOf(pod)
  }
}

function usesWatchedFiles(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some((v) => v['configMap'] || v['secret'] || (v['projected'] && !v.name.startsWith('kube-api-access-')))
}

function* podsOfNewNode({ before, after }: Change, view: View): Iterable<string> {
  if (before || !after) return
  for (const pod of view.list<Pod>('pods')) if (pod.spec.nodeName === after.metadata.name) yield keyOf(pod)
}

export const kubelet: Controller = {
  name: 'kubelet',
  watches: {
    pods: (change) => {
      const pod = (change.after ?? change.before) as Pod
      return pod.spec.nodeName && changedByOthers(change) ? [keyOf(pod)] : []
    },
    configmaps: waitingPods,
    secrets: waitingPods,
    nodes: podsOfNewNode,
  },
  reconcile,
  routine: {
    lull: (key, context) => lullOf(sessionOf(key, context), nextButProbes),
    play(key, until, context) {
      const session = sessionOf(key, context)
      if (!session) return
      session.state = structuredClone(session.state)
      playRoutine(session, until)
      context.records.put(TABLE, key, session.state)
      const next = nextDue(session)
      if (next !== undefined) context.wakeAt(next)
    },
  },
}

function worldOf({ api, records, env, enqueue }: ControllerContext): World {
  const touched: World['touched'] = (pod) => enqueue(keyOf({ metadata: pod }))
  return { view: api, records, env, network: clusterNetwork({ view: api, records, env }), touched }
}

/** A Pod that is known already, on a node that works. */
function sessionOf(key: string, context: ControllerContext): Session | undefined {
  const { api, records, env } = context
  const [namespace, name] = key.split('/')
  const pod = api.get<Pod>('pods', namespace, name)
  const state = records.get<PodState>(TABLE, key)
  if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp || state?.uid !== pod.metadata.uid || seenOf(pod) !== state.seen)
    return undefined
  const world = worldOf(context)
  if (nodeFault(world, pod.spec.nodeName)) return undefined
  return { api, records, env, world, pod, state, host: pod.spec.nodeName, triggers: new Set() }
}

function reconcile(key: string, context: ControllerContext): void {
  const { api, records, alike, batch = 1 } = context
  const [namespace, name] = key.split('/')
  const pod = api.get<Pod>('pods', namespace, name)
  // Nobody looks after the Pods of a node that never was there.
  const host = pod?.spec.nodeName
  if (host && !records.get(TABLE, key) && !api.get('nodes', undefined, host)) return
  const play = () => ({ wake: sync(key, context) })
  const { wake } = alike && pod && batch > 1 && isLikeOthers(pod, records) ? alike('sync', batch, pod, podWords, play) : play()
  if (wake !== undefined) context.wakeAt(wake)
}

/** What the kubelet does about a Pod now; answers when it looks again, ms. */
function sync(key: string, context: ControllerContext): number | undefined {
  const { api, records, env } = context
  const [namespace, name] = key.split('/')
  const world = worldOf(context)
  const pod = api.get<Pod>('pods', namespace, name)
  const stored = records.get<PodState>(TABLE, key)
  if (stored && stored.uid !== pod?.metadata.uid) {
    if (!nodeFault(world, stored.node)) tellOfKills(context, namespace, name, stored)
    tearDown(world, key, stored)
  }
  const host = pod?.spec.nodeName
  if (!pod || !host) return undefined
  const down = nodeFault(world, host)
  if (down) {
    // Back in action it looks at everything anew.
    if (stored) records.put<PodState>(TABLE, key, { ...stored, syncAt: env.now() })
    return down.until
  }
  let state = stored?.uid === pod.metadata.uid ? structuredClone(stored) : undefined
  if (!state && isTerminalPhase(pod.status?.phase)) {
    if (pod.metadata.deletionTimestamp) confirmDeletion({ api, pod } as Session)
    return undefined
  }
  const fresh = !state
  state ??= newState(pod, host, env.now())
  const session: Session = { api, records, env, world, pod, state, host, triggers: new Set() }
  if (fresh && !admit(session)) return undefined
  play(session)
  if (!api.get('pods', namespace, name)) return undefined
  if (!deepEqual(state, stored)) records.put(TABLE, key, state)
  return nextDue(session)
}

/** Containers of a Pod that went from the API while they ran, as by force, are stopped like others. */
function tellOfKills({ api }: ControllerContext, namespace: string, name: string, { uid, node, containers }: PodState): void {
  const running = Object.keys(containers).filter((container) => isRunning(containers[container]))
  const place = running.length > 0 ? api.get('namespaces', undefined, namespace) : undefined
  if (!place || place.metadata.deletionTimestamp) return
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid, resourceVersion: '' } } as KubeObject
  for (const container of running) {
    const said = { type: 'Normal', reason: 'Killing', message: `Stopping container ${container}` } as const
    api.event(pod, { ...said, host: node, component: COMPONENT, fieldPath: `spec.containers{${container}}` })
  }
}

function newState(pod: Pod, node: string, now: number): PodState {
  return {
    uid: pod.metadata.uid,
    node,
    stage: 'syncing',
    startTime: pod.status?.startTime ? fromTime(pod.status.startTime) : now,
    sandbox: false,
    containers: {},
    waiting: {},
    crashes: {},
    pulls: {},
    workers: {},
    kills: {},
  }
}

/** A Pod that does not fit on its node is failed and never started. */
function admit(session: Session): boolean {
  const { api, pod, env } = session
  const rejection = rejectionOf(session)
  if (!rejection) return true
  emit(session, 'Warning', rejection.reason, rejection.message)
  const message = `Pod was rejected: ${rejection.message}`
  api.updateStatus<Pod>({
    ...pod,
    status: {
      ...pod.status,
      phase: 'Failed',
      reason: rejection.reason,
      message,
      observedGeneration: pod.metadata.generation,
      startTime: timestamp(env.now()),
    },
  })
  return false
}

/** Plays everything that is due now. */
function play(session: Session): void {
  const { state } = session
  let dirty = noticeChange(session) || configArrived(session)
  const count = containerCount(session.pod)
  const rounds = Math.max(FEW_ROUNDS, Math.min(MOST_ROUNDS, Math.ceil(MOST_LOOKS / count)))
  for (let round = 0; round < rounds; round++) {
    // A probe whose time has come looks before the processes go on; a readiness probe, whose ticker began after its container, afterwards.
    if (state.stage !== 'terminated' && tick(session, ['startup', 'liveness'])) dirty = true
    else if (runProcesses(session) || advanceKills(session)) {
      noticeExits(session)
      dirty = true
      continue
    } else if (noticeExits(session)) {
      dirty = true
      continue
    } else if (state.stage !== 'terminated' && tick(session, ['readiness'])) dirty = true
    const due = resizeDue(session)
    if (due !== undefined && due <= session.env.now()) dirty = true
    const again = state.startAgain ?? state.syncAt
    if (pastDeadline(session) || (again !== undefined && again <= session.env.now())) dirty = true
    if (!dirty && !watchStorage(session)) return
    dirty = progress(session)
    if (session.triggers.size > 0 && runTriggered(session)) dirty = true
  }
  state.syncAt = session.env.now() + Math.max(PAUSE, rounds * count * LOOK_TAKES)
}

function containerCount({ spec }: Pod): number {
  return spec.containers.length + (spec.initContainers?.length ?? 0)
}

/** One step of the Pod's life; true when another one follows at once. */
function progress(session: Session): boolean {
  const { state, pod } = session
  if (state.stage === 'terminating') return finishTermination(session)
  if (state.stage === 'terminated') {
    if (pod.metadata.deletionTimestamp) confirmDeletion(session)
    return false
  }
  if (pod.metadata.deletionTimestamp) {
    beginTermination(session)
    return true
  }
  if (isBusy(session)) return false
  if (isWaiting(session)) return resumeSync(session)
  return syncPod(session)
}

/** Takes in a changed spec or a deletion. */
function noticeChange(session: Session): boolean {
  const { state, pod } = session
  const seen = seenOf(pod)
  if (seen === state.seen) return false
  state.seen = seen
  if (state.stage === 'terminating' && pod.metadata.deletionGracePeriodSeconds !== undefined)
    shortenKills(session, pod.metadata.deletionGracePeriodSeconds)
  return true
}

/** What a container or a volume waited for is there. */
function configArrived(session: Session): boolean {
  const { state, pod, world } = session
  if (state.stage !== 'syncing') return false
  if (state.mountFailures !== undefined) return mountProblem(world, pod) === undefined
  for (const [name, { reason }] of Object.entries(state.waiting)) {
    const container = reason === 'CreateContainerConfigError' ? containerOf(pod, name) : undefined
    if (container && !('error' in containerEnvironment(world, pod, container, state.ip))) return true
  }
  return false
}

/** Programs whose time has come go on; crash faults strike. */
function runProcesses(session: Session): boolean {
  const { state, world, env } = session
  const pod = withAddress(session)
  let moved = false
  for (const [name, own] of Object.entries(state.containers)) {
    const container = isRunning(own) ? containerOf(pod, name) : undefined
    if (!container) continue
    const crash = nextCrash(session, name)
    if (crash && crash.at <= env.now()) {
      endContainer(world, pod, container, crash.exit)
      moved = true
      continue
    }
    const record = containerRecord(world, state.uid, name)
    if (record?.wakeAt === undefined || record.wakeAt > env.now()) continue
    if (wakeContainer(world, pod, container)?.exit) moved = true
  }
  return moved
}

function noticeExits(session: Session): boolean {
  const { state, world, pod } = session
  let any = false
  for (const [name, own] of Object.entries(state.containers)) {
    if (!isRunning(own)) continue
    const current = own.current!
    const record = containerRecord(world, state.uid, name)
    const container = containerOf(pod, name)
    if (!record?.exit || record.id !== current.id || !container) continue
    const message = terminationMessage(world, pod, container, record)
    current.finishedAt = record.finishedAt ?? session.env.now()
    current.exit = { ...record.exit, ...(message ? { message } : {}) }
    any = true
  }
  return any
}

/** When a crash fault next ends this container, ms. */
function nextCrash({ state, world, pod }: Session, name: string): { at: number; exit: Exit } | undefined {
  const startedAt = state.containers[name]?.current?.startedAt ?? 0
  let next: { at: number; exit: Exit } | undefined
  for (const { everyMs = 0, addedAt, code = 1, reason } of faultsOf(world, 'crash', pod, name)) {
    const at = Math.max(startedAt + everyMs, addedAt)
    if (!next || at < next.at) next = { at, exit: { code, ...(reason ? { reason } : {}) } }
  }
  return next
}

function deadlineOf({ pod, state }: Session): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds
  return seconds === undefined || state.stage !== 'syncing' || state.evicted ? undefined : state.startTime + seconds * 1000
}

function pastDeadline(session: Session): boolean {
  const deadline = deadlineOf(session)
  if (deadline === undefined || deadline > session.env.now()) return false
  session.state.evicted = { reason: 'DeadlineExceeded', message: DEADLINE_MESSAGE }
  return true
}

/** When something happens to the Pod next by itself, ms. */
function nextDue(session: Session): number | undefined {
  if (session.state.stage === 'terminated') return undefined
  return earliest([nextTick(session), nextButProbes(session)])
}

/** The same, without its probes. */
function nextButProbes(session: Session): number | undefined {
  const { state } = session
  // What is due while a sync goes on waits for its end.
  const times = [
    isBusy(session) ? state.startAgain : state.syncAt,
    resizeDue(session),
    deadlineOf(session),
    programWakes(session),
    state.overAt,
  ]
  for (const kill of Object.values(state.kills)) times.push(kill.until)
  for (const [name, own] of Object.entries(state.containers)) if (isRunning(own)) times.push(nextCrash(session, name)?.at)
  return earliest(times)
}

function earliest(times: (number | undefined)[]): number | undefined {
  let next: number | undefined
  for (const time of times) if (time !== undefined && (next === undefined || time < next)) next = time
  return next
}
