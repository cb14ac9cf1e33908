// kubectl drain: cordons nodes and evicts their Pods. Upstream: kubectl/pkg/cmd/drain/drain.go, kubectl/pkg/drain.
import type { Node, Pod } from '../api/types'
import { evictPod } from '../apiserver/eviction'
import { listObjects } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'
import { AggregateFailure, ApiError, CommandError, combine } from '../errors'
import { formatDuration } from '../lib/ages'
import { parseLabelSelector, SelectorError } from '../lib/label-selector'
import { checkNodeArguments, cordonAll, nodesOf } from './cordon-nodes'
import { Patience } from './patience'

/** What the filters make of a Pod: gone, left alone, or in the way. */
interface Judgement {
  pod: Pod
  goes: boolean
  warning?: string
  error?: string
}

const PAUSE = 50
const RETRY = 5000

function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed'
}

/** Nobody waits for the end of a Pod that has been going for long, when told so. */
function goingTooLong(context: CommandContext, cluster: Cluster, pod: Pod): boolean {
  const patience = context.flags.number('skip-wait-for-delete-timeout')
  const goingSince = pod.metadata.deletionTimestamp
  return patience > 0 && goingSince !== undefined && Math.trunc((cluster.env.now() - Date.parse(goingSince)) / 1000) > patience
}

/** The filters in kubectl's order; the last one that was asked decides. */
function judge(context: CommandContext, cluster: Cluster, pod: Pod): Judgement {
  const { flags } = context
  const owner = pod.metadata.ownerReferences?.find((r) => r.controller)
  if (goingTooLong(context, cluster, pod)) return { pod, goes: false }
  if (owner?.kind === 'DaemonSet' && !isFinished(pod)) {
    if (!cluster.view.get('daemonsets.apps', pod.metadata.namespace, owner.name)) {
      const missing = `daemonsets.apps ${JSON.stringify(owner.name)} not found`
      if (!flags.bool('force')) return { pod, goes: false, error: missing }
      return { pod, goes: true, warning: missing }
    }
    if (!flags.bool('ignore-daemonsets')) {
      return { pod, goes: false, error: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' }
    }
    return { pod, goes: false, warning: 'ignoring DaemonSet-managed Pods' }
  }
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return { pod, goes: false }
  if (isFinished(pod)) return { pod, goes: true }
  if ((pod.spec.volumes ?? []).some((v) => v['emptyDir']) && !flags.bool('delete-emptydir-data')) {
    return { pod, goes: false, error: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)' }
  }
  if (owner) return { pod, goes: true }
  if (flags.bool('force')) return { pod, goes: true, warning: 'deleting Pods that declare no controller' }
  return { pod, goes: false, error: 'cannot delete Pods that declare no controller (use --force to override)' }
}

/** `message: ns/a, ns/b`, one entry a message. */
function grouped(judgements: Judgement[], field: 'warning' | 'error'): string[] {
  const pods = new Map<string, string[]>()
  for (const { pod, [field]: message } of judgements) {
    if (message === undefined) continue
    pods.set(message, [...(pods.get(message) ?? []), `${pod.metadata.namespace}/${pod.metadata.name}`])
  }
  return [...pods].map(([message, names]) => `${message}: ${names.join(', ')}`)
}

function judgeAll(context: CommandContext, cluster: Cluster, node: Node): Judgement[] {
  const info = cluster.server.discovery.byResource('pods')!
  const query = { labelSelector: context.flags.string('pod-selector'), fieldSelector: `spec.nodeName=${node.metadata.name}` }
  const own = listObjects(cluster.server, info, undefined, query) as Pod[]
  return own.map((pod) => judge(context, cluster, pod))
}

/** A Pod on its way: when to ask for its end next, until it was granted; nothing more to do when `done`. */
interface Leaving {
  pod: Pod
  askAt?: number
  done?: boolean
}

const within = ({ metadata }: Pod) => `pods/${JSON.stringify(metadata.name)} -n ${JSON.stringify(metadata.namespace)}`

/** Asks for the Pod's end; the refusal, if any. */
function ask(context: CommandContext, cluster: Cluster, pod: Pod, dryRun: DryRun): ApiError | undefined {
  const grace = context.flags.number('grace-period')
  const options = { manager: 'kubectl', dryRun: dryRun === 'server', ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) }
  const { namespace, name } = pod.metadata
  const current = cluster.view.get<Pod>('pods', namespace, name)
  if (!current || current.metadata.uid !== pod.metadata.uid) return undefined
  try {
    if (context.flags.bool('disable-eviction')) cluster.server.delete(cluster.server.resourceOf(pod), namespace, name, options)
    else evictPod(cluster.server, current, options)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  return undefined
}

/** Evicts each Pod on its own and waits for it; what went wrong, a Pod each (Helper.evictPods). */
class Evictions {
  readonly errors: Error[] = []
  private readonly leaving: Leaving[]
  private readonly timeout: number
  private readonly patience: Patience

  constructor(
    private readonly context: CommandContext,
    pods: Pod[],
    private readonly dryRun: DryRun,
  ) {
    this.timeout = context.flags.duration('timeout')
    this.patience = new Patience(context, this.timeout > 0 ? this.timeout : undefined)
    this.leaving = pods.map((pod) => ({ pod, askAt: 0 }))
  }

  private fail(one: Leaving, message: string): void {
    this.errors.push(new CommandError(message))
    one.done = true
  }

  /** A Pod is asked for even when the time is over: only then does it turn out to be over. */
  private askFor(cluster: Cluster, one: Leaving): void {
    const { context, patience, timeout } = this
    if (patience.isOver) {
      this.fail(one, `error when evicting ${within(one.pod)}: global timeout reached: ${formatDuration(timeout)}`)
      return
    }
    const refusal = ask(context, cluster, one.pod, this.dryRun)
    if (refusal?.reason === 'TooManyRequests') {
      context.err(`error when evicting ${within(one.pod)} (will retry after 5s): ${refusal.message}\n`)
      one.askAt = patience.waited + RETRY
    } else if (refusal) {
      this.fail(one, `error when evicting ${within(one.pod)}: ${refusal.message}`)
    } else {
      one.askAt = undefined
      one.done = this.dryRun === 'server'
    }
  }

  private lookAt(cluster: Cluster, one: Leaving, verb: string): void {
    const { namespace, name, uid } = one.pod.metadata
    const current = cluster.view.get<Pod>('pods', namespace, name)
    if (current?.metadata.uid !== uid) {
      this.context.out(resultPrinter(this.context, 'none')(one.pod, verb))
      one.done = true
    } else if (goingTooLong(this.context, cluster, current)) {
      const seconds = this.context.flags.number('skip-wait-for-delete-timeout')
      this.context.out(`pod ${JSON.stringify(name)} has DeletionTimestamp older than ${seconds} seconds, skipping\n`)
      one.done = true
    } else if (this.patience.isOver && verb === 'evicted') {
      const waiting = `error when waiting for pod ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)} to terminate`
      this.fail(one, `${waiting}: context deadline exceeded`)
    }
  }

  async run(): Promise<void> {
    for (;;) {
      const due = this.leaving.filter((one) => !one.done && one.askAt !== undefined && one.askAt <= this.patience.waited)
      const suffix = this.dryRun === 'server' ? ' (server dry run)' : ''
      for (const { pod } of due) this.context.out(`evicting pod ${pod.metadata.namespace}/${pod.metadata.name}${suffix}\n`)
      if (due.length) {
        this.context.cluster.write((cluster) => {
          for (const one of due) this.askFor(cluster, one)
        })
      }
      this.context.cluster.read((cluster) => {
        for (const one of this.leaving) if (!one.done && one.askAt === undefined) this.lookAt(cluster, one, 'evicted')
      })
      const left = this.leaving.filter((one) => !one.done)
      if (left.length === 0) return
      const asks = left.flatMap(({ askAt }) => (askAt === undefined ? [] : [askAt - this.patience.waited]))
      await this.patience.pause(PAUSE, asks.length ? Math.min(...asks) : undefined)
    }
  }

  /** Deletes all Pods and then waits for them together (Helper.deletePods). Throws the first refusal. */
  async delete(): Promise<void> {
    this.context.cluster.write((cluster) => {
      for (const one of this.leaving) {
        const refusal = ask(this.context, cluster, one.pod, this.dryRun)
        if (refusal) throw refusal
      }
    })
    if (this.dryRun === 'server') return
    for (;;) {
      this.context.cluster.read((cluster) => {
        for (const one of this.leaving) if (!one.done) this.lookAt(cluster, one, 'deleted')
      })
      if (this.leaving.every((one) => one.done)) return
      if (this.patience.isOver) throw new CommandError('context deadline exceeded')
      await this.patience.pause(PAUSE)
    }
  }
}

/** Throws AggregateFailure or the only failure when Pods stand in the way or stay. */
async function empty(context: CommandContext, node: Node, dryRun: DryRun): Promise<void> {
  const judgements = context.cluster.read((cluster) => judgeAll(context, cluster, node))
  const errors = grouped(judgements, 'error')
  if (errors.length) throw new AggregateFailure(errors.map((e) => new CommandError(e)))
  const warnings = grouped(judgements, 'warning')
  if (warnings.length) context.err(`Warning: ${warnings.join('; ')}\n`)
  const pods = judgements.filter((j) => j.goes).map((j) => j.pod)
  if (dryRun === 'client') {
    for (const { metadata } of pods) context.out(`evicting pod ${metadata.namespace}/${metadata.name} (dry run)\n`)
    return
  }
  const evictions = new Evictions(context, pods, dryRun)
  if (context.flags.bool('disable-eviction')) await evictions.delete().catch((error: Error) => evictions.errors.push(error))
  else await evictions.run()
  const failure = combine(evictions.errors)
  if (!failure) return
  reportPending(context, node, failure)
  throw failure
}

/** What is left on a node whose Pods could not all be made to go. */
function reportPending(context: CommandContext, node: Node, failure: Error): void {
  const judgements = context.cluster.read((cluster) => judgeAll(context, cluster, node))
  const pending = judgements.filter((j) => j.goes)
  if (pending.length) {
    context.err(`There are pending pods in node ${JSON.stringify(node.metadata.name)} when an error occurred: ${failure.message}\n`)
    for (const { pod } of pending) context.err(`pod/${pod.metadata.name}\n`)
  }
  const errors = grouped(judgements, 'error')
  const failures = combine(errors.map((e) => new CommandError(e)))
  if (failures) context.err(`Following errors occurred while getting the list of pods to delete:\n${failures.message}`)
}

function checkPodSelector(text: string): void {
  try {
    parseLabelSelector(text)
  } catch (error) {
    throw error instanceof SelectorError ? new CommandError('--pod-selector=<pod_selector> must be a valid label selector') : error
  }
}

async function drain(context: CommandContext): Promise<void> {
  checkNodeArguments(context, 'drain NODE')
  const dryRun = dryRunOf(context)
  checkPodSelector(context.flags.string('pod-selector'))
  const { nodes, lines } = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const found = nodesOf(context, cluster)
    return { nodes: found, lines: cordonAll(context, cluster, found, true) }
  })
  context.out(lines.join(''))
  const print = resultPrinter(context, dryRun)
  const failures: Error[] = []
  const remaining: string[] = []
  for (const node of nodes) {
    try {
      await empty(context, node, dryRun)
      context.out(print(node, 'drained'))
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof AggregateFailure || error instanceof ApiError)) throw error
      const { name } = node.metadata
      context.err(`error: unable to drain node ${JSON.stringify(name)} due to error: ${error.message}, continuing command...\n`)
      failures.push(error)
      remaining.push(name)
    }
  }
  if (remaining.length === 0) return
  context.err(`There are pending nodes to be drained:\n${remaining.map((name) => ` ${name}\n`).join('')}`)
  // What ails the only node is told line by line.
  throw failures.length === 1 && failures[0] instanceof AggregateFailure ? failures[0] : new AggregateFailure(failures)
}

export const command: Command = { run: drain }
