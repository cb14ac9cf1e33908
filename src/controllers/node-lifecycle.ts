// node-lifecycle-controller: taints nodes by their conditions and by `unschedulable`, gives nodes up whose lease is not renewed.
// Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go.
import type { Change, Controller, ControllerContext } from '../api/contracts'
import type { Condition, KubeObject, Node, Pod, Taint } from '../api/types'
import { activeFaults } from '../faults'
import { deepEqual } from '../lib/equal'
import { timestamp } from '../lib/time'

/** A node that was silent for so long is unreachable (--node-monitor-grace-period). ms */
const GRACE = 50_000

/** Condition, its bad status -> the taint that keeps Pods away. */
const BY_CONDITION: { type: string; status: string; key: string }[] = [
  { type: 'Ready', status: 'False', key: 'node.kubernetes.io/not-ready' },
  { type: 'Ready', status: 'Unknown', key: 'node.kubernetes.io/unreachable' },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
]
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const EVICTING = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const OWN = new Set([UNSCHEDULABLE, ...BY_CONDITION.map((c) => c.key)])

function readyOf(node: Node): string | undefined {
  return node.status?.conditions?.find((c) => c.type === 'Ready')?.status
}

function matters({ before, after }: Change): boolean {
  if (!before || !after) return true
  const view = ({ spec, status }: KubeObject) => [spec, (status as Node['status'])?.conditions?.map((c) => c.status)]
  return !deepEqual(view(before), view(after))
}

export const nodeLifecycleController: Controller = {
  name: 'node-controller',
  watches: {
    nodes: (change) => (matters(change) ? [(change.after ?? change.before)!.metadata.name] : []),
  },
  reconcile(name, context) {
    let node = context.api.get<Node>('nodes', undefined, name)
    if (!node) return
    node = judgeHeartbeat(node, context)
    const taints = wantedTaints(node, timestamp(context.env.now()))
    if (!deepEqual(taints, node.spec.taints ?? [])) {
      const { taints: _, ...spec } = node.spec
      node = context.api.update<Node>({ ...node, spec: taints.length ? { ...spec, taints } : spec })
    }
    markPods(node, context)
  },
}

/** What the conditions ask for, with the taints of others; the time of one that stays is kept. */
function wantedTaints(node: Node, now: string): Taint[] {
  const old = node.spec.taints ?? []
  const wanted: Taint[] = []
  if (node.spec.unschedulable) wanted.push({ effect: 'NoSchedule', key: UNSCHEDULABLE })
  for (const { type, status, key } of BY_CONDITION) {
    if (node.status?.conditions?.find((c) => c.type === type)?.status !== status) continue
    wanted.push({ effect: 'NoSchedule', key })
    if (EVICTING.includes(key)) wanted.push({ effect: 'NoExecute', key })
  }
  const kept = old.filter((t) => !OWN.has(t.key) || wanted.some((w) => w.key === t.key && w.effect === t.effect))
  const added = wanted.filter((w) => !old.some((t) => t.key === w.key && t.effect === w.effect))
  return [...kept, ...added.map((t) => ({ ...t, timeAdded: now }))]
}

/** A node whose kubelet is out of action turns Unknown when the grace period is over, and ready again when it is back. */
function judgeHeartbeat(node: Node, { api, records, env, wakeAt }: ControllerContext): Node {
  const down = activeFaults({ records, env }, 'node').filter((f) => f.node === node.metadata.name)
  const conditions = node.status?.conditions ?? []
  const lost = conditions.some((c) => c.reason === 'NodeStatusUnknown')
  if (down.length === 0)
    return lost ? api.updateStatus<Node>({ ...node, status: { ...node.status, conditions: conditions.map(restored(env.now())) } }) : node
  const since = Math.min(...down.map((f) => f.addedAt))
  const until = down.map((f) => f.until).filter((t) => t !== undefined)
  if (until.length > 0) wakeAt(Math.min(...until))
  if (env.now() < since + GRACE) {
    wakeAt(since + GRACE)
    return node
  }
  if (lost) return node
  const now = timestamp(env.now())
  const unknown = conditions.map((c) => ({
    ...c,
    status: 'Unknown' as const,
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  }))
  api.event(node, { type: 'Normal', reason: 'NodeNotReady', message: `Node ${node.metadata.name} status is now: NodeNotReady` })
  return api.updateStatus<Node>({ ...node, status: { ...node.status, conditions: unknown } })
}

const HEALTHY: Record<string, [Condition['status'], string, string]> = {
  MemoryPressure: ['False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  DiskPressure: ['False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  PIDPressure: ['False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  Ready: ['True', 'KubeletReady', 'kubelet is posting ready status'],
}

function restored(now: number): (condition: Condition) => Condition {
  return (condition) => {
    const healthy = HEALTHY[condition.type]
    if (!healthy) return condition
    const [status, reason, message] = healthy
    return { ...condition, status, reason, message, lastTransitionTime: timestamp(now), lastHeartbeatTime: timestamp(now) }
  }
}

/** Pods on a node that is not ready serve nobody. */
function markPods(node: Node, { api, env }: ControllerContext): void {
  if (readyOf(node) === 'True') return
  for (const pod of api.list<Pod>('pods')) {
    if (pod.spec.nodeName !== node.metadata.name) continue
    const ready = pod.status?.conditions?.find((c) => c.type === 'Ready')
    if (ready?.status !== 'True') continue
    const conditions = pod.status.conditions!.map((c) =>
      c === ready ? { ...c, status: 'False' as const, lastTransitionTime: timestamp(env.now()) } : c,
    )
    const marked = api.updateStatus<Pod>({ ...pod, status: { ...pod.status, conditions } })
    api.event(marked, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' })
  }
}
