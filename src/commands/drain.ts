// kubectl drain: cordons nodes and evicts their Pods. Upstream: kubectl/pkg/cmd/drain/drain.go, kubectl/pkg/drain.
import type { Node, Pod } from '../api/types'
import { evictPod } from '../apiserver/eviction'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'
import { AggregateFailure, ApiError, CommandError } from '../errors'
import { formatDuration } from '../lib/ages'
import { parseLabelSelector, SelectorError, selectorMatches } from '../lib/label-selector'
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

/** The filters in kubectl's order; the last one that was asked decides. */
function judge(context: CommandContext, cluster: Cluster, pod: Pod): Judgement {
  const { flags } = context
  const owner = pod.metadata.ownerReferences?.find((r) => r.controller)
  const patience = flags.number('skip-wait-for-delete-timeout')
  const goingSince = pod.metadata.deletionTimestamp
  if (patience > 0 && goingSince && (cluster.env.now() - Date.parse(goingSince)) / 1000 > patience) return { pod, goes: false }
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

/** Throws AggregateFailure when Pods stand in the way. */
function podsToGo(context: CommandContext, cluster: Cluster, node: Node): Judgement[] {
  const selector = parseLabelSelector(context.flags.string('pod-selector'))
  const own = cluster.view
    .list<Pod>('pods')
    .filter((p) => p.spec.nodeName === node.metadata.name && selectorMatches(selector, p.metadata.labels))
  const judgements = own.map((pod) => judge(context, cluster, pod))
  const errors = grouped(judgements, 'error')
  if (errors.length) throw new AggregateFailure(errors.map((e) => new CommandError(e)))
  return judgements
}

/** Asks for the Pod's end; the message when a budget forbids it for now. */
function ask(context: CommandContext, cluster: Cluster, pod: Pod, dryRun: DryRun): string | undefined {
  const grace = context.flags.number('grace-period')
  const options = { manager: 'kubectl', dryRun: dryRun === 'server', ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) }
  const { namespace, name } = pod.metadata
  const current = cluster.view.get<Pod>('pods', namespace, name)
  if (!current || current.metadata.uid !== pod.metadata.uid) return undefined
  try {
    if (context.flags.bool('disable-eviction')) cluster.server.delete(cluster.server.resourceOf(pod), namespace, name, options)
    else evictPod(cluster.server, current, options)
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'TooManyRequests') throw error
    return `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)} (will retry after 5s): ${error.message}\n`
  }
  return undefined
}

async function empty(context: CommandContext, node: Node, dryRun: DryRun): Promise<void> {
  const { flags } = context
  const judgements = context.cluster.read((cluster) => podsToGo(context, cluster, node))
  const warnings = grouped(judgements, 'warning')
  if (warnings.length) context.err(`Warning: ${warnings.join('; ')}\n`)
  const pods = judgements.filter((j) => j.goes).map((j) => j.pod)
  const doing = flags.bool('disable-eviction') ? 'deleting' : 'evicting'
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)'
  for (const { metadata } of pods) context.out(`${doing} pod ${metadata.namespace}/${metadata.name}${suffix}\n`)
  if (dryRun === 'client' || pods.length === 0) return
  const timeout = flags.duration('timeout')
  const patience = new Patience(context, timeout > 0 ? timeout : undefined)
  let asking = pods
  let nextAsk = 0
  let left = pods
  while (left.length > 0) {
    if (asking.length > 0 && patience.waited >= nextAsk) {
      asking = context.cluster.write((cluster) =>
        asking.filter((pod) => {
          const refusal = ask(context, cluster, pod, dryRun)
          if (refusal) context.err(refusal)
          return refusal !== undefined
        }),
      )
      nextAsk = patience.waited + RETRY
    }
    if (dryRun === 'server') return
    const gone = context.cluster.read((cluster) =>
      left.filter((p) => cluster.view.get('pods', p.metadata.namespace, p.metadata.name)?.metadata.uid !== p.metadata.uid),
    )
    const done = resultPrinter(context, 'none')
    for (const pod of gone) context.out(done(pod, flags.bool('disable-eviction') ? 'deleted' : 'evicted'))
    left = left.filter((p) => !gone.includes(p))
    if (left.length === 0) return
    if (patience.isOver) throw new CommandError(`drain did not complete within ${formatDuration(timeout)}`)
    await patience.pause(PAUSE)
  }
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
  throw failures.length === 1 ? failures[0] : new AggregateFailure(failures)
}

export const command: Command = { run: drain }
