// The cluster behind real sockets: requests are answered at once in memory and played again on the state file a moment later, many at
// a time, so that a connection does not wait for the disk and yet its log lines and changes are there for every other command.
import type { Records } from './api/contracts'
import type { Container, Pod } from './api/types'
import type { Cluster } from './cluster'
import type { ClusterFile } from './cluster-file'
import { Follower } from './follower'
import { allContainers, answerHttp, answerStream, containerRecord, listenerAt, notePassed } from './runtime/containers'
import type { Passed } from './runtime/http-watch'
import type { HttpRequest, HttpResponse, Listener } from './runtime/process'

/** A listening container: what a connection is for as long as it lasts. */
export interface Target {
  pod: Pod
  container: Container
  /** Id of the container's instance; another one does not take over its connections. */
  instance: string
  listener: Listener
}

interface Played {
  at: number
  target: Target
  request: Request
}

/** HTTP, the bytes of another protocol, or HTTP that somebody else answered. */
type Request = HttpRequest | string | { passed: Passed }

/** How long an answered request may wait until it is in the state file, ms; and how many may. */
const FLUSH_MS = 100
const MOST_WAITING = 2000

export class Live {
  private readonly follower: Follower
  private readonly affinity = new Map<string, unknown>()
  private waiting: Played[] = []
  private timer?: NodeJS.Timeout
  private chance?: () => number

  constructor(
    private readonly file: ClusterFile,
    /** Told when the state cannot be written; the requests are tried again with the next ones. */
    private readonly failed: (error: unknown) => void = () => {},
  ) {
    this.follower = new Follower(file)
  }

  /** The cluster as of now, its clock set to now. */
  cluster(): Cluster {
    if (this.waiting.length > 0 && this.follower.isStale()) this.flush()
    const cluster = this.follower.current()
    cluster.env.set(Math.max(cluster.env.now(), this.follower.now()))
    return cluster
  }

  /** Records for routing: session affinity lives in the node's kernel, here in memory, and not in the state. */
  records(): Records {
    const { records } = this.cluster().server.storage
    const { affinity } = this
    return {
      get: <T>(table: string, key: string) => (table === 'affinity' ? (affinity.get(key) as T | undefined) : records.get<T>(table, key)),
      put: <T>(table: string, key: string, value: T | undefined) => {
        if (table === 'affinity') affinity.set(key, value)
        else records.put(table, key, value)
      },
      list: (table, prefix) => records.list(table, prefix),
    }
  }

  /** Chance that goes on from connection to connection, whatever is read anew meanwhile. */
  readonly random = (): number => {
    this.chance ??= this.cluster().env.random
    return this.chance()
  }

  /** Who listens on a port in the network of one of these Pods. */
  target(pods: Pod[], port: number, loopback: boolean, protocol: 'TCP' | 'UDP' = 'TCP'): Target | undefined {
    const found = listenerAt(this.cluster().world, pods, port, protocol, loopback)
    return found && { pod: found.pod, container: found.container, instance: found.record.id, listener: found.listener }
  }

  /** Undefined when the instance is gone. */
  http(target: Target, request: HttpRequest): HttpResponse | undefined {
    return this.play(target, request, (world, at) => answerHttp(world, at, request))
  }

  stream(target: Target, data: string): { data: string; close?: boolean } | undefined {
    return this.play(target, data, (world, at) => answerStream(world, at, data))
  }

  /** A real process answered a request in the program's place. */
  passed(target: Target, passed: Passed): void {
    this.play(target, { passed }, (world, at) => notePassed(world, at, passed))
  }

  private play<T>(
    target: Target,
    request: Request,
    answer: (world: Cluster['world'], at: NonNullable<ReturnType<typeof listenerAt>>) => T,
  ): T | undefined {
    const cluster = this.cluster()
    const { world } = cluster
    const at = located(cluster, target)
    if (!at) return undefined
    const result = answer(world, at)
    // Most requests change nothing; from the first that does, all go to the state until it is written.
    if (cluster.state.changed) this.remember({ at: cluster.env.now(), target, request })
    return result
  }

  private remember(played: Played): void {
    this.waiting.push(played)
    if (this.waiting.length >= MOST_WAITING) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  /** Writes what was answered since the last time; call it before the end. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { waiting } = this
    if (waiting.length === 0) return
    this.waiting = []
    try {
      this.file.write((cluster) => {
        const now = cluster.env.now()
        for (const { at, target, request } of waiting) replay(cluster, Math.min(at, now), target, request)
        cluster.env.set(now)
      })
    } catch (error) {
      if (waiting.length < MOST_WAITING) this.waiting = [...waiting, ...this.waiting]
      this.failed(error)
    }
  }
}

function located(cluster: Cluster, { pod, container, instance, listener }: Target) {
  const current = cluster.view.get<Pod>('pods', pod.metadata.namespace, pod.metadata.name)
  if (current?.metadata.uid !== pod.metadata.uid) return undefined
  const record = containerRecord(cluster.world, pod.metadata.uid, container.name)
  if (!record || record.exit || record.id !== instance) return undefined
  const own = record.listeners.find((l) => l.port === listener.port && l.protocol === listener.protocol)
  const spec = allContainers(current).find((c) => c.name === container.name)
  return own && spec && { pod: current, container: spec, record, listener: own }
}

function replay(cluster: Cluster, at: number, target: Target, request: Request): void {
  cluster.env.set(at)
  const found = located(cluster, target)
  if (!found) return
  if (typeof request === 'string') answerStream(cluster.world, found, request)
  else if ('passed' in request) notePassed(cluster.world, found, request.passed)
  else answerHttp(cluster.world, found, request)
}
