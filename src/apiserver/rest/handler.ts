// The API over HTTP, as a function of request and cluster: discovery, objects, lists, writes. Upstream: apiserver/pkg/endpoints.
import type { KubeObject } from '../../api/types'
import { notAllowed } from '../../errors'
import { toIndentedJson } from '../../lib/json-emit'
import { toYaml } from '../../lib/yaml-emit'
import { inGoOrder } from '../../schema/go-order'
import type { ResourceInfo } from '../../schema/resources'
import { forbiddenAccess, isAllowed } from '../authorization'
import { groupVersion } from '../discovery'
import { withOwnership } from '../managed-fields-tracking'
import { presented, warnOfReading } from '../query'
import { scaleOf } from '../scale'
import { scaleResource } from '../scale-requests'
import type { ApiServer } from '../server'
import { serverVersion } from '../version'
import { aggregated } from './aggregated'
import { coreVersions, groupDocument, groupList, resourceList, rootPaths } from './discovery'
import { listDocument, pageOf, tooLarge, versionOf } from './lists'
import { json, notServed, type RestRequest, type RestResponse, text } from './messages'
import { metrics } from './metrics'
import { type Form, negotiate } from './negotiate'
import { create, type Outcome, optionsOf, patch, remove, replace, type Target } from './objects'
import { openApiIndex, openApiOf, openApiV2 } from './openapi'
import { partialMetadata, tableOf } from './tables'

export { type RestRequest, type RestResponse, statusOf } from './messages'

/** Answers one request. Throws ApiError for what the server refuses; `statusOf` makes that an answer too. */
export function handle(server: ApiServer, request: RestRequest): RestResponse {
  const url = new URL(request.path, 'http://cluster')
  const path = url.pathname.replace(/\/+$/, '') || '/'
  const words = path.split('/').slice(1).map(decoded)
  if (words[0] === 'api' || words[0] === 'apis') return api(server, words, url.searchParams, request)
  if (request.method !== 'GET') throw notServed()
  authorizePath(server, path)
  if (path === '/version') return { ...json(undefined), body: toIndentedJson(serverVersion(), '  ', { sort: false }) }
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return text('ok')
  if (path === '/metrics') return metrics(server)
  if (path === '/openapi/v2') return openApiV2(request.accept)
  if (path === '/openapi/v3') return json(openApiIndex(server))
  if (path.startsWith('/openapi/v3/')) return json(orNotServed(openApiOf(server, path.slice('/openapi/v3/'.length))))
  if (path === '/') return json(rootPaths(server.discovery))
  throw notServed()
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    throw notServed()
  }
}

function authorizePath({ user, view }: ApiServer, path: string): void {
  const access = { verb: 'get', path }
  if (user && !isAllowed(view, user, access)) throw forbiddenAccess(user, access)
}

function api(server: ApiServer, words: string[], query: URLSearchParams, request: RestRequest): RestResponse {
  const core = words[0] === 'api'
  const { discovery } = server
  if (words.length <= (core ? 2 : 3)) {
    if (request.method !== 'GET') throw notAllowed()
    authorizePath(server, `/${words.join('/')}`)
  }
  if (words.length === 1) {
    const { as } = negotiate(request.accept, ['APIGroupDiscoveryList'])
    const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    if (as) return json(aggregated(discovery, core), 200, contentType)
    return json(core ? coreVersions() : groupList(discovery))
  }
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

/** What a path below /api or /apis means, when it means objects; undefined for others. Throws NotServed. */
export function objectTarget(server: ApiServer, path: string): Target | undefined {
  const words = path.replace(/\/+$/, '').split('/').slice(1).map(decoded)
  const core = words[0] === 'api'
  if ((!core && words[0] !== 'apis') || words.length <= (core ? 2 : 3)) return undefined
  return targetOf(server, core ? words[1] : `${words[1]}/${words[2]}`, words.slice(core ? 2 : 3))
}

/** `namespaces/NS/pods/NAME/log`, `pods`, `nodes/NAME`. */
function targetOf(server: ApiServer, version: string, words: string[]): Target {
  const inNamespace = words[0] === 'namespaces' && words.length > 2 && !['status', 'finalize'].includes(words[2])
  const [plural, name, ...rest] = inNamespace ? words.slice(2) : words
  const info = server.discovery.all().find((each) => each.plural === plural && groupVersion(each) === version)
  if (!info || (inNamespace && !info.namespaced)) throw notServed()
  if (name !== undefined && info.namespaced && !inNamespace) throw notServed()
  const subresource = rest.length ? rest.join('/') : undefined
  if (subresource && !info.subresources.includes(rest[0] === 'proxy' ? 'proxy' : subresource)) throw notServed()
  return { info, ...(inNamespace ? { namespace: words[1] } : {}), ...(name ? { name } : {}), ...(subresource ? { subresource } : {}) }
}

const VERBS: Record<string, (name: boolean) => string> = {
  GET: (name) => (name ? 'get' : 'list'),
  POST: () => 'create',
  PUT: () => 'update',
  PATCH: () => 'patch',
  DELETE: (name) => (name ? 'delete' : 'deletecollection'),
}

function resource(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest): RestResponse {
  const { info, name, subresource } = target
  const verb = VERBS[request.method]?.(name !== undefined)
  if (!verb || (!subresource && !info.verbs.includes(verb))) throw notAllowed()
  const forms =
    request.method === 'GET' ? ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'] : ['Table', 'PartialObjectMetadata']
  const form = negotiate(request.accept, forms)
  const view = { server, info, form, include: query.get('includeObject') ?? '' }
  if (request.method === 'GET') {
    warnOfReading(server, info)
    return name ? read(view, target, query) : list(view, target, query)
  }
  return written(view, write(server, target, query, request))
}

function write(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest): Outcome {
  const options = optionsOf(target, query, request)
  switch (request.method) {
    case 'POST':
      return create(server, target, request, options)
    case 'PUT':
      return replace(server, target, request, options)
    case 'PATCH':
      return patch(server, target, query, request, options)
    default:
      return remove(server, target, query, request, options)
  }
}

interface Showing {
  server: ApiServer
  info: ResourceInfo
  form: Form
  include: string
}

/** An object as a client sees it: in the version it asked for, its fields in their order. */
export function shown(server: ApiServer, info: ResourceInfo, object: KubeObject): KubeObject {
  const whole = presented(info, withOwnership(server.view, info, object))
  return info.custom ? whole : inGoOrder(whole)
}

/** The document that an object, or a Status, is answered with. */
export function answered(server: ApiServer, info: ResourceInfo, object: KubeObject): KubeObject {
  return object.kind === info.kind ? shown(server, info, object) : object.kind === 'Status' ? object : inGoOrder(object)
}

function answer({ form }: Showing, value: unknown, status = 200): RestResponse {
  const made = json(value, status)
  return form.media === 'application/yaml' ? { ...made, contentType: form.media, body: toYaml(value) } : made
}

function written(view: Showing, { object, status, foreign }: Outcome): RestResponse {
  if (foreign) return answer(view, object.kind === 'Status' ? object : inGoOrder(object), status)
  return one(view, object, status)
}

function one(view: Showing, object: KubeObject, status = 200): RestResponse {
  const { server, info, form, include } = view
  if (form.as === 'Table') {
    const metadata = { resourceVersion: object.metadata.resourceVersion }
    return answer(view, tableOf(server, info, [object], { metadata, include, shown: (o) => shown(server, info, o) }), status)
  }
  const whole = shown(server, info, object)
  return answer(view, form.as === 'PartialObjectMetadata' ? partialMetadata(whole) : whole, status)
}

function read(view: Showing, target: Target, query: URLSearchParams): RestResponse {
  const { server, info } = view
  const { namespace, name = '', subresource } = target
  const version = versionOf(query)
  if (version !== undefined) tooLarge(server, version)
  server.authorize('get', info, namespace, name, subresource)
  const object =
    server.storage.get<KubeObject>(info.resource, info.namespaced ? namespace : undefined, name) ?? server.get(info, namespace, name)
  if (subresource === 'scale') {
    return one({ ...view, info: scaleResource(info) }, scaleOf(info, object))
  }
  if (subresource && !['status', 'approval', 'ephemeralcontainers', 'resize'].includes(subresource)) throw notAllowed()
  return one(view, object)
}

function list(view: Showing, { namespace }: Target, query: URLSearchParams): RestResponse {
  const { server, info, form, include } = view
  const page = pageOf(server, info, namespace, query)
  if (form.as === 'Table') {
    return answer(view, tableOf(server, info, page.objects, { metadata: page.metadata, include, shown: (o) => shown(server, info, o) }))
  }
  const items = page.objects.map((object) => shown(server, info, object))
  if (form.as === 'PartialObjectMetadataList') {
    const metadata = items.map(partialMetadata)
    return answer(view, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: page.metadata, items: metadata })
  }
  return answer(view, listDocument(info, page, items))
}
