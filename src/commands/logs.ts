// kubectl logs: what containers wrote. Upstream: kubectl/pkg/cmd/logs/logs.go, polymorphichelpers/logsforobject.go.
import type { KubeObject, Pod } from '../api/types'
import { listObjects } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { resourceNamed } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { sleep } from '../env'
import { ApiError, CommandError } from '../errors'
import { Follower } from '../follower'
import { rfc3339, timeError } from '../lib/go-time'
import { formatLabelSelector } from '../lib/label-selector'
import { matchesSelector } from '../lib/selectors'
import { fromTime } from '../lib/time'
import { podSelector } from './attachable-pod'
import { type LogOptions, LogStream } from './log-stream'
import { allContainerNames, containerOrDefault, findContainer, hasSeveral, objectNamed } from './pod-container'

const USAGE = `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command`
/** Lines shown with a selector when --tail says nothing. */
const SELECTOR_TAIL = 10
/** How often a followed log is looked at, ms. */
const POLL = 100

interface Source {
  pod: Pod
  container: string
}

async function logs(context: CommandContext): Promise<void> {
  const { flags, args } = context
  const selector = flags.string('selector')
  if (args.length === 0 && !selector) throw context.usage(USAGE)
  if (args.length > 2) throw context.usage(USAGE)
  if (args.length === 1 && selector) throw context.usage('only a selector (-l) or a POD name is allowed')
  if (flags.duration('pod-running-timeout') <= 0) throw new CommandError('--pod-running-timeout must be higher than zero')
  const options = optionsOf(context)
  const container = args.length === 2 ? args[1] : flags.string('container')
  const follower = new Follower(context.cluster)
  const cluster = follower.current()
  const object = selector ? undefined : named(cluster, args[0], context.namespace)
  const pods = selector ? selected(cluster, selector, context.namespace) : undefined
  if (pods?.length === 0) context.err(`No resources found in ${context.namespace} namespace.\n`)
  validate(context, container)
  const sources = (pods ?? podsOf(context, cluster, object!)).flatMap((pod) => sourcesOf(context, pod, container))
  if (options.follow && sources.length > flags.number('max-log-requests')) {
    throw new CommandError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${flags.number('max-log-requests')}, use --max-log-requests to increase the limit`,
    )
  }
  const prefixed = flags.bool('prefix') || flags.bool('all-pods')
  const streams = sources.map(
    ({ pod, container: name }) => new LogStream(pod, name, options, prefixed ? `[pod/${pod.metadata.name}/${name}] ` : ''),
  )
  if (options.follow) await follow(context, follower, streams)
  else printAll(context, cluster, streams)
}

function optionsOf(context: CommandContext): LogOptions {
  const { flags } = context
  const sinceTime = flags.string('since-time')
  let since: LogOptions['since']
  if (sinceTime) {
    const at = rfc3339(sinceTime)
    if (at === undefined) throw new CommandError(timeError(sinceTime, '2006-01-02T15:04:05Z07:00'))
    since = { at }
  } else if (flags.duration('since') !== 0) since = { ago: Math.round(flags.duration('since') / 1000) * 1000 }
  const tail = flags.number('tail')
  const lines = tail === -1 ? (flags.string('selector') && !flags.changed('tail') ? SELECTOR_TAIL : undefined) : tail
  return {
    follow: flags.bool('follow'),
    previous: flags.bool('previous'),
    timestamps: flags.bool('timestamps'),
    ...(since ? { since } : {}),
    ...(lines === undefined ? {} : { tail: lines }),
    ...(flags.number('limit-bytes') > 0 ? { limitBytes: flags.number('limit-bytes') } : {}),
  }
}

function validate(context: CommandContext, container: string): void {
  const { flags, args } = context
  if (flags.string('since-time') && flags.duration('since') !== 0)
    throw new CommandError('at most one of `sinceTime` or `sinceSeconds` may be specified')
  if (flags.bool('all-containers') && container)
    throw new CommandError(`--all-containers=true should not be specified with container name ${container}`)
  if (flags.changed('container') && args.length === 2) throw new CommandError('only one of -c or an inline [CONTAINER] arg is allowed')
  if (flags.number('limit-bytes') < 0) throw new CommandError('--limit-bytes must be greater than 0')
  if (flags.duration('since') < 0) throw new CommandError('--since must be greater than 0')
  if (flags.number('tail') < -1) throw new CommandError('--tail must be greater than or equal to -1')
}

function named(cluster: Cluster, word: string, namespace: string): KubeObject {
  try {
    return objectNamed(cluster, word, namespace)
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') {
      throw new CommandError(`error from server (NotFound): ${error.message} in namespace ${JSON.stringify(namespace)}`)
    }
    throw error
  }
}

function selected({ server }: Cluster, labelSelector: string, namespace: string): Pod[] {
  return listObjects(server, resourceNamed(server.discovery, 'pods'), namespace, { labelSelector }) as Pod[]
}

/** The Pod itself, or those of a workload: the one that has run longest, or with --all-pods every one. */
function podsOf(context: CommandContext, { server }: Cluster, object: KubeObject): Pod[] {
  if (object.kind === 'Pod') return [object as Pod]
  let selector: ReturnType<typeof podSelector>
  try {
    selector = podSelector(object)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const type = `*${object.apiVersion.split('/').at(-1)}.${object.kind}`
    throw new CommandError(`cannot get the logs from ${type}: ${error.message.replace(/^cannot attach to [^:]*: /, '')}`)
  }
  const { namespace } = object.metadata
  const pods = server.answer(
    { verb: 'list', info: resourceNamed(server.discovery, 'pods'), namespace, query: { labelSelector: formatLabelSelector(selector) } },
    () => server.view.list<Pod>('pods', namespace).filter((p) => matchesSelector(selector, p.metadata.labels)),
  )
  pods.sort((a, b) => compareLists(order(a), order(b)))
  if (pods.length === 0) throw new CommandError('timed out waiting for the condition')
  if (pods.length === 1 || context.flags.bool('all-pods')) return pods
  context.err(`Found ${pods.length} pods, using pod/${pods[0].metadata.name}\n`)
  return pods.slice(0, 1)
}

const PHASES: Record<string, number> = { Running: 0, Unknown: 1, Pending: 2 }

/** podutils.ByLogging: less comes first. */
function order(pod: Pod): number[] {
  const ready = pod.status?.conditions?.find((c) => c.type === 'Ready' && c.status === 'True')
  const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map((c) => c.restartCount))
  const since = ready ? fromTime(ready.lastTransitionTime) : 0
  return [
    pod.spec.nodeName ? 0 : 1,
    PHASES[pod.status?.phase ?? ''] ?? 0,
    ready ? 0 : 1,
    since,
    -restarts,
    fromTime(pod.metadata.creationTimestamp),
  ]
}

function compareLists(a: number[], b: number[]): number {
  const at = a.findIndex((n, i) => n !== b[i])
  return at < 0 ? 0 : a[at] - b[at]
}

function sourcesOf(context: CommandContext, pod: Pod, container: string): Source[] {
  const { flags } = context
  if (flags.bool('all-containers')) {
    const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])]
    return all.map((c) => ({ pod, container: c.name }))
  }
  if (container && !findContainer(pod, container)) {
    throw new CommandError(`container ${container} is not valid for pod ${pod.metadata.name} out of: ${allContainerNames(pod)}`)
  }
  const own = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (!container && own && !findContainer(pod, own)) {
    context.err(`Default container name ${JSON.stringify(own)} not found in pod ${pod.metadata.name}\n`)
    const first = pod.spec.containers[0].name
    if (hasSeveral(pod)) context.err(`Defaulted container ${JSON.stringify(first)} out of: ${allContainerNames(pod)}\n`)
    return [{ pod, container: first }]
  }
  return [{ pod, container: containerOrDefault(pod, container, (text) => !flags.bool('all-pods') && context.err(text)).name }]
}

/** One log after the other; the first failure ends it, unless --ignore-errors. */
function printAll(context: CommandContext, cluster: Cluster, streams: LogStream[]): void {
  for (const stream of streams) {
    try {
      stream.open(cluster)
      context.out(stream.take(cluster))
    } catch (error) {
      if (!(error instanceof ApiError) || !context.flags.bool('ignore-errors')) throw error
      context.out(`error: ${error.message}\n`)
    }
  }
}

/** All at once, until every container has ended; a container that has not started is tried again for a while. */
async function follow(context: CommandContext, follower: Follower, streams: LogStream[]): Promise<void> {
  let interrupted = false
  context.host.onInterrupt(() => {
    interrupted = true
  })
  const started = context.host.wallClock()
  let tried = Number.NEGATIVE_INFINITY
  let left = streams
  while (left.length > 0 && !interrupted) {
    const cluster = follower.current()
    const now = context.host.wallClock()
    const again = now - tried >= 1000
    if (again) tried = now
    const next: LogStream[] = []
    for (const stream of left) {
      if (!stream.isOpen) {
        if (!again) {
          next.push(stream)
          continue
        }
        try {
          stream.open(cluster)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          if (context.flags.bool('ignore-errors')) {
            context.out(`error: ${error.message}\n`)
            continue
          }
          context.err(`${error.message}\n`)
          if (now - started >= context.flags.duration('pod-running-timeout')) throw new CommandError('context deadline exceeded')
          next.push(stream)
          continue
        }
      }
      const ended = stream.hasEnded(cluster)
      context.out(stream.take(cluster))
      if (!ended) next.push(stream)
    }
    left = next
    if (left.length > 0) await sleep(POLL)
  }
}

export const command: Command = { run: logs }
