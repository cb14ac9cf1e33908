// The API over HTTP, as a function of request and cluster: discovery, objects, lists, writes. Upstream: apiserver/pkg/endpoints.
import type { Json, KubeObject } from '../../api/types'
import { ApiError } from '../../errors'
import { toCompactJson, toIndentedJson } from '../../lib/json-emit'
import { inGoOrder } from '../../schema/go-order'
import type { ResourceInfo } from '../../schema/resources'
import { decodeObject } from '../decode'
import { groupVersion } from '../discovery'
import type { PatchType } from '../patch'
import { applyObject, patchObject } from '../patch-requests'
import { listObjects, presented } from '../query'
import { scaleOf } from '../scale'
import type { ApiServer } from '../server'
import { serverVersion } from '../version'
import { coreVersions, groupDocument, groupList, resourceList, rootPaths } from './discovery'

export interface RestRequest {
  method: string
  /** With its query, if there is one. */
  path: string
  /** JSON, or what the media type of a patch asks for. */
  body?: Json
  contentType?: string
  /** Who writes, for managedFields, unless the query names a field manager. */
  manager?: string
}

export interface RestResponse {
  status: number
  contentType: 'application/json' | 'text/plain; charset=utf-8'
  body: string
}

function json(value: unknown, status = 200): RestResponse {
  return { status, contentType: 'application/json', body: `${toCompactJson(value, { sort: false })}\n` }
}

function text(body: string): RestResponse {
  return { status: 200, contentType: 'text/plain; charset=utf-8', body }
}

function notServed(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource')
}

/** Answers one request. Throws ApiError for what the server refuses; `statusOf` makes that an answer too. */
export function handle(server: ApiServer, request: RestRequest): RestResponse {
  const url = new URL(request.path, 'http://cluster')
  const path = url.pathname.replace(/\/+$/, '') || '/'
  const words = path.split('/').slice(1)
  if (words[0] === 'api' || words[0] === 'apis') return api(server, words, url.searchParams, request)
  if (request.method !== 'GET') throw notServed()
  if (path === '/version') return { ...json(undefined), body: toIndentedJson(serverVersion(), '  ', { sort: false }) }
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return text('ok')
  if (path === '/') return json(rootPaths(server.discovery))
  throw notServed()
}

/** A refusal as a metav1.Status. */
export function statusOf(error: ApiError): RestResponse {
  const { reason, message, code, details } = error
  const shown = Object.keys(details).some((key) => details[key as keyof typeof details]) ? { details } : {}
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...shown, code }, code)
}

function api(server: ApiServer, words: string[], query: URLSearchParams, request: RestRequest): RestResponse {
  const core = words[0] === 'api'
  const { discovery } = server
  if (words.length === 1) return json(core ? coreVersions() : groupList(discovery))
  if (!core && words.length === 2) return json(orNotServed(groupDocument(discovery, words[1])))
  const version = core ? words[1] : `${words[1]}/${words[2]}`
  const rest = words.slice(core ? 2 : 3)
  if (rest.length === 0) return json(orNotServed(resourceList(discovery, version)))
  return resource(server, targetOf(server, version, rest), query, request)
}

function orNotServed<T>(value: T | undefined): T {
  if (value === undefined) throw notServed()
  return value
}

interface Target {
  info: ResourceInfo
  namespace?: string
  name?: string
  subresource?: string
}

/** `namespaces/NS/pods/NAME/log`, `pods`, `nodes/NAME`. */
function targetOf(server: ApiServer, version: string, words: string[]): Target {
  const inNamespace = words[0] === 'namespaces' && words.length > 2 && !['status', 'finalize'].includes(words[2])
  const [plural, name, ...rest] = inNamespace ? words.slice(2) : words
  const info = server.discovery.all().find((each) => each.plural === plural && groupVersion(each) === version)
  if (!info || (inNamespace && !info.namespaced)) throw notServed()
  const subresource = rest.length ? rest.join('/') : undefined
  if (subresource && !info.subresources.includes(subresource)) throw notServed()
  return { info, ...(inNamespace ? { namespace: words[1] } : {}), ...(name ? { name } : {}), ...(subresource ? { subresource } : {}) }
}

function resource(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest): RestResponse {
  const { info, namespace, name } = target
  if (request.method === 'GET') return name ? read(server, target) : list(server, target, query)
  const options = {
    manager: query.get('fieldManager') ?? request.manager ?? 'unknown',
    dryRun: query.get('dryRun') === 'All',
    ...(target.subresource ? { subresource: target.subresource } : {}),
  }
  switch (request.method) {
    case 'POST':
      if (name) throw notAllowed()
      return json(shown(info, server.create(bodyObject(server, target, request), options)), 201)
    case 'PUT':
      if (!name) throw notAllowed()
      return json(shown(info, server.update(bodyObject(server, target, request), options)))
    case 'PATCH':
      return patch(server, target, query, request, options)
    case 'DELETE':
      return json(name ? remove(server, info, namespace, name, request, options) : removeAll(server, target, query, options))
    default:
      throw notAllowed()
  }
}

function notAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource')
}

function shown(info: ResourceInfo, object: KubeObject): unknown {
  return info.custom ? presented(info, object) : inGoOrder(presented(info, object))
}

function read(server: ApiServer, { info, namespace, name, subresource }: Target): RestResponse {
  server.authorize('get', info, namespace, name, subresource)
  const object = server.get<KubeObject>(info, namespace, name ?? '')
  if (!subresource || subresource === 'status') return json(shown(info, object))
  if (subresource === 'scale') return json(inGoOrder(scaleOf(object)))
  throw notAllowed()
}

function list(server: ApiServer, { info, namespace }: Target, query: URLSearchParams): RestResponse {
  const all = listObjects(server, info, namespace, {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
  })
  const from = Number(query.get('continue') ?? 0)
  const limit = Number(query.get('limit') ?? 0)
  const page = limit > 0 ? all.slice(from, from + limit) : all.slice(from)
  const left = all.length - from - page.length
  const metadata = {
    resourceVersion: String(server.state.header.resourceVersion),
    ...(left > 0 ? { continue: String(from + page.length), remainingItemCount: left } : {}),
  }
  const items = page.map((object) => shown(info, object) as KubeObject)
  if (info.custom) return json({ apiVersion: groupVersion(info), items, kind: `${info.kind}List`, metadata })
  const bare = items.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest)
  return json({ kind: `${info.kind}List`, apiVersion: groupVersion(info), metadata, items: bare })
}

/** The object in a request's body, checked against the path. */
function bodyObject(server: ApiServer, { info, namespace, name }: Target, { body }: RestRequest): KubeObject {
  const value = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const metadata = (value.metadata ?? {}) as KubeObject['metadata']
  const given = { apiVersion: groupVersion(info), kind: info.kind, ...value }
  if (given.kind !== info.kind || given.apiVersion !== groupVersion(info)) {
    const wanted = `the API version in the data (${given.apiVersion}) does not match the expected API version (${groupVersion(info)})`
    throw new ApiError(
      'BadRequest',
      given.kind === info.kind ? wanted : `the object provided is unrecognized (must be of type ${info.kind})`,
    )
  }
  if (name && metadata.name && metadata.name !== name) {
    throw new ApiError('BadRequest', `the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  if (namespace && metadata.namespace && metadata.namespace !== namespace) {
    throw new ApiError('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request')
  }
  const placed = { ...given, metadata: { ...metadata, ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) } }
  return decodeObject(server, info, placed, 'Warn')
}

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

function patch(
  server: ApiServer,
  target: Target,
  query: URLSearchParams,
  request: RestRequest,
  options: { manager: string; dryRun: boolean },
): RestResponse {
  const { info, namespace, name } = target
  if (!name) throw notAllowed()
  const type = (request.contentType ?? '').split(';')[0]
  if (type.startsWith('application/apply-patch')) {
    const applied = applyObject(server, info, bodyObject(server, target, request), { ...options, force: query.get('force') === 'true' })
    return json(shown(info, applied))
  }
  if (!(type in PATCH_TYPES)) {
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(PATCH_TYPES).join(', ')}`,
    )
  }
  return json(shown(info, patchObject(server, info, namespace, name, PATCH_TYPES[type], request.body ?? null, options)))
}

interface DeleteBody {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  gracePeriodSeconds?: number
}

function remove(
  server: ApiServer,
  info: ResourceInfo,
  namespace: string | undefined,
  name: string,
  { body }: RestRequest,
  options: { manager: string; dryRun: boolean },
): unknown {
  const { propagationPolicy, gracePeriodSeconds } = (body ?? {}) as DeleteBody
  const { object, gone } = server.delete(info, namespace, name, {
    ...options,
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  })
  if (!gone) return shown(info, object)
  const details = { name, ...(info.group ? { group: info.group } : {}), kind: info.plural, uid: object.metadata.uid }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}

function removeAll(
  server: ApiServer,
  { info, namespace }: Target,
  query: URLSearchParams,
  options: { manager: string; dryRun: boolean },
): unknown {
  const objects = listObjects(server, info, namespace, {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
  })
  for (const { metadata } of objects) server.delete(info, metadata.namespace, metadata.name, options)
  const items = objects.map((object) => shown(info, object))
  return {
    kind: `${info.kind}List`,
    apiVersion: groupVersion(info),
    metadata: { resourceVersion: String(server.state.header.resourceVersion) },
    items,
  }
}
