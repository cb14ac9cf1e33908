// default-scheduler: gives every Pod a node. Upstream: pkg/scheduler/schedule_one.go.
import type { Change, Controller, ControllerContext } from '../api/contracts'
import type { Condition, KubeObject, Pod } from '../api/types'
import { deepEqual } from '../lib/equal'
import { timestamp } from '../lib/time'
import { affinityState } from './scheduler/pod-affinity'
import { type CycleState, type Refusal, refusalOf } from './scheduler/predicates'
import { histogram, preempt } from './scheduler/preemption'
import { bestNode } from './scheduler/score'
import { addPod, isOver, type NodeInfo, takeSnapshot } from './scheduler/snapshot'
import { spreadState } from './scheduler/topology-spread'
import { claimState, selectNode } from './scheduler/volumes'

const NAME = 'default-scheduler'
/** One key stands for the whole queue: each look schedules all Pods that wait, on one picture of the cluster. */
const QUEUE = '*'

function podMatters({ before, after }: Change): boolean {
  const was = before as Pod | undefined
  const is = after as Pod | undefined
  if (!is) return was?.spec.nodeName !== undefined && was.spec.nodeName !== ''
  if (!is.spec.nodeName)
    return !was || was.metadata.generation !== is.metadata.generation || !deepEqual(was.metadata.labels, is.metadata.labels)
  if (!was) return false
  return isOver(was) !== isOver(is) || !deepEqual(was.metadata.labels, is.metadata.labels)
}

/** Only what a Pod's fate can depend on: labels, taints, room. */
function nodeMatters({ before, after }: Change): boolean {
  if (!before || !after) return after !== undefined
  const view = ({ metadata, spec, status }: KubeObject) => ({
    labels: metadata.labels,
    spec,
    room: (status as { allocatable?: unknown })?.allocatable,
  })
  return !deepEqual(view(before), view(after))
}

const always = () => [QUEUE]

export const scheduler: Controller = {
  name: NAME,
  watches: {
    pods: (change) => (podMatters(change) ? [QUEUE] : []),
    nodes: (change) => (nodeMatters(change) ? [QUEUE] : []),
    persistentvolumeclaims: always,
    persistentvolumes: always,
    'storageclasses.storage.k8s.io': always,
  },
  reconcile(_key, context) {
    const pods = context.api.list<Pod>('pods')
    const waiting = pods.filter(isWaiting)
    if (waiting.length === 0) return
    waiting.sort(
      (a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0) || Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    )
    const infos = takeSnapshot(context.api, pods)
    for (const pod of waiting) scheduleOne(context, pod, infos)
  },
}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulerName } = pod.spec
  const gates = pod.spec['schedulingGates'] as unknown[] | undefined
  return !nodeName && !pod.metadata.deletionTimestamp && !isOver(pod) && (schedulerName ?? NAME) === NAME && !gates?.length
}

function scheduleOne(context: ControllerContext, pod: Pod, infos: NodeInfo[]): void {
  const { api, env } = context
  const claims = claimState(api, pod)
  if (infos.length === 0 || 'refused' in claims) {
    fail(context, pod, blanketRefusal(infos.length, claims))
    return
  }
  const state: CycleState = { claims, affinity: affinityState(api, pod, infos), spread: spreadState(pod, infos) }
  const refusals = new Map<NodeInfo, Refusal>()
  const fitting: NodeInfo[] = []
  for (const info of infos) {
    const refusal = refusalOf(pod, info, state)
    if (refusal) refusals.set(info, refusal)
    else fitting.push(info)
  }
  if (fitting.length === 0) {
    refuse(context, pod, infos, refusals, state)
    return
  }
  const nominated = fitting.find((i) => i.node.metadata.name === pod.status?.nominatedNodeName)
  const info = nominated ?? bestNode(api, env, pod, fitting)
  if (selectNode(api, claims, info.node.metadata.name)) return
  addPod(info, bind(context, pod, info.node.metadata.name))
}

/** Refused before any node was looked at. */
function blanketRefusal(nodes: number, claims: ReturnType<typeof claimState>): string {
  if (nodes === 0 || !('refused' in claims)) return 'no nodes available to schedule pods'
  const all = `0/${nodes} nodes are available`
  return `${all}: ${claims.refused}. preemption: ${all}: ${nodes} Preemption is not helpful for scheduling.`
}

function conditionOf(pod: Pod, now: string, verdict: Pick<Condition, 'status' | 'reason' | 'message'>): Condition[] {
  const others = (pod.status.conditions ?? []).filter((c) => c.type !== 'PodScheduled')
  const old = pod.status.conditions?.find((c) => c.type === 'PodScheduled')
  const condition: Condition = {
    lastProbeTime: null,
    lastTransitionTime: old && old.status === verdict.status ? old.lastTransitionTime : now,
    ...(verdict.message ? { message: verdict.message } : {}),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...(verdict.reason ? { reason: verdict.reason } : {}),
    status: verdict.status,
    type: 'PodScheduled',
  }
  return [...others, condition]
}

function bind({ api }: ControllerContext, pod: Pod, node: string): Pod {
  const { namespace, name, uid } = pod.metadata
  api.create({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  })
  const bound = api.get<Pod>('pods', namespace, name)!
  api.event(bound, {
    type: 'Normal',
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${node}`,
    action: 'Binding',
  })
  return bound
}

function refuse(context: ControllerContext, pod: Pod, infos: NodeInfo[], refusals: Map<NodeInfo, Refusal>, state: CycleState): void {
  const reasons = new Map<string, number>()
  for (const { reasons: texts } of refusals.values()) for (const text of texts) reasons.set(text, (reasons.get(text) ?? 0) + 1)
  const message = `0/${infos.length} nodes are available: ${histogram(reasons)}.`
  const preemption = preempt(context.api, pod, infos, refusals, state)
  if (!preemption.victims) {
    fail(context, pod, `${message} preemption: ${preemption.message}`)
    return
  }
  const { info, pods } = preemption.victims
  fail(context, pod, message, info.node.metadata.name)
  for (const victim of pods) evict(context, victim, pod, info.node.metadata.name)
}

function evict({ api, env }: ControllerContext, victim: Pod, by: Pod, node: string): void {
  if (victim.metadata.deletionTimestamp) return
  const target: Condition = {
    lastProbeTime: null,
    lastTransitionTime: timestamp(env.now()),
    message: `${NAME}: preempting to accommodate a higher priority pod`,
    ...(victim.metadata.generation === undefined ? {} : { observedGeneration: victim.metadata.generation }),
    reason: 'PreemptionByScheduler',
    status: 'True',
    type: 'DisruptionTarget',
  }
  const conditions = (victim.status.conditions ?? []).filter((c) => c.type !== 'DisruptionTarget')
  const marked = api.updateStatus<Pod>({ ...victim, status: { ...victim.status, conditions: [...conditions, target] } })
  api.event(marked, {
    type: 'Normal',
    reason: 'Preempted',
    message: `Preempted by pod ${by.metadata.uid} on node ${node}`,
    action: 'Preempting',
  })
  api.delete('pods', victim.metadata.namespace, victim.metadata.name)
}

/** The Pod stays in the queue until something changes that may help it. */
function fail({ api, env }: ControllerContext, pod: Pod, message: string, nominatedNodeName?: string): void {
  const conditions = conditionOf(pod, timestamp(env.now()), { status: 'False', reason: 'Unschedulable', message })
  const old = pod.status?.conditions?.find((c) => c.type === 'PodScheduled')
  const status = { ...pod.status, conditions, ...(nominatedNodeName ? { nominatedNodeName } : {}) }
  if (!deepEqual(status, pod.status)) api.updateStatus<Pod>({ ...pod, status })
  if (old?.message !== message) api.event(pod, { type: 'Warning', reason: 'FailedScheduling', message, action: 'Scheduling' })
}
