// DaemonSets: a pod on each node that fits. Follows pkg/controller/daemon/{daemon_controller,update}.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { Node, Pod } from '../api/types'
import type { ControllerRevision, DaemonSet } from '../api/workloads'
import { ApiError, isNamespaceTerminating } from '../errors'
import { semanticEqual } from '../lib/equal'
import { scaledValue } from '../lib/int-or-string'
import { isEmptySelector, matchesSelector } from '../lib/selectors'
import { fromTime } from '../lib/time'
import { daemonPod, fitsNode, targetNode } from './daemonset-pods'
import { DAEMON_HASH as HASH_LABEL, listRevisions, syncHistory, truncateHistory } from './shared/history'
import { adopt, controllerKeys, controllerOf, keyOf, orphans, release, splitKey } from './shared/ownership'
import { availableFrom, concernsWorkloads, isPodReady } from './shared/pods'
import { forgetRetries, retryLater } from './shared/retries'

const NAME = 'daemonset-controller'
const RESOURCE = 'daemonsets.apps'
const SEEN = `${NAME}-seen`

function podKeys(change: Change, view: View): string[] {
  const { before, after } = change
  if (!concernsWorkloads(before as Pod | undefined, after as Pod | undefined)) return []
  const keys = controllerKeys(change, 'DaemonSet', 'apps')
  if (after && !controllerOf(after)) {
    for (const set of view.list<DaemonSet>(RESOURCE, after.metadata.namespace)) {
      if (matchesSelector(set.spec.selector, after.metadata.labels)) keys.push(`${keyOf(set)}/${after.metadata.name}`)
    }
  }
  return keys
}

function nodeKeys({ before, after }: Change, view: View): string[] {
  const [was, is] = [before as Node | undefined, after as Node | undefined]
  const same = was && is && semanticEqual(was.metadata.labels, is.metadata.labels) && semanticEqual(was.spec.taints, is.spec.taints)
  return same ? [] : view.list<DaemonSet>(RESOURCE).map(keyOf)
}

/** Keys are `namespace/name`, and `namespace/name/pod` for an orphan that may be taken over. */
export const daemonSetController: Controller = {
  name: NAME,
  watches: { [RESOURCE]: ({ before, after }) => [keyOf((after ?? before)!)], pods: podKeys, nodes: nodeKeys },
  reconcile(key, context) {
    const { api, records } = context
    const [namespace, rest] = splitKey(key)
    const [name, orphan] = rest.split('/')
    const own = `${namespace}/${name}`
    const set = api.get<DaemonSet>(RESOURCE, namespace, name)
    if (!set) {
      records.put(SEEN, own, undefined)
      forgetRetries(context, `${NAME}-retries`, own)
      return
    }
    if (set.metadata.deletionTimestamp) return
    if (orphan) {
      const pod = api.get<Pod>('pods', namespace, orphan)
      if (pod && mayAdopt(set, pod)) adopt(api, pod, set)
      return
    }
    if (isEmptySelector(set.spec.selector)) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
      api.event(set, { type: 'Warning', reason: 'SelectingAll', message })
      return
    }
    if (records.get(SEEN, own) !== set.metadata.uid) {
      for (const pod of orphans<Pod>(api, 'pods', namespace!, set.spec.selector)) if (mayAdopt(set, pod)) adopt(api, pod, set)
      records.put(SEEN, own, set.metadata.uid)
    }
    const failed = sync(set, context)
    if (failed) retryLater(context, `${NAME}-retries`, own)
    else forgetRetries(context, `${NAME}-retries`, own)
  },
}

function mayAdopt(set: DaemonSet, pod: Pod): boolean {
  return !controllerOf(pod) && !pod.metadata.deletionTimestamp && matchesSelector(set.spec.selector, pod.metadata.labels)
}

interface Sync {
  set: DaemonSet
  hash: string
  nodes: Node[]
  byNode: Map<string, Pod[]>
  context: ControllerContext
}

/** True when something could not be created or deleted. */
function sync(set: DaemonSet, context: ControllerContext): boolean {
  const { api } = context
  const history = syncHistory(api, set, listRevisions(api, set), set.status?.collisionCount ?? 0)
  const hash = hashOf(history.update)
  if (history.collisionCount !== (set.status?.collisionCount ?? 0)) {
    set = api.updateStatus<DaemonSet>({ ...set, status: { ...set.status, collisionCount: history.collisionCount } })
  }
  const nodes = api.list<Node>('nodes')
  const state = (): Sync => ({ set, hash, nodes, byNode: podsByNode(set, context), context })
  let failed = manage(state())
  if (set.spec.updateStrategy?.type !== 'OnDelete') failed = rollOut(state()) || failed
  const final = state()
  const used = new Set([hash, ...[...final.byNode.values()].flat().map((p) => p.metadata.labels?.[HASH_LABEL] ?? '')])
  const inUse = new Set(history.revisions.filter((r) => used.has(hashOf(r))).map((r) => r.metadata.name))
  truncateHistory(api, history.revisions, inUse, set.spec.revisionHistoryLimit ?? 10)
  updateStatus(final)
  return failed
}

function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[HASH_LABEL] ?? ''
}

/** The set's pods by the node they are on or meant for; pods that no longer match are let go. */
function podsByNode(set: DaemonSet, { api }: ControllerContext): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>()
  for (const pod of api.ownedBy<Pod>(set.metadata.uid, 'pods')) {
    if (!matchesSelector(set.spec.selector, pod.metadata.labels)) {
      release(api, pod, set)
      continue
    }
    const node = targetNode(pod)
    if (node) byNode.set(node, [...(byNode.get(node) ?? []), pod])
  }
  return byNode
}

function isAvailable({ set, context }: Sync, pod: Pod): boolean {
  const from = availableFrom(pod, set.spec.minReadySeconds)
  if (from === undefined) return false
  if (from > context.env.now()) context.wakeAt(from)
  return from <= context.env.now()
}

function byAge(a: Pod, b: Pod): number {
  return fromTime(a.metadata.creationTimestamp) - fromTime(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1)
}

// ---------------------------------------------------------------- which nodes need a pod, which pods are too many

function manage(state: Sync): boolean {
  const { nodes, byNode, set } = state
  const needing: string[] = []
  const surplus: Pod[] = []
  const known = new Set<string>()
  for (const node of nodes) {
    const { name } = node.metadata
    known.add(name)
    const pods = byNode.get(name)
    const { run, stay } = fitsNode(set, node)
    if (run && !pods) needing.push(name)
    else if (stay && pods) surplus.push(...surplusOn(state, name, pods))
    else if (!stay && pods) surplus.push(...pods.filter((p) => !p.metadata.deletionTimestamp))
  }
  for (const [node, pods] of byNode)
    if (!known.has(node)) surplus.push(...pods.filter((p) => !p.spec.nodeName && !p.metadata.deletionTimestamp))
  return apply(state, surplus, needing)
}

/** Pods that ended, and all but the oldest of several - unless one is the surge of the other. */
function surplusOn(state: Sync, node: string, pods: Pod[]): Pod[] {
  const { set, hash, context } = state
  const { api } = context
  const surplus: Pod[] = []
  const running: Pod[] = []
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp) continue
    const about = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`
    if (pod.status?.phase === 'Failed') {
      api.event(set, { type: 'Warning', reason: 'FailedDaemonPod', message: `Found failed daemon pod ${about}, will try to kill it` })
      surplus.push(pod)
    } else if (pod.status?.phase === 'Succeeded') {
      api.event(set, {
        type: 'Normal',
        reason: 'SucceededDaemonPod',
        message: `Found succeeded daemon pod ${about}, will try to delete it`,
      })
      surplus.push(pod)
    } else running.push(pod)
  }
  running.sort(byAge)
  if (running.length < 2) return surplus
  if (maxSurge(set, 1) === 0) return [...surplus, ...running.slice(1)]
  const newest = running.find((p) => p.metadata.labels?.[HASH_LABEL] === hash)
  const old = running.find((p) => p.metadata.labels?.[HASH_LABEL] !== hash)
  // Two may stand beside each other while the new one is not available and the old one is.
  const keep = newest && old ? (isAvailable(state, newest) ? [newest] : isAvailable(state, old) ? [newest, old] : [newest]) : [running[0]]
  return [...surplus, ...running.filter((p) => !keep.includes(p))]
}

/** syncNodes */
function apply({ set, hash, context }: Sync, surplus: Pod[], needing: string[]): boolean {
  const { api } = context
  try {
    for (const node of needing) {
      const { metadata } = api.create<Pod>(daemonPod(set, hash, node))
      api.event(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${metadata.name}` })
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (isNamespaceTerminating(error)) return false
    api.event(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    return true
  }
  for (const { metadata } of surplus) {
    api.delete('pods', metadata.namespace, metadata.name)
    api.event(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` })
  }
  return false
}

// ---------------------------------------------------------------- rolling update

function maxSurge(set: DaemonSet, desired: number): number {
  if (set.spec.updateStrategy?.type === 'OnDelete') return 0
  return scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxSurge, desired, true)
}

function rollOut(state: Sync): boolean {
  const { set, nodes } = state
  const running = nodes.filter((node) => fitsNode(set, node).run)
  const surge = maxSurge(set, running.length)
  const unavailable = scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, running.length, true)
  return surge > 0 ? replaceBySurge(state, surge) : replaceByDeletion(state, running, unavailable || 1)
}

/** The pods of a node by whether they have the present template; undefined when there are several of a sort. */
function versionsOn({ hash }: Sync, pods: Pod[]): { fresh?: Pod; old?: Pod } | undefined {
  const found: { fresh?: Pod; old?: Pod } = {}
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp) continue
    const sort = pod.metadata.labels?.[HASH_LABEL] === hash ? 'fresh' : 'old'
    if (found[sort]) return undefined
    found[sort] = pod
  }
  return found
}

function replaceByDeletion(state: Sync, running: Node[], most: number): boolean {
  let unavailable = 0
  const broken: Pod[] = []
  const candidates: Pod[] = []
  for (const node of running) {
    const found = versionsOn(state, state.byNode.get(node.metadata.name) ?? [])
    const { fresh, old } = found ?? {}
    if (!found || !fresh === !old) unavailable++
    else if (fresh) unavailable += isAvailable(state, fresh) ? 0 : 1
    else if (isAvailable(state, old!)) candidates.push(old!)
    else {
      unavailable++
      broken.push(old!)
    }
  }
  const allowed = Math.max(0, most - unavailable)
  return apply(state, [...broken, ...candidates.slice(0, allowed)], [])
}

function replaceBySurge(state: Sync, most: number): boolean {
  let surging = 0
  const done: Pod[] = []
  const urgent: string[] = []
  const candidates: string[] = []
  for (const [node, pods] of state.byNode) {
    const found = versionsOn(state, pods)
    if (!found?.old) continue
    const { fresh, old } = found
    if (!fresh) (isAvailable(state, old!) ? candidates : urgent).push(node)
    else if (isAvailable(state, fresh)) done.push(old!)
    else surging++
  }
  return apply(state, done, [...urgent, ...candidates.slice(0, Math.max(0, most - surging))])
}

// ---------------------------------------------------------------- status

function updateStatus(state: Sync): void {
  const { set, hash, nodes, byNode, context } = state
  let desired = 0
  let current = 0
  let misscheduled = 0
  let ready = 0
  let available = 0
  let updated = 0
  for (const node of nodes) {
    const pods = [...(byNode.get(node.metadata.name) ?? [])].sort(byAge)
    if (!fitsNode(set, node).run) {
      misscheduled += pods.length ? 1 : 0
      continue
    }
    desired++
    const [pod] = pods
    if (!pod) continue
    current++
    if (isPodReady(pod)) ready++
    if (isAvailable(state, pod)) available++
    if (pod.metadata.labels?.[HASH_LABEL] === hash) updated++
  }
  const status: DaemonSet['status'] = {
    ...set.status,
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: desired,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    numberReady: ready,
    numberAvailable: available || undefined,
    numberUnavailable: desired - available || undefined,
    updatedNumberScheduled: updated || undefined,
  }
  if (!semanticEqual(status, set.status)) context.api.updateStatus<DaemonSet>({ ...set, status })
}
