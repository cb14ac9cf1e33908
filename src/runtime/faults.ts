// Faults a user put into the cluster: failing probes, crashes, images that cannot be pulled, slow or broken replies, lost packets, dead nodes.
import type { Records } from '../api/contracts'
import type { Pod, StringMap } from '../api/types'
import { matchesLabels } from '../lib/selectors'

export type FaultKind = 'probe' | 'crash' | 'pull' | 'reply' | 'network' | 'dns' | 'node'

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
  labels?: StringMap
  container?: string
  /** probe: which kind; all without it. */
  probe?: 'startup' | 'readiness' | 'liveness'
  /** probe, reply: added to an answer's time, ms. */
  delayMs?: number
  /** crash: exit code, and every how many ms (once without it). reply: HTTP status. */
  code?: number
  everyMs?: number
  /** reply: share of requests, 0 to 1. */
  rate?: number
  /** pull: image name, `*` at its end for all that begin so. */
  image?: string
  node?: string
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
  env: { now(): number }
}

/** The faults of a kind that are in force now. */
export function activeFaults({ records, env }: Surroundings, kind: FaultKind): Fault[] {
  const all = records.list<Fault>(TABLE)
  if (all.length === 0) return []
  const now = env.now()
  return all.map(([, fault]) => fault).filter((f) => f.kind === kind && (f.until === undefined || now < f.until))
}

/** Does a fault concern this Pod (and container)? */
export function concerns(fault: Fault, pod: Pod, container?: string): boolean {
  if (fault.namespace !== undefined && fault.namespace !== pod.metadata.namespace) return false
  if (fault.pod !== undefined && fault.pod !== pod.metadata.name) return false
  if (fault.labels && !matchesLabels(fault.labels, pod.metadata.labels)) return false
  if (fault.node !== undefined && fault.node !== pod.spec.nodeName) return false
  return fault.container === undefined || container === undefined || fault.container === container
}

/** Why an image cannot be pulled for a Pod; undefined when nothing stands in the way. */
export function pullFault(world: Surroundings, pod: Pod, image: string): string | undefined {
  const hit = activeFaults(world, 'pull').find((f) => {
    if (!concerns(f, pod)) return false
    if (f.image === undefined || f.image === image) return true
    return f.image.endsWith('*') && image.startsWith(f.image.slice(0, -1))
  })
  if (!hit) return undefined
  const reference = image.includes('/') ? image : `library/${image}`
  return `rpc error: code = Unavailable desc = failed to pull and unpack image "docker.io/${reference}": failed to resolve reference "docker.io/${reference}": unexpected status from HEAD request: 503 Service Unavailable`
}

/** What faults do to a probe of a container: fail it, or add to its time (ms). */
export function probeFault(world: Surroundings, pod: Pod, container: string, type: Fault['probe']): { fails?: boolean; delayMs: number } {
  let delayMs = 0
  let fails = false
  for (const fault of activeFaults(world, 'probe')) {
    if (!concerns(fault, pod, container) || (fault.probe !== undefined && fault.probe !== type)) continue
    if (fault.delayMs === undefined) fails = true
    else delayMs += fault.delayMs
  }
  return { fails, delayMs }
}

/** Is the node's kubelet out of action? */
export function nodeDown(world: Surroundings, node: string): boolean {
  return activeFaults(world, 'node').some((f) => f.node === node)
}
