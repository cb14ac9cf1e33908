// -v=7 and above: headers and bodies of the client's requests and of their answers.
// Upstream: client-go/rest/request.go (logBody, truncateBody), transport/round_trippers.go, the callers of Do in each client.
import type { Json, KubeObject } from '../api/types'
import { concealed } from '../apiserver/concealed'
import { groupVersion } from '../apiserver/discovery'
import type { UserRequest } from '../apiserver/options'
import { patchSchemaOf } from '../apiserver/patch-schema'
import { answered, handle, type RestResponse, statusOf } from '../apiserver/rest/handler'
import { json } from '../apiserver/rest/messages'
import { deletionAnswer } from '../apiserver/rest/objects'
import { isReview, reviewed } from '../apiserver/rest/reviews'
import { scaleOf } from '../apiserver/scale'
import type { ApiServer } from '../apiserver/server'
import { clientVersion } from '../apiserver/version'
import { ApiError } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import { createMergePatch } from '../lib/patch/merge-patch'
import { createTwoWayPatch } from '../lib/patch/strategic-diff'
import type { JsonObject } from '../lib/patch/value'
import { sha256 } from '../lib/sha256'
import { inGoOrder } from '../schema/go-order'
import { encodeProtobuf, encodeProtobufList } from '../schema/protobuf-write'
import type { ResourceInfo } from '../schema/resources'
import type { PathRequest } from './context'
import { OF_KNOWN_TYPES } from './typed-commands'

/** `typed`: generated clients, in protobuf. `scheme`: objects of known types, as JSON. `unstructured`: any objects, as JSON. */
type Library = 'typed' | 'scheme' | 'unstructured' | 'dynamic' | 'scale'

/** A name may stand several times. */
export type Header = [name: string, value: string]

export interface Exchange {
  /** The source line that sends the request, as it stands in the log. */
  place: string
  requestHeaders: Header[]
  requestBody: string
  responseHeaders: Header[]
  /** Undefined where the client does not show it. */
  responseBody?: string
  status: number
}

export interface Asked {
  request: UserRequest
  server: ApiServer
  /** With its query. */
  path: string
  /** Whether it is a table that is asked for. */
  table: boolean
  command: string
  /** Whether the namespace was asked for by flag. */
  namespaceGiven: boolean
  /** Whether the client takes answers that are packed. */
  packs: boolean
}

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const TABLE = `${['v1', 'v1beta1'].map((v) => `${JSON_TYPE};as=Table;v=${v};g=meta.k8s.io`).join(',')},${JSON_TYPE}`
const ACCEPTED: Record<Library, string> = {
  typed: `${PROTOBUF},${JSON_TYPE}`,
  scheme: `${JSON_TYPE}, */*`,
  scale: `${JSON_TYPE}, */*`,
  unstructured: JSON_TYPE,
  dynamic: JSON_TYPE,
}

const LINES: Record<Library, Record<string, string>> = {
  typed: {
    get: 'type.go:165',
    list: 'type.go:183',
    create: 'type.go:213',
    update: 'type.go:228',
    delete: 'type.go:257',
    patch: 'type.go:289',
  },
  dynamic: { get: 'simple.go:243', list: 'simple.go:258' },
  scale: { get: 'client.go:168', update: 'client.go:211', patch: 'client.go:232' },
  scheme: {},
  unstructured: {},
}
/** The client that reads and writes what a command line names. */
const HELPER: Record<string, string> = {
  get: 'helper.go:105',
  list: 'helper.go:113',
  delete: 'helper.go:202',
  create: 'helper.go:246',
  patch: 'helper.go:269',
  update: 'helper.go:319',
}

const GENERATED = /^(create .|auth (can-i|whoami)$|events$|top )/

function libraryOf({ request, command }: Asked): Library {
  if (request.client) return request.client
  if (request.subresource === 'scale' && command === 'scale') return 'scale'
  if (GENERATED.test(command) || ['token', 'eviction', 'approval', 'ephemeralcontainers'].includes(request.subresource ?? ''))
    return 'typed'
  if (command === 'autoscale' && request.verb === 'create') return 'typed'
  if (command === 'drain' && request.info.plural !== 'nodes') return 'typed'
  return OF_KNOWN_TYPES.test(command) ? 'scheme' : 'unstructured'
}

function placeOf({ request: { verb, subresource }, command }: Asked, library: Library): string {
  if (subresource === 'token') return 'serviceaccount.go:87'
  if (subresource === 'eviction') return 'pod_expansion.go:57'
  // What is replaced is looked at for its version.
  if (command === 'replace' && verb === 'get') return 'helper.go:294'
  return LINES[library][verb] ?? HELPER[verb] ?? ''
}

/** Both sides of a request. */
export function exchangeOf(asked: Asked, credentials: Header[]): Exchange {
  const library = libraryOf(asked)
  const { body, type } = sentBody(asked, library)
  const { info } = asked.request
  const { made, contentType, length } = answerOf(asked, library)
  return {
    status: 200,
    place: placeOf(asked, library),
    requestHeaders: [
      ['Accept', asked.table ? TABLE : ACCEPTED[library]],
      ...credentials,
      ...(type ? [['Content-Type', type] satisfies Header] : []),
      ['User-Agent', userAgent()],
    ],
    requestBody: unrevealing(info, body),
    responseHeaders: Object.entries(
      responseHeaders(asked.server, made, length, contentType, { answer: asked.request.answer, packs: asked.packs }),
    ),
    responseBody: unrevealing(info, made),
  }
}

/** A body as a log may show it: kubectl shows a Secret's values, too; here nothing that is printed does. */
function unrevealing(info: ResourceInfo, body: string): string {
  if (info.resource !== 'secrets' || body === '') return body
  try {
    const value = JSON.parse(body) as Json
    // The operations of a JSON patch hold values, too.
    if (!Array.isArray(value)) return JSON.stringify(concealed(info, value)) + (body.endsWith('\n') ? '\n' : '')
  } catch {
    // Not JSON.
  }
  return '***'
}

export function userAgent(): string {
  const { gitVersion, gitCommit, platform } = clientVersion()
  return `kubectl/${gitVersion} (${platform}) kubernetes/${gitCommit.slice(0, 7)}`
}

/** A question to a path that leads to no object. */
export function pathExchange({ path, place, accept, bare }: PathRequest, server: ApiServer, credentials: Header[]): Exchange {
  const response = readAgain(server, path, accept)
  const length = Buffer.byteLength(response.body)
  const headers = responseHeaders(server, response.body, length, response.contentType)
  return {
    status: response.status,
    place,
    requestHeaders: [['Accept', accept], ...credentials, ['User-Agent', userAgent()]],
    requestBody: '',
    responseHeaders: Object.entries(headers),
    ...(bare ? {} : { responseBody: response.body }),
  }
}

// ---------------------------------------------------------------- what is sent

function sentBody(asked: Asked, library: Library): { body: string; type?: string } {
  const { request } = asked
  switch (request.verb) {
    case 'create':
    case 'update':
      return objectBody(asked, library)
    case 'patch':
      return patchBody(asked)
    case 'delete':
      return { body: `${toCompactJson(deletionOptions(request), { sort: false })}\n`, type: JSON_TYPE }
    default:
      return { body: '' }
  }
}

function objectBody({ request, command, namespaceGiven }: Asked, library: Library): { body: string; type?: string } {
  if (request.subresource === 'scale' && command === 'scale') {
    const scale = scaleOf(request.info, request.sent as KubeObject)
    return { body: `${toCompactJson(inGoOrder(scale), { sort: false })}\n` }
  }
  const object = (request.sent ?? {}) as KubeObject
  // What a generator made names the namespace only where a flag does; the request itself stands in it.
  const made = library === 'typed' || ['run', 'expose'].includes(command)
  let sent = made && !namespaceGiven ? withoutNamespace(object) : object
  // What is replaced in the version that was looked at.
  if (command === 'replace' && request.verb === 'update' && request.before) {
    sent = { ...sent, metadata: { ...sent.metadata, resourceVersion: request.before.metadata.resourceVersion } }
  }
  if (library === 'typed') return { body: hexDump(encodeProtobuf(sent)), type: PROTOBUF }
  const body = command === 'run' ? toCompactJson(inGoOrder(sent), { sort: false }) : toCompactJson(sent)
  return { body: `${body}\n`, type: JSON_TYPE }
}

function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _, ...metadata } = (object.metadata ?? {}) as KubeObject['metadata']
  return { ...object, metadata: metadata as KubeObject['metadata'] }
}

const PATCHES: Record<string, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

function patchBody({ request, command }: Asked): { body: string; type: string } {
  const { sent, before, patchType, subresource, info } = request
  if (patchType === 'apply') return { body: `${toCompactJson(sent)}\n`, type: PATCHES.apply }
  // Operations keep the order of their members.
  if (patchType) return { body: toCompactJson(sent, { sort: patchType !== 'json' }), type: PATCHES[patchType] }
  const [from, to] = [before, sent] as unknown as JsonObject[]
  if (subresource === 'scale') {
    const replicas = (to as { spec?: { replicas?: Json } }).spec?.replicas ?? 0
    return { body: toCompactJson({ spec: { replicas } }), type: PATCHES.merge }
  }
  const schema = ['label', 'annotate', 'scale'].includes(command) ? undefined : patchSchemaOf(groupVersion(info), info.kind)
  const patch = schema
    ? createTwoWayPatch(from ?? {}, to, schema)
    : createMergePatch(from ?? {}, withMap(to, command === 'label' ? 'labels' : 'annotations'))
  return { body: toCompactJson(patch), type: schema ? PATCHES.strategic : PATCHES.merge }
}

/** When the last label or annotation is taken out, the map stays. */
function withMap(object: JsonObject, field: string): JsonObject {
  const { metadata } = object as { metadata: JsonObject }
  return { ...object, metadata: { [field]: {}, ...metadata } }
}

/** The members of metav1.DeleteOptions in their order. */
function deletionOptions({ options }: UserRequest): object {
  const { gracePeriodSeconds, propagationPolicy, dryRun } = (options ?? {}) as {
    gracePeriodSeconds?: number
    propagationPolicy?: string
    dryRun?: boolean
  }
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    propagationPolicy: propagationPolicy ?? 'Background',
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
}

// ---------------------------------------------------------------- what is answered

function answerOf(asked: Asked, library: Library): { made: string; contentType: string; length: number } {
  const answer = answerAsJson(asked)
  if (library !== 'typed' || answer.contentType !== JSON_TYPE) {
    return { made: answer.body, contentType: answer.contentType, length: Buffer.byteLength(answer.body) }
  }
  const document = JSON.parse(answer.body) as KubeObject & { items?: unknown[] }
  const encoded = document.kind.endsWith('List') ? encodeProtobufList(document) : encodeProtobuf(document)
  return { made: hexDump(encoded), contentType: PROTOBUF, length: encoded.length }
}

function answerAsJson({ request, server, path, table }: Asked): { body: string; contentType: string } {
  const { answer, verb, info, name = '' } = request
  if (answer instanceof ApiError) return statusOf(answer)
  if (verb === 'get' || verb === 'list') return readAgain(server, path, table ? TABLE : JSON_TYPE)
  if (isReview(info.resource)) return json(reviewed(server, info.resource, request.sent as KubeObject, undefined), 201)
  const object =
    verb === 'delete' ? deletionAnswer(info, name, answer as { object: KubeObject; gone: boolean }).object : (answer as KubeObject)
  return json(answered(server, info, object))
}

/** The server is asked once more, by the path alone. */
function readAgain(server: ApiServer, path: string, accept: string): RestResponse {
  try {
    return handle(server, { method: 'GET', path, accept })
  } catch (error) {
    if (error instanceof ApiError) return statusOf(error)
    throw error
  }
}

/** From this size on (bytes) the server packs its answers, and says no length. */
const PACKED = 128 * 1024

function responseHeaders(
  server: ApiServer,
  body: string,
  length: number,
  contentType: string,
  { answer, packs = true }: { answer?: unknown; packs?: boolean } = {},
): Record<string, string> {
  const now = server.env.now()
  const refused = answer instanceof ApiError && answer.reason === 'Forbidden'
  const cluster = server.storage.get<KubeObject>('namespaces', undefined, 'kube-system')?.metadata.uid
  return {
    'Audit-Id': madeUp(`${now} ${length} ${server.state.header.resourceVersion} ${body.slice(0, 256)}`),
    'Cache-Control': 'no-cache, private',
    ...(length < PACKED ? { 'Content-Length': String(length) } : {}),
    'Content-Type': contentType,
    Date: new Date(now).toUTCString(),
    ...(length < PACKED || !packs ? {} : { Vary: 'Accept-Encoding' }),
    ...(refused ? { 'X-Content-Type-Options': 'nosniff' } : {}),
    'X-Kubernetes-Pf-Flowschema-Uid': madeUp(`flowschema ${cluster}`),
    'X-Kubernetes-Pf-Prioritylevel-Uid': madeUp(`prioritylevel ${cluster}`),
  }
}

/** A UID made of a text: no chance is spent on what is only looked at. */
function madeUp(seed: string): string {
  const hex = Buffer.from(sha256(seed)).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

// ---------------------------------------------------------------- text

/** As Go's hex.Dump: sixteen bytes a line. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const half = (from: number) => Array.from({ length: 8 }, (_, i) => row[from + i]?.toString(16).padStart(2, '0') ?? '  ').join(' ')
    const text = row.map((byte) => (byte >= 32 && byte <= 126 ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${half(0)}  ${half(8)}  |${text}|\n`)
  }
  return lines.join('')
}
