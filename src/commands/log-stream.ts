// One container's log as the kubelet serves it: which instance is meant, what of it is shown. Follows pkg/kubelet/kubelet_pods.go
// validateContainerLogStatus and pkg/kubelet/kuberuntime/logs.
import type { ContainerStatus, KubeObject, Pod } from '../api/types'
import type { Cluster } from '../cluster'
import { ApiError, invalid } from '../errors'
import { named } from '../lib/named'
import { timestamp } from '../lib/time'
import { containerRecord } from '../runtime/containers'
import { LogCursor, type LogLine } from '../runtime/logs'
import { kubeletProblem } from './pod-container'

export interface LogOptions {
  follow: boolean
  previous: boolean
  timestamps: boolean
  since?: { at: number } | { ago: number }
  tail?: number
  limitBytes?: number
}

/** The number of the instance whose log is meant; throws ApiError BadRequest when there is none. */
export function instanceFor(cluster: Cluster, pod: Pod, container: string, previous: boolean): number {
  const all = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ]
  const status = all.find((s) => s.name === container)
  const what = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`
  if (!status) throw refused(`${what} is not available`)
  const latest = containerRecord(cluster.world, pod.metadata.uid, container)?.restartCount ?? status.restartCount
  const { waiting, running, terminated } = status.state
  const before = status.lastState.terminated
  if (previous) {
    if (!before?.containerID) throw refused(`previous terminated ${what} not found`)
    return running || terminated ? latest - 1 : latest
  }
  if (running) return latest
  if (terminated?.containerID) return latest
  if (before?.containerID) return latest
  if (terminated || before) throw refused(`${what} is terminated`)
  throw refused(waitingReason(what, waiting))
}

/** As soon as a container has ended again, the kubelet removes the one before it, whose log its status still offers. */
function lostLog({ status }: Pod, container: string): string | undefined {
  const own = named(status?.containerStatuses, container) ?? named(status?.initContainerStatuses, container)
  const id = own?.state.terminated && own.lastState.terminated?.containerID
  return id ? `unable to retrieve container logs for ${id}` : undefined
}

function refused(message: string): ApiError {
  return new ApiError('BadRequest', message)
}

function waitingReason(what: string, waiting: ContainerStatus['state']['waiting']): string {
  if (!waiting) return `${what} is waiting to start - no logs yet`
  if (waiting.reason === 'ErrImagePull') return `${what} is waiting to start: image can't be pulled`
  if (waiting.reason === 'ImagePullBackOff') return `${what} is waiting to start: trying and failing to pull image`
  return `${what} is waiting to start: ${waiting.reason}`
}

const POD = { apiVersion: 'v1', kind: 'Pod' } as KubeObject

/** PodLogOptions, as a request has them behind its question mark. */
function queryOf({ follow, previous, timestamps, since, tail, limitBytes }: LogOptions): Record<string, string> {
  return {
    ...(follow ? { follow: 'true' } : {}),
    ...(limitBytes === undefined ? {} : { limitBytes: String(limitBytes) }),
    ...(previous ? { previous: 'true' } : {}),
    ...(since && 'ago' in since ? { sinceSeconds: String(Math.round(since.ago / 1000)) } : {}),
    ...(since && 'at' in since ? { sinceTime: timestamp(since.at) } : {}),
    ...(tail === undefined ? {} : { tailLines: String(tail) }),
    ...(timestamps ? { timestamps: 'true' } : {}),
  }
}

export class LogStream {
  private cursor?: LogCursor
  private instance = 0
  private first = true
  private written = 0
  private lineOpen = false
  private lost?: string

  constructor(
    private readonly pod: Pod,
    private readonly container: string,
    private readonly options: LogOptions,
    private readonly prefix: string,
  ) {}

  get isOpen(): boolean {
    return this.cursor !== undefined
  }

  /** Decides which instance is read; throws ApiError while there is none. */
  open(cluster: Cluster): void {
    const { namespace, name } = this.pod.metadata
    const info = cluster.server.resourceOf(POD)
    const parameters = { container: this.container, ...queryOf(this.options) }
    cluster.server.answer({ verb: 'get', info, namespace, name, subresource: 'log', parameters }, () => this.begin(cluster))
  }

  private begin(cluster: Cluster): void {
    const { namespace, name } = this.pod.metadata
    const { since } = this.options
    // Less than half a second, which rounds to none.
    if (since && 'ago' in since && since.ago === 0)
      throw invalid('PodLogOptions', '', '', [
        { type: 'Invalid', field: 'sinceSeconds', message: 'Invalid value: 0: must be greater than 0' },
      ])
    const pod = cluster.view.get<Pod>('pods', namespace, name) ?? this.pod
    // Without a node there is no kubelet to ask: an empty log.
    const problem = kubeletProblem(cluster.world, pod)
    if (problem) throw new ApiError('', `Get "${this.url(problem.address)}": ${problem.message}`)
    this.lost = this.options.previous ? lostLog(pod, this.container) : undefined
    if (pod.spec.nodeName) this.instance = instanceFor(cluster, pod, this.container, this.options.previous)
    this.cursor = new LogCursor(pod.metadata.uid, this.container, this.instance)
  }

  /** Where the API server asks the kubelet for this log. */
  private url(address: string): string {
    const { follow, limitBytes, previous, since, tail, timestamps } = this.options
    const query = new URLSearchParams()
    if (follow) query.set('follow', 'true')
    if (limitBytes !== undefined) query.set('limitBytes', String(limitBytes))
    if (previous) query.set('previous', 'true')
    if (since && 'ago' in since) query.set('sinceSeconds', String(Math.ceil(since.ago / 1000)))
    else if (since) query.set('sinceTime', timestamp(since.at))
    if (tail !== undefined) query.set('tailLines', String(tail))
    if (timestamps) query.set('timestamps', 'true')
    const { namespace, name } = this.pod.metadata
    const asked = query.toString()
    return `https://${address}/containerLogs/${namespace}/${name}/${this.container}${asked ? `?${asked}` : ''}`
  }

  /** What is to be shown of what came since the last time. */
  take(cluster: Cluster): string {
    if (this.lost) return this.first ? this.prefix + this.lost : ''
    // The runtime writes a line as soon as it is whole, or its container has ended.
    const record = containerRecord(cluster.world, this.pod.metadata.uid, this.container)
    const runs = record !== undefined && !record.exit && record.restartCount === this.instance
    let lines = this.cursor?.take(cluster.server.storage.records, runs) ?? []
    if (this.first) {
      this.first = false
      const { tail, since } = this.options
      if (tail !== undefined) lines = tail === 0 ? [] : lines.slice(-tail)
      if (since) {
        const from = 'at' in since ? since.at : cluster.env.now() - since.ago
        lines = lines.filter((l) => l.at >= from)
      }
    }
    return this.limited(lines.map((l) => this.shown(l)).join(''))
  }

  private shown(line: LogLine): string {
    const head = this.lineOpen ? '' : this.prefix + (this.options.timestamps ? `${stamp(line.at)} ` : '')
    this.lineOpen = !line.text.endsWith('\n')
    return head + line.text
  }

  private limited(text: string): string {
    const limit = this.options.limitBytes
    if (limit === undefined) return text
    const bytes = Buffer.from(text)
    const part = bytes.subarray(0, Math.max(0, limit - this.written))
    this.written += part.length
    return part.toString()
  }

  /** True when nothing more will come: the instance ended, or its Pod is gone. */
  hasEnded(cluster: Cluster): boolean {
    const { limitBytes } = this.options
    if (limitBytes !== undefined && this.written >= limitBytes) return true
    const record = containerRecord(cluster.world, this.pod.metadata.uid, this.container)
    return !record || record.restartCount !== this.instance || record.exit !== undefined
  }
}

/** RFC 3339 with what fraction there is, as Go prints it. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
}
