// Watches on the API: connections that are told of every change, as long as they last. Upstream: apiserver/pkg/endpoints/handlers/watch.go.
import type http from 'node:http'
import type { KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { shown } from '../apiserver/rest/handler'
import { chosen, expired, tooLarge, versionOf } from '../apiserver/rest/lists'
import { failure } from '../apiserver/rest/messages'
import { type Form, negotiate } from '../apiserver/rest/negotiate'
import type { Target } from '../apiserver/rest/objects'
import { partialMetadata, tableOf } from '../apiserver/rest/tables'
import { changeFor, WatchCache, type WatchChange } from '../apiserver/rest/watch'
import type { ApiServer } from '../apiserver/server'
import type { Cluster } from '../cluster'
import { monotonic } from '../env'
import { ApiError, invalid, notAllowed } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import type { JournalReader } from '../store/journal'
import type { ApiRequest } from './api-http'

/** How often the state is looked at while somebody watches, ms. */
const POLL_MS = 20
const BOOKMARK_MS = 60_000
/** So often whoever writes the state is told that somebody watches. */
const LOOKS_A_SIGN = 100
/** A watch without a time limit ends between one and two of these, ms. */
const LEAST_MS = 1_800_000
/** A client that does not read is cut off when so much waits for it, bytes. */
const MOST_UNSENT = 4 << 20

interface Watch {
  target: Target
  form: Form
  include: string
  isMeant: (object: KubeObject) => boolean
  response: http.ServerResponse
  /** Changes up to here were told. */
  version: number
  bookmarks: boolean
  /** The next bookmark, or the end, by the cluster's own idea of time passing (ms since the start of the watch). */
  begun: number
  bookmarkAt: number
  /** A table's columns are told once. */
  defined: boolean
}

export class ApiWatches {
  private readonly cache = new WatchCache()
  private readonly open_ = new Set<Watch>()
  private timer?: NodeJS.Timeout

  private journal?: JournalReader
  private looks = 0
  private seen?: ApiServer

  constructor(
    private readonly cluster: () => Cluster,
    private readonly follow: () => JournalReader,
    /** Called after watches were written to. */
    private readonly relieve: () => void,
  ) {}

  /** Begins a watch. Throws ApiError for what cannot be watched. */
  open(server: ApiServer, target: Target, { url, request, response }: ApiRequest): void {
    const { info, namespace, name } = target
    const query = url.searchParams
    if (!info.verbs.includes('watch')) throw notAllowed()
    server.authorize('watch', info, namespace, name)
    const form = negotiate(request.headers.accept, ['Table', 'PartialObjectMetadata'])
    const initial = query.get('sendInitialEvents') === 'true'
    checkInitial(query, initial)
    const wanted = versionOf(query)
    if (wanted !== undefined) tooLarge(server, wanted)
    const chosenOnes = chosen(info, query, name)
    const watch: Watch = {
      target,
      form,
      include: query.get('includeObject') ?? '',
      isMeant: (object) => (!namespace || object.metadata.namespace === namespace) && chosenOnes(object),
      response,
      version: server.state.header.resourceVersion,
      bookmarks: query.get('allowWatchBookmarks') === 'true',
      begun: monotonic(),
      bookmarkAt: BOOKMARK_MS,
      defined: false,
    }
    this.note(server, info.resource)
    response.writeHead(200, { 'Content-Type': contentType(form), 'Cache-Control': 'no-cache, private' })
    response.flushHeaders()
    if (initial || wanted === undefined || wanted === 0) {
      const objects = server.storage.list(info.resource, info.namespaced ? namespace : undefined).filter(watch.isMeant)
      for (const object of objects) this.tell(server, watch, { type: 'ADDED', object, version: 0 })
      if (initial && watch.bookmarks) this.bookmark(server, watch, true)
    } else if (!this.resume(server, watch, wanted)) return
    this.begin(watch, Number(query.get('timeoutSeconds') ?? 0))
  }

  /** From a version on. Versions that are gone end the watch with an event that says so. */
  private resume(server: ApiServer, watch: Watch, version: number): boolean {
    try {
      for (const change of this.cache.since(watch.target.info.resource, version)) this.pass(server, watch, change)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      watch.response.end(`${toCompactJson({ type: 'ERROR', object: failure(error) }, { sort: false })}\n`)
      return false
    }
  }

  private begin(watch: Watch, seconds: number): void {
    const { response } = watch
    this.open_.add(watch)
    const end = setTimeout(() => this.end(watch), seconds > 0 ? seconds * 1000 : LEAST_MS)
    end.unref()
    response.on('close', () => {
      clearTimeout(end)
      this.open_.delete(watch)
      if (this.open_.size === 0) this.rest()
    })
    this.journal ??= this.follow()
    this.timer ??= setInterval(() => this.look(), POLL_MS)
  }

  private end(watch: Watch): void {
    if (watch.bookmarks) {
      const { server } = this.cluster()
      this.bookmark(server, watch, false)
    }
    watch.response.end()
  }

  private rest(): void {
    clearInterval(this.timer)
    this.timer = undefined
    this.journal = undefined
  }

  close(): void {
    this.rest()
    for (const { response } of this.open_) response.end()
  }

  /** Looks at a resource's objects as they are now, after what happened to them meanwhile. */
  note(server: ApiServer, resource: string): void {
    if (server !== this.seen) this.cache.learn(this.journal?.take(server.state.header.resourceVersion) ?? [])
    this.seen = server
    this.cache.note(server, resource)
  }

  /** Tells every watch what has happened since the last time. */
  look(): void {
    if (this.open_.size === 0) return
    let server: ApiServer
    try {
      server = this.cluster().server
    } catch {
      // A state that cannot be read just now.
      return
    }
    if (++this.looks % LOOKS_A_SIGN === 0) this.journal?.sign()
    for (const watch of [...this.open_]) {
      this.note(server, watch.target.info.resource)
      const version = this.cache.version(watch.target.info.resource)
      if (version !== watch.version) {
        try {
          if (version < watch.version) throw expired(watch.version, version)
          for (const change of this.cache.since(watch.target.info.resource, watch.version)) this.pass(server, watch, change)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          watch.response.end(`${toCompactJson({ type: 'ERROR', object: failure(error) }, { sort: false })}\n`)
          continue
        }
        watch.version = version
      }
      const elapsed = monotonic() - watch.begun
      if (watch.bookmarks && elapsed >= watch.bookmarkAt) {
        watch.bookmarkAt = elapsed + BOOKMARK_MS
        this.bookmark(server, watch, false)
      }
      if (watch.response.writableLength > MOST_UNSENT) watch.response.destroy()
    }
    this.relieve()
  }

  private pass(server: ApiServer, watch: Watch, change: WatchChange): void {
    const meant = changeFor(change, watch.isMeant)
    if (meant) this.tell(server, watch, meant)
  }

  private tell(server: ApiServer, watch: Watch, { type, object }: WatchChange): void {
    write(watch, { type, object: this.view(server, watch, object) })
  }

  private view(server: ApiServer, watch: Watch, object: KubeObject): unknown {
    const { target, form, include } = watch
    const { info } = target
    const whole = shown(server, info, object)
    if (form.as === 'PartialObjectMetadata') return partialMetadata(whole)
    if (form.as !== 'Table') return whole
    const metadata = { resourceVersion: object.metadata.resourceVersion }
    const table = tableOf(server, info, [object], { metadata, include, defined: !watch.defined, shown: () => whole })
    watch.defined = true
    return table
  }

  private bookmark(server: ApiServer, watch: Watch, initialEnd: boolean): void {
    const { info } = watch.target
    const resourceVersion = String(server.state.header.resourceVersion)
    const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const metadata = { resourceVersion, creationTimestamp: null, ...annotations }
    const plain = { kind: info.kind, apiVersion: groupVersion(info), metadata }
    const table = {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion },
      columnDefinitions: null,
      rows: [{ cells: [], object: partialMetadata(plain as unknown as KubeObject) }],
    }
    const partial = partialMetadata(plain as unknown as KubeObject)
    write(watch, { type: 'BOOKMARK', object: watch.form.as === 'Table' ? table : watch.form.as ? partial : plain })
  }
}

function contentType({ as, version }: Form): string {
  return as ? `application/json;as=${as};g=meta.k8s.io;v=${version};stream=watch` : 'application/json;stream=watch'
}

function write({ response }: Watch, event: { type: string; object: unknown }): void {
  response.write(`${toCompactJson(event, { sort: false })}\n`)
}

/** sendInitialEvents wants the version match that goes with it. Throws ApiError Invalid. */
function checkInitial(query: URLSearchParams, initial: boolean): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const field = 'resourceVersionMatch'
  if (initial && match !== 'NotOlderThan') {
    const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    throw invalid('ListOptions', 'meta.k8s.io', '', [{ type: 'Forbidden', field, message }])
  }
  if (!query.has('sendInitialEvents') && match !== '') {
    const message = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
    throw invalid('ListOptions', 'meta.k8s.io', '', [{ type: 'Forbidden', field, message }])
  }
}
