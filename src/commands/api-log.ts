// GET pods/NAME/log: a container's log, whole or as it is written. Upstream: pkg/registry/core/pod/rest/log.go.
import type { Pod } from '../api/types'
import type { Target } from '../apiserver/rest/objects'
import { ApiError, type FieldError, invalid, notFound } from '../errors'
import type { Live } from '../live'
import type { ApiRequest } from './api-http'
import { type LogOptions, LogStream } from './log-stream'
import { findContainer } from './pod-container'

/** How often a followed log is looked at, ms. */
const POLL_MS = 50
const MOST_UNSENT = 4 << 20

/** Answers with the log; a followed one ends with its container. Throws ApiError before anything is sent. */
export function followLog(live: Live, { namespace, name = '' }: Target, { url, response }: ApiRequest): void {
  const cluster = live.cluster()
  const options = optionsOf(url.searchParams)
  const pod = cluster.view.get<Pod>('pods', namespace, name)
  if (!pod) throw notFound('pods', name)
  const stream = new LogStream(pod, containerOf(pod, url.searchParams.get('container') ?? ''), options, '')
  stream.open(cluster)
  const first = stream.take(cluster)
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' })
  if (!options.follow || stream.hasEnded(cluster)) {
    response.end(first)
    return
  }
  response.flushHeaders()
  response.write(first)
  const timer = setInterval(() => {
    try {
      const current = live.cluster()
      const ended = stream.hasEnded(current)
      const text = stream.take(current)
      if (text) response.write(text)
      if (ended) response.end()
      else if (response.writableLength > MOST_UNSENT) response.destroy()
    } catch {
      // A state that cannot be read just now.
    }
  }, POLL_MS)
  response.on('close', () => clearInterval(timer))
}

function containerOf(pod: Pod, wanted: string): string {
  const { name } = pod.metadata
  if (wanted) {
    if (!findContainer(pod, wanted)) throw new ApiError('BadRequest', `container ${wanted} is not valid for pod ${name}`)
    return wanted
  }
  const names = (list: { name: string }[] | undefined) => (list ?? []).map((container) => container.name)
  const { containers, initContainers, ephemeralContainers } = pod.spec
  if (containers.length === 1) return containers[0].name
  const init = names(initContainers)
  const ephemeral = names(ephemeralContainers)
  const choices = `choose one of: [${names(containers).join(' ')}]`
  const others = `${init.length ? ` or one of the init containers: [${init.join(' ')}]` : ''}${ephemeral.length ? ` or one of the ephemeral containers: [${ephemeral.join(' ')}]` : ''}`
  throw new ApiError('BadRequest', `a container name must be specified for pod ${name}, ${choices}${others}`)
}

function optionsOf(query: URLSearchParams): LogOptions {
  const errors: FieldError[] = []
  const flag = (name: string) => ['true', '1'].includes(query.get(name) ?? '')
  const number = (name: string, least: number): number | undefined => {
    const text = query.get(name)
    if (text === null || text === '') return undefined
    const value = Number(text)
    if (value >= least) return value
    const bound = least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0'
    errors.push({ type: 'Invalid', field: name, message: `Invalid value: ${text}: ${bound}` })
    return undefined
  }
  const tail = number('tailLines', 0)
  const limitBytes = number('limitBytes', 1)
  const seconds = number('sinceSeconds', 1)
  const time = query.get('sinceTime')
  if (errors.length) throw invalid('PodLogOptions', '', '', errors)
  const since = time ? { at: Date.parse(time) } : seconds === undefined ? undefined : { ago: seconds * 1000 }
  return {
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(since ? { since } : {}),
    ...(tail === undefined ? {} : { tail }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  }
}
