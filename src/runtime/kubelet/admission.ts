// Whether a node takes a Pod that was bound to it without the scheduler's judgement.
// Follows pkg/kubelet/lifecycle/predicate.go.
import type { Node, Pod } from '../../api/types'
import { matchesNodeAffinity, untoleratedTaint } from '../../lib/node-match'
import { type Amounts, amounts, podRequests, sumRequests } from '../../lib/pod-requests'
import { isTerminalPhase } from './phase'
import type { Session } from './state'

export interface Rejection {
  /** `OutOfcpu`, `NodeAffinity`, `TaintToleration`. */
  reason: string
  message: string
}

/** Pods that the scheduler bound were judged by it; static Pods run whatever there is. */
function wasJudged(pod: Pod): boolean {
  const annotations = pod.metadata.annotations ?? {}
  if ('kubernetes.io/config.source' in annotations || 'kubernetes.io/config.mirror' in annotations) return true
  return pod.status?.conditions?.some((c) => c.type === 'PodScheduled') ?? false
}

/** The first resource of which the node has too little for what the Pod asks for, beside all others. */
function missing({ api, pod, host }: Session, node: Node): { name: string; message: string } | undefined {
  const others = api
    .mentioning<Pod>('pods', undefined, host)
    .filter((p) => p.spec.nodeName === host && p.metadata.uid !== pod.metadata.uid && !isTerminalPhase(p.status?.phase))
  const used: Amounts = { ...sumRequests(others), pods: others.length }
  const capacities = amounts(node.status.allocatable)
  for (const [name, amount] of Object.entries({ pods: 1, ...podRequests(pod) })) {
    const capacity = capacities[name] ?? 0
    if (amount === 0 || (used[name] ?? 0) + amount <= capacity) continue
    const message = `Node didn't have enough resource: ${name}, requested: ${amount}, used: ${used[name] ?? 0}, capacity: ${capacity}`
    return { name, message }
  }
  return undefined
}

/** Why the Pod could not have on its node what it asks for. */
export function shortage(session: Session): string | undefined {
  const node = session.api.get<Node>('nodes', undefined, session.host)
  return node && missing(session, node)?.message
}

/** Sysctls of a namespace of the Pod's own, which no other Pod feels. Upstream: pkg/kubelet/sysctl/safe_sysctls.go. */
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  ...'ip_local_port_range tcp_syncookies ping_group_range ip_unprivileged_port_start ip_local_reserved_ports tcp_keepalive_time tcp_fin_timeout tcp_keepalive_intvl tcp_keepalive_probes tcp_rmem tcp_wmem tcp_slow_start_after_idle tcp_notsent_lowat'
    .split(' ')
    .map((name) => `net.ipv4.${name}`),
]

/** Upstream: pkg/kubelet/sysctl/allowlist.go. */
function forbiddenSysctl({ spec }: Pod): string | undefined {
  const { sysctls = [] } = (spec.securityContext ?? {}) as { sysctls?: { name: string }[] }
  for (const { name } of sysctls) {
    // Slashes separate where the first separator is one.
    const dotted = /^[^./]*\//.test(name) ? name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name
    if (!SAFE_SYSCTLS.includes(dotted)) return `forbidden sysctl: "${dotted}" not allowlisted`
    const shared = dotted.startsWith('net.') ? spec.hostNetwork && 'net' : spec['hostIPC'] && 'ipc'
    if (shared) return `forbidden sysctl: "${dotted}" not allowed with host ${shared} enabled`
  }
  return undefined
}

export function rejectionOf(session: Session): Rejection | undefined {
  const { api, pod, host } = session
  const forbidden = forbiddenSysctl(pod)
  if (forbidden) return { reason: 'SysctlForbidden', message: forbidden }
  const node = wasJudged(pod) ? undefined : api.get<Node>('nodes', undefined, host)
  if (!node) return undefined
  const short = missing(session, node)
  if (short) return { reason: `OutOf${short.name}`, message: short.message }
  if (!matchesNodeAffinity(pod, node)) {
    return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" }
  }
  if (untoleratedTaint(pod, node, ['NoExecute'])) {
    return { reason: 'TaintToleration', message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate" }
  }
  return undefined
}
