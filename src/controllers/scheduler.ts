// default-scheduler: gives every Pod a node. Upstream: pkg/scheduler/schedule_one.go.
import type { Change, Controller, ControllerContext, Records, View } from '../api/contracts'
import type { Condition, KubeObject, Pod } from '../api/types'
import { deepEqual } from '../lib/equal'
import { podWords } from '../lib/pod-words'
import { timestamp } from '../lib/time'
import { affinityState } from './scheduler/pod-affinity'
import { type CycleState, demandsOf, namedNodes, type Refusal, refusalOf } from './scheduler/predicates'
import { histogram, preempt } from './scheduler/preemption'
import { Contest } from './scheduler/score'
import { concernsPlaces, type NodeInfo, Picture } from './scheduler/snapshot'
import { concernsSums, isOver, Ledger } from './scheduler/taken'
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

/** The picture that belongs to an open cluster, and the sums of its nodes: null where they were never made. */
const pictures = new WeakMap<View, Picture>()
const ledgers = new WeakMap<View, Ledger | null>()

function ledgerOf(view: View, records: Records): Ledger | undefined {
  let ledger = ledgers.get(view)
  if (ledger === undefined) {
    ledger = Ledger.of(records) ?? null
    ledgers.set(view, ledger)
  }
  return ledger ?? undefined
}

function pictureOf(view: View, records: Records): Picture {
  let picture = pictures.get(view)
  if (!picture) {
    let ledger = ledgerOf(view, records)
    if (!ledger) {
      ledger = Ledger.counted(view, records)
      ledgers.set(view, ledger)
    }
    picture = new Picture(view, ledger)
    pictures.set(view, picture)
  }
  return picture
}

/** Services and owners say by what Pods are spread. */
function rulesDiffer({ before, after }: Change): boolean {
  const selector = (object: KubeObject | undefined) => (object?.spec as { selector?: unknown } | undefined)?.selector
  return !deepEqual(selector(before), selector(after))
}

/**
 * A Pod's change is taken in at once; whoever waits is looked at when it matters. What is to be noted does not depend on whether there is
 * a picture yet: one may be taken before the like happens again.
 */
function follow(change: Change, view: View, records: Records): boolean {
  const picture = pictures.get(view)
  if (change.resource === 'pods') {
    if (podMatters(change)) picture?.refused.delete(keyOf((change.after ?? change.before)!))
    const sums = concernsSums(change)
    const places = concernsPlaces(change)
    if (sums) ledgerOf(view, records)?.follow(change)
    if (places) picture?.follow(change)
    return sums || places
  }
  if (change.resource === 'nodes') {
    pictures.delete(view)
    return true
  }
  if (!RULES.includes(change.resource) || !rulesDiffer(change)) return false
  picture?.forgetTallies()
  return true
}

const RULES = ['services', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers']
const never = () => []

const always = () => [QUEUE]

export const scheduler: Controller = {
  name: NAME,
  follow,
  writeDown: ({ view }) => ledgers.get(view)?.writeDown(),
  watches: {
    pods: (change) => (podMatters(change) ? [QUEUE] : []),
    nodes: (change) => (nodeMatters(change) ? [QUEUE] : []),
    ...Object.fromEntries(RULES.map((resource) => [resource, never])),
    persistentvolumeclaims: always,
    persistentvolumes: always,
    'storageclasses.storage.k8s.io': always,
  },
  reconcile(_key, context) {
    const { records, view } = context
    const known = pictures.get(view)
    const waiting = records
      .list<1>('unbound')
      .filter(([key]) => !known || known.refused.get(key) !== known.version)
      .map(([key]) => view.get<Pod>('pods', key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)))
      .filter((pod) => pod !== undefined)
      .filter(isWaiting)
    if (waiting.length === 0) return
    waiting.sort(
      (a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0) || Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    )
    let last: Judged | undefined
    for (const pod of waiting) {
      last = scheduleOne(context, pod, pictureOf(view, records), waiting.length, last)
    }
  },
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`
}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulerName } = pod.spec
  const gates = pod.spec['schedulingGates'] as unknown[] | undefined
  return !nodeName && !pod.metadata.deletionTimestamp && !isOver(pod) && (schedulerName ?? NAME) === NAME && !gates?.length
}

/** How the nodes were judged for a Pod, kept for the next one like it. */
interface Judged {
  /** What the judgement depends on of the Pod; and of the cluster. */
  likeness: string
  picture: Picture
  version: number
  contest: Contest
  state: CycleState
}

/** What of a Pod decides where it goes; undefined when that depends on more than room, taints and labels, so that it is judged for itself. */
function likenessOf({ metadata, spec, status }: Pod, { claims, affinity, spread, ports, requests }: CycleState): string | undefined {
  if (
    claims.volumes.length > 0 ||
    claims.late.length > 0 ||
    claims.rivals.length > 0 ||
    spread.hard.length > 0 ||
    status?.nominatedNodeName
  )
    return undefined
  if (affinity.near.length > 0 || affinity.far.length > 0 || affinity.kept.length > 0) return undefined
  if (spec.affinity || spec.topologySpreadConstraints?.length) return undefined
  const owner = metadata.ownerReferences?.find((r) => r.controller)
  return JSON.stringify([metadata.namespace, metadata.labels, owner?.uid, spec.nodeSelector, spec.tolerations, ports, requests])
}

function scheduleOne(context: ControllerContext, pod: Pod, picture: Picture, among: number, last: Judged | undefined): Judged | undefined {
  const { api, env } = context
  const { infos } = picture
  const named = namedNodes(pod)
  const claims = named?.size === 0 ? { refused: 'pod affinity terms conflict' } : claimState(api, pod)
  if (infos.length === 0 || 'refused' in claims) {
    fail(context, pod, blanketRefusal(infos.length, claims))
    return undefined
  }
  const state: CycleState = { ...demandsOf(pod), claims, named, affinity: affinityState(api, pod, infos), spread: spreadState(pod, infos) }
  const likeness = likenessOf(pod, state)
  if (likeness !== undefined && last?.likeness === likeness && last.picture === picture && last.version === picture.version) {
    const info = last.contest.best(env)
    if (info) return placed(context, pod, info, last, among)
  }
  const refusals = new Map<NodeInfo, Refusal>()
  const fitting: NodeInfo[] = []
  for (const info of infos) {
    const refusal = refusalOf(pod, info, state)
    if (refusal) refusals.set(info, refusal)
    else fitting.push(info)
  }
  if (fitting.length === 0) {
    if (refuse(context, pod, infos, refusals, state) && likeness !== undefined) picture.refused.set(keyOf(pod), picture.version)
    return undefined
  }
  const nominated = fitting.find((i) => i.node.metadata.name === pod.status?.nominatedNodeName)
  const contest = new Contest(api, pod, fitting, picture)
  const info = nominated ?? (contest.best(env) as NodeInfo)
  if (selectNode(api, claims, info.node)) return undefined
  return placed(context, pod, info, { likeness: likeness ?? '', picture, version: picture.version, contest, state }, among)
}

/** Binds the Pod; answers the judgement of the nodes as it is then, undefined when it is of no use any more. */
function placed(context: ControllerContext, pod: Pod, info: NodeInfo, judged: Judged, among: number): Judged | undefined {
  const node = info.node.metadata.name
  const play = () => {
    bind(context, pod, node)
    return {}
  }
  if (context.alike) context.alike('bind', among, pod, (p) => [...podWords(p), node], play)
  else play()
  // Nothing but this Pod's coming changed.
  if (judged.likeness === '' || judged.picture.version !== judged.version + 1) return undefined
  judged.contest.took(info, refusalOf(pod, info, judged.state) === undefined)
  return { ...judged, version: judged.picture.version }
}

/** Refused before any node was looked at. */
function blanketRefusal(nodes: number, claims: ReturnType<typeof claimState>): string {
  if (nodes === 0 || !('refused' in claims)) return 'no nodes available to schedule pods'
  const all = `0/${nodes} nodes are available`
  // Preemption asks for what a later plugin, which was not reached, would have left.
  return `${all}: ${claims.refused}. not found`
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

function bind({ api }: ControllerContext, pod: Pod, node: string): void {
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
}

/** True when nobody else has to go for the Pod. */
function refuse(context: ControllerContext, pod: Pod, infos: NodeInfo[], refusals: Map<NodeInfo, Refusal>, state: CycleState): boolean {
  const reasons = new Map<string, number>()
  for (const { reasons: texts } of refusals.values()) for (const text of texts) reasons.set(text, (reasons.get(text) ?? 0) + 1)
  const message = `0/${infos.length} nodes are available: ${histogram(reasons)}.`
  const preemption = preempt(context.api, pod, infos, refusals, state)
  if (!preemption.victims) {
    fail(context, pod, `${message} preemption: ${preemption.message}`)
    return true
  }
  const { info, pods } = preemption.victims
  const found = `found a potential placement for pod on node ${info.node.metadata.name}, preempting ${pods.length} victims`
  fail(context, pod, `${message} preemption: ${found}`, info.node.metadata.name)
  for (const victim of pods) evict(context, victim, pod, info.node.metadata.name)
  return false
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
