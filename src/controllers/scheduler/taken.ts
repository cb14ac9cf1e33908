// What the Pods of each node take of it, kept among the records, so that placing one Pod reads no other. Upstream: NodeInfo's sums.
import type { Change, Records, View } from '../../api/contracts'
import type { Pod } from '../../api/types'
import { type Amounts, addAmounts, podRequests } from '../../lib/pod-requests'

export interface Taken {
  pods: number
  used: Amounts
  /** How many of the Pods ask for no CPU, and for no memory. */
  silent: { cpu: number; memory: number }
  /** `namespace/name` of those that keep others away (required anti-affinity). */
  repellent: string[]
}

const TABLE = 'taken'
/** Stands beside the nodes once all of them are counted; no node has such a name. */
const WHOLE = '~'

const requested = new Map<string, { generation: number | undefined; amounts: Amounts }>()
const REMEMBERED = 5000

/** A Pod's requests; remembered, since they are asked for often and seldom change. */
export function requestsOf(pod: Pod): Amounts {
  const { uid, generation } = pod.metadata
  const known = requested.get(uid)
  if (known && known.generation === generation) return known.amounts
  if (requested.size > REMEMBERED) requested.clear()
  const asked = podRequests(pod)
  requested.set(uid, { generation, amounts: asked })
  return asked
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** The node on which a Pod takes room. */
export function placeOf(pod: Pod | undefined): string | undefined {
  return pod?.spec.nodeName && !isOver(pod) ? pod.spec.nodeName : undefined
}

function repels(pod: Pod): boolean {
  const affinity = pod.spec.affinity as { podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: unknown[] } } | undefined
  return (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0
}

export function nothingTaken(): Taken {
  return { pods: 0, used: {}, silent: { cpu: 0, memory: 0 }, repellent: [] }
}

/** Counts a Pod in (`by` 1) or out (-1). */
export function count(taken: Taken, pod: Pod, by: 1 | -1): void {
  const asked = requestsOf(pod)
  taken.pods += by
  if (by === 1) addAmounts(taken.used, asked)
  else for (const [name, value] of Object.entries(asked)) taken.used[name] = (taken.used[name] ?? 0) - value
  if (!asked.cpu) taken.silent.cpu += by
  if (!asked.memory) taken.silent.memory += by
  if (!repels(pod)) return
  const key = `${pod.metadata.namespace}/${pod.metadata.name}`
  if (by === 1) taken.repellent.push(key)
  else taken.repellent = taken.repellent.filter((each) => each !== key)
}

/** May the change of a Pod change a sum? */
export function concernsSums({ before, after }: Change): boolean {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined]
  const [from, to] = [placeOf(was), placeOf(is)]
  return from !== to || (from !== undefined && was?.metadata.generation !== is?.metadata.generation)
}

/** The sums of an open cluster's nodes: read where they are asked for, written down when the cluster is saved. */
export class Ledger {
  private readonly nodes = new Map<string, Taken>()
  private readonly changed = new Set<string>()

  private constructor(private readonly records: Records) {}

  /** Undefined when the nodes of this state were never counted. */
  static of(records: Records): Ledger | undefined {
    if (!records.get(TABLE, WHOLE)) return undefined
    const ledger = new Ledger(records)
    // All at once: read one by one they would tell alike changes apart, which are then not repeated by heart.
    for (const [node, taken] of records.list<Taken | 1>(TABLE)) if (taken !== 1) ledger.nodes.set(node, structuredCopy(taken))
    return ledger
  }

  /** Counts all Pods. */
  static counted(view: View, records: Records): Ledger {
    const ledger = new Ledger(records)
    for (const [node] of records.list<Taken>(TABLE)) records.put(TABLE, node, undefined)
    for (const pod of view.list<Pod>('pods')) ledger.add(placeOf(pod), pod, 1)
    records.put(TABLE, WHOLE, 1)
    return ledger
  }

  /** What is taken of a node; follows all changes. */
  on(node: string): Taken {
    let taken = this.nodes.get(node)
    if (!taken) {
      taken = nothingTaken()
      this.nodes.set(node, taken)
    }
    return taken
  }

  private add(node: string | undefined, pod: Pod, by: 1 | -1): void {
    if (node === undefined) return
    count(this.on(node), pod, by)
    this.changed.add(node)
  }

  /** Takes in the change of a Pod that concerns the sums. */
  follow({ before, after }: Change): void {
    if (before) this.add(placeOf(before as Pod), before as Pod, -1)
    if (after) this.add(placeOf(after as Pod), after as Pod, 1)
  }

  writeDown(): void {
    for (const node of this.changed) {
      const taken = this.on(node)
      this.records.put(TABLE, node, taken.pods > 0 ? structuredCopy(taken) : undefined)
    }
    this.changed.clear()
  }
}

/** Records are shared and never changed in place. */
function structuredCopy({ pods, used, silent, repellent }: Taken): Taken {
  return { pods, used: { ...used }, silent: { ...silent }, repellent: [...repellent] }
}
