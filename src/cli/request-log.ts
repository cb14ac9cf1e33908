// -v: what the client says of its requests. Upstream: client-go/transport/round_trippers.go, tools/clientcmd/loader.go, features/envvar.go.
import fs from 'node:fs'
import type { KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import type { Observer, UserRequest } from '../apiserver/options'
import { continueAfter } from '../apiserver/rest/lists'
import { failure } from '../apiserver/rest/messages'
import { openApiIndex } from '../apiserver/rest/openapi'
import type { ApiServer } from '../apiserver/server'
import type { Host } from '../env'
import { AggregateFailure, ApiError } from '../errors'
import { quote } from '../lib/go-values'
import { toIndentedJson } from '../lib/json-emit'
import { reasonOf } from '../runtime/http-text'
import type { PathObserver } from './context'
import type { Flags } from './flags'
import { klogLine } from './klog'
import { kubeconfigPaths, serverAddress } from './kubeconfig'
import type { Exchange } from './request-exchange'
import { OF_KNOWN_TYPES } from './typed-commands'

/** From these levels on the client says which features it has, where it found its config, and what it asks. */
const FEATURES = 2
const CONFIG = 6
const REQUESTS = 6
const HEADERS = 7
const BODIES = 8
const CURL = 9
const WHOLE = 10
/** Refusals are shown from here on. */
export const REFUSALS = 4

/** The feature gates of the client library, in the order of their names: upstream's order is chance. */
const GATES: [name: string, enabled: boolean][] = [
  ['AtomicFIFO', true],
  ['ClientsAllowCARotation', true],
  ['ClientsAllowCBOR', false],
  ['ClientsAllowTLSCacheGC', true],
  ['ClientsPreferCBOR', false],
  ['InOrderInformers', true],
  ['InOrderInformersBatchProcess', true],
  ['InformerResourceVersion', true],
  ['UnlockWhileProcessingFIFO', true],
  ['WatchListClient', true],
]

/** Commands that make no client. */
const WITHOUT_CLIENT = /^(config|kustomize|completion|options|plugin|alpha|kuberc)( |$)/

const JSON_TYPE = 'application/json'
const METHODS: Record<string, string> = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' }

export interface RequestLog {
  observe: Observer
  observePath: PathObserver
  observeSchema: (version: string, server: ApiServer) => void
}

/** Writes the lines of -v to stderr as requests are made; undefined where the level asks for none. */
export async function requestLog(host: Host, flags: Flags, command: string): Promise<RequestLog | undefined> {
  const level = flags.number('v')
  const say = (place: string, message: string) => host.streams.err(klogLine(host, 'I', place, message))
  if (level >= CONFIG) {
    const { files, names } = kubeconfigPaths(host, flags)
    for (const file of files.filter((each) => fs.existsSync(each))) {
      say('loader.go:408', `Config loaded from file:  ${names.get(file)}`)
    }
  }
  if (level >= FEATURES && !WITHOUT_CLIENT.test(command)) {
    for (const [name, enabled] of GATES) say('envvar.go:195', `"Feature gate default state" feature="${name}" enabled=${enabled}`)
  }
  if (level < REQUESTS) return undefined
  const address = serverAddress(host, flags).replace(/\/$/, '')
  const full = level < HEADERS ? undefined : await import('./request-exchange')
  const credentials = full ? (await import('./credentials')).credentialHeaders(host, flags) : []
  const namespaceGiven = flags.changed('namespace')
  const packs = !flags.bool('disable-compression')
  const writer = exchangeWriter(level, address, say)
  // The server is looked at to tell what it answered.
  let telling = false
  const alone = (body: () => void) => {
    if (telling) return
    telling = true
    try {
      body()
    } finally {
      telling = false
    }
  }
  const observePath: PathObserver = (request, server) =>
    alone(() => {
      const exchange = full?.pathExchange(request, server, credentials)
      writer({ method: 'GET', path: request.path, status: exchange?.status ?? 200, exchange })
    })
  const schemas = new Set<string>()
  return {
    observePath,
    // The list of schemas is asked for once, and each of them.
    observeSchema: (version, server) => {
      if (schemas.has(version)) return
      const { paths } = openApiIndex(server)
      const address = paths[version.includes('/') ? `apis/${version}` : `api/${version}`]?.serverRelativeURL
      if (schemas.size === 0) observePath({ path: '/openapi/v3?timeout=32s', place: 'client.go:102', accept: `${JSON_TYPE}, */*` }, server)
      schemas.add(version)
      if (address) observePath({ path: `${address}&timeout=32s`, place: 'groupversion.go:117', accept: JSON_TYPE }, server)
    },
    observe: (request, status, server) =>
      alone(() => {
        const part = partOf(request, flags, command)
        for (const query of queriesOf(request, flags, command)) {
          const path = pathOf({ ...request, subresource: part }) + query
          const table = asksForTable(flags, command) && ['get', 'list'].includes(request.verb)
          const exchange = full?.exchangeOf({ request, server, path, table, command, namespaceGiven, packs }, credentials)
          writer({ method: methodOf(request), path, status, exchange })
        }
      }),
  }
}

interface Told {
  method: string
  path: string
  status: number
  /** Both sides of it, where headers are shown. */
  exchange?: Exchange
}

/** Writes what a level shows of each request. */
function exchangeWriter(level: number, address: string, say: (place: string, message: string) => void): (told: Told) => void {
  let connected = false
  return ({ method, path, status, exchange }) => {
    const target = `verb="${method}" url=${quote(address + path)}`
    const answered = `status="${status} ${reasonOf(status)}"`
    if (!exchange) {
      say('round_trippers.go:632', `"Response" ${target} ${answered} milliseconds=0`)
      return
    }
    const { place, requestHeaders, requestBody, responseBody } = exchange
    const body = (which: string, text: string) => {
      if (level >= BODIES) say(place, `"${which} Body" body=${klogValue(truncated(text, level))}`)
    }
    body('Request', requestBody)
    const headers = klogValue(headerText(exchange.responseHeaders))
    if (level >= CURL) {
      const given = requestHeaders.map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`).join('')
      say('round_trippers.go:527', `"Request" curlCommand=${klogValue(`curl -v -X${method} ${given} '${address}${path}'\n`)}`)
      if (!connected) say('round_trippers.go:562', `"HTTP Trace: Dial succeed" network="tcp" address="${new URL(address).host}"`)
      const dialled = 'dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0'
      const times = `milliseconds=0 ${connected ? 'getConnectionMilliseconds=0' : dialled} serverProcessingMilliseconds=0`
      say('round_trippers.go:632', `"Response" ${target} ${answered} headers=${headers} ${times}`)
      connected = true
    } else {
      say('round_trippers.go:527', `"Request" ${target} headers=${klogValue(headerText(requestHeaders))}`)
      say('round_trippers.go:632', `"Response" ${answered}${level >= BODIES ? ` headers=${headers}` : ''} milliseconds=0`)
    }
    if (responseBody !== undefined) body('Response', responseBody)
  }
}

/** As much of a body as a level shows. */
function truncated(body: string, level: number): string {
  if (level >= WHOLE) return body
  const most = level >= CURL ? 10240 : 1024
  const bytes = Buffer.from(body)
  return bytes.length <= most ? body : `${bytes.subarray(0, most).toString()} [truncated ${bytes.length - most} chars]`
}

function methodOf({ verb }: UserRequest): string {
  return METHODS[verb] ?? verb.toUpperCase()
}

function headerText(headers: [name: string, value: string][]): string {
  const named = headers.map(([name, value]) => ({ name, line: `${name}: ${value}\n` }))
  return named
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ line }) => line)
    .join('')
}

/** A text as the log library shows it: quoted, or, when it has several lines, between marks. */
function klogValue(text: string): string {
  if (!text.includes('\n')) return quote(text)
  const lines = text.replace(/\n$/, '').split('\n')
  return `<\n${lines.map((line) => `\t${line}\n`).join('')} >`
}

/** At -v=4 and above the client shows what the server refused in full. Upstream: kubectl/pkg/cmd/util/helpers.go StandardErrorMessage. */
export function tellRefusals(host: Host, error: unknown, command: string): void {
  for (const each of error instanceof AggregateFailure ? error.failures : [error]) {
    if (!(each instanceof ApiError) || (each.reason === 'Invalid' && each === error)) continue
    const { kind, apiVersion, ...rest } = failure(each)
    const status = { ...(OF_KNOWN_TYPES.test(command) ? {} : { kind, apiVersion }), ...rest }
    host.streams.err(klogLine(host, 'I', 'helpers.go:247', `server response object: ${toIndentedJson(status, '  ', { sort: false })}`))
  }
}

/** --subresource names what is looked at. */
function partOf({ verb, subresource }: UserRequest, flags: Flags, command: string): string | undefined {
  const looks = verb === 'get' && ['get', 'patch', 'edit'].includes(command)
  return subresource || (looks && flags.string('subresource')) || undefined
}

function pathOf({ info, namespace, name, subresource }: UserRequest): string {
  const root = info.group ? `/apis/${groupVersion(info)}` : `/api/${info.version}`
  const place = info.namespaced && namespace ? `/namespaces/${namespace}` : ''
  return `${root}${place}/${info.plural}${name ? `/${name}` : ''}${subresource ? `/${subresource}` : ''}`
}

/** One a request: a list that is longer than a page is asked for in pages. */
function queriesOf(request: UserRequest, flags: Flags, path: string): string[] {
  const listed = Array.isArray(request.answer) ? (request.answer as KubeObject[]) : []
  const words = queryOf(request, flags, path)
  const page = Number(words.limit ?? 0)
  const starts = [...listed.keys()].filter((i) => i > 0 && page > 0 && i % page === 0)
  return [words, ...starts.map((i) => ({ ...words, continue: continueAfter(listed[i - 1], 1) }))].map((each) => {
    const text = new URLSearchParams(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))).toString()
    return text && `?${text}`
  })
}

function asksForTable(flags: Flags, path: string): boolean {
  return path === 'get' && flags.bool('server-print') && ['', 'wide'].includes(flags.string('output'))
}

const VALIDATED = ['create', 'update', 'patch']

/** The server's word for a value of --validate. */
function validationOf(value: string): string {
  if (value === 'warn') return 'Warn'
  return value === 'ignore' || value === 'false' ? 'Ignore' : 'Strict'
}

function queryOf({ verb, query = {}, parameters, options, whole }: UserRequest, flags: Flags, path: string): Record<string, string> {
  const words: Record<string, string> = { ...parameters }
  if (query.fieldSelector) words.fieldSelector = query.fieldSelector
  if (query.labelSelector) words.labelSelector = query.labelSelector
  // Only who can say how long pages are asks for pages; what is to be sorted is asked for whole.
  const sorts = flags.has('sort-by') && flags.string('sort-by') !== ''
  const chunk = flags.has('chunk-size') && !sorts ? flags.number('chunk-size') : 0
  if (verb === 'list' && chunk > 0 && !whole) words.limit = String(chunk)
  // What is to be sorted by is looked for in whole objects.
  if (asksForTable(flags, path) && flags.string('sort-by')) words.includeObject = 'Object'
  if (options?.dryRun && verb !== 'delete') words.dryRun = 'All'
  // A client that names no manager is called after its program.
  const applies = options?.force !== undefined
  if (applies) words.force = String(options.force)
  if (options?.manager && (applies || path === 'apply' || options.manager !== 'kubectl') && verb !== 'delete')
    words.fieldManager = options.manager
  if (options?.manager && flags.has('validate') && VALIDATED.includes(verb)) words.fieldValidation = validationOf(flags.string('validate'))
  return words
}
