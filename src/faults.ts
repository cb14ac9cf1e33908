// Faults a user put into the cluster: failing probes, crashes, images that cannot be pulled, slow or broken replies, lost packets,
// a DNS that is down, nodes that are not ready. Whatever they concern asks here; where none is set, asking costs one look.
import type { Records } from './api/contracts'
import type { LabelSelector, Pod } from './api/types'
import { matchesSelector } from './lib/selectors'

export const FAULT_KINDS = ['probe', 'crash', 'pull', 'reply', 'network', 'dns', 'node'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]
export type ProbeName = 'startup' | 'readiness' | 'liveness'

/** Record table `faults`, key: its id. */
export interface Fault {
  id: string
  kind: FaultKind
  /** ms of cluster time. */
  addedAt: number
  /** Ends by itself at this time. */
  until?: number
  /** Which Pods; without any of these: all. */
  namespace?: string
  pod?: string
  selector?: LabelSelector
  container?: string
  /** The Pods of this node; for kind node the node itself. */
  node?: string
  /** probe: which kind; all without it. */
  probe?: ProbeName
  /** probe, reply: added to an answer's time, ms. */
  delayMs?: number
  /** crash: exit code. reply: HTTP status; 0 hangs up without an answer. */
  code?: number
  /** crash: so many ms after each start. A single crash is done at once and leaves no fault. */
  everyMs?: number
  /** crash: what the status calls it, e.g. OOMKilled. */
  reason?: string
  /** reply, network: share of requests or connections, 0 to 1; all without it. */
  rate?: number
  /** pull: image name, `*` at its end for all that begin so. */
  image?: string
  /** dns: what is answered in place of nothing. */
  rcode?: 'SERVFAIL'
}

const TABLE = 'faults'

export function listFaults(records: Records): Fault[] {
  return records.list<Fault>(TABLE).map(([, fault]) => fault)
}

export function putFault(records: Records, fault: Fault): void {
  records.put<Fault>(TABLE, fault.id, fault)
}

export function removeFault(records: Records, id: string): void {
  records.put<Fault>(TABLE, id, undefined)
}

interface Surroundings {
  records: Records
  env: { now(): number; random(): number }
  /** Who watches a look at the world, and is to know when what it sees of faults ends. */
  witness?: { real: { env: { now(): number } }; endsAt(time: number): void }
}

export function isOver(fault: Fault, now: number): boolean {
  return fault.until !== undefined && fault.until <= now
}

const NONE: Fault[] = []

/** The faults of a kind that are in force now. */
export function activeFaults({ records, env, witness }: Surroundings, kind: FaultKind): Fault[] {
  const all = records.list<Fault>(TABLE)
  if (all.length === 0) return NONE
  const now = (witness?.real.env ?? env).now()
  const active = all.map(([, fault]) => fault).filter((f) => f.kind === kind && !isOver(f, now))
  for (const { until } of active) if (until !== undefined) witness?.endsAt(until)
  return active
}

/** Does a fault concern this Pod (and container)? */
export function concerns(fault: Fault, pod: Pod, container?: string): boolean {
  if (fault.namespace !== undefined && fault.namespace !== pod.metadata.namespace) return false
  if (fault.pod !== undefined && fault.pod !== pod.metadata.name) return false
  if (fault.selector && !matchesSelector(fault.selector, pod.metadata.labels)) return false
  if (fault.node !== undefined && fault.node !== pod.spec.nodeName) return false
  return fault.container === undefined || container === undefined || fault.container === container
}

/** The faults of a kind that concern a Pod (and container) now. */
export function faultsOf(world: Surroundings, kind: FaultKind, pod: Pod, container?: string): Fault[] {
  return activeFaults(world, kind).filter((f) => concerns(f, pod, container))
}

/** A share of all is hit by chance. */
function strikes(fault: Fault, random: () => number): boolean {
  return fault.rate === undefined || random() < fault.rate
}

/** The fault that keeps an image from being pulled for a Pod. */
export function pullFault(world: Surroundings, pod: Pod, image: string): Fault | undefined {
  return faultsOf(world, 'pull', pod).find(({ image: named }) => {
    if (named === undefined || named === image) return true
    return named.endsWith('*') && image.startsWith(named.slice(0, -1))
  })
}

/** What faults do to a probe of a container: fail it, or add to its time (ms). */
export function probeFault(
  world: Surroundings,
  pod: Pod,
  container: string,
  type: ProbeName,
): { fault?: Fault; fails: boolean; delayMs: number } {
  const found = faultsOf(world, 'probe', pod, container).filter((f) => f.probe === undefined || f.probe === type)
  const fails = found.find((f) => f.delayMs === undefined)
  return { fault: fails ?? found[0], fails: fails !== undefined, delayMs: found.reduce((sum, f) => sum + (f.delayMs ?? 0), 0) }
}

/** What faults do to one reply of a container: put a status in its place (0: none at all), or add to its time (ms). */
export function replyFault(world: Surroundings, pod: Pod, container: string): { fault?: Fault; code?: number; delayMs: number } {
  let delayMs = 0
  for (const fault of faultsOf(world, 'reply', pod, container)) {
    if (!strikes(fault, world.env.random)) continue
    if (fault.code !== undefined) return { fault, code: fault.code, delayMs }
    delayMs += fault.delayMs ?? 0
  }
  return { delayMs }
}

/** The fault that swallows what goes to or comes from a Pod. The network of a node is not its Pods'. */
export function networkFault(world: Surroundings, pod: Pod): Fault | undefined {
  if (pod.spec.hostNetwork) return undefined
  return faultsOf(world, 'network', pod).find((f) => strikes(f, world.env.random))
}

/** The fault that answers a question of DNS, or leaves it without an answer; one that names no Pod concerns everybody who asks. */
export function dnsFault(world: Surroundings, asker: Pod | undefined): Fault | undefined {
  return activeFaults(world, 'dns').find((f) => {
    if (f.namespace === undefined && f.pod === undefined && !f.selector && f.node === undefined) return true
    return asker !== undefined && concerns(f, asker)
  })
}

/** The fault that put a node's kubelet out of action. */
export function nodeFault(world: Surroundings, node: string): Fault | undefined {
  return activeFaults(world, 'node').find((f) => f.node === node)
}
