// LIST: selectors, pages, versions. Upstream: apiserver/pkg/endpoints/handlers/get.go, apiserver/pkg/storage/etcd3/store.go.
import type { KubeObject } from '../../api/types'
import { ApiError, type FieldError, invalid } from '../../errors'
import type { ResourceInfo } from '../../schema/resources'
import { groupVersion } from '../discovery'
import { listObjects, selection } from '../query'
import type { ApiServer } from '../server'

export interface Page {
  objects: KubeObject[]
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
}

interface Token {
  rv: number
  start: string
}

/** Throws ApiError BadRequest, Invalid, Timeout (a version yet to come), Expired (one that is gone). */
export function pageOf(server: ApiServer, info: ResourceInfo, namespace: string | undefined, query: URLSearchParams): Page {
  checkVersion(server, query)
  const all = listObjects(server, info, namespace).filter(chosen(info, query))
  const token = tokenOf(query.get('continue') ?? '')
  const limit = Math.max(0, Number(query.get('limit') ?? 0) || 0)
  const rest = token ? all.filter((object) => keyOf(object) >= token.start) : all
  const objects = limit > 0 ? rest.slice(0, limit) : rest
  const left = rest.length - objects.length
  const rv = token?.rv ?? server.state.header.resourceVersion
  const more = left > 0 ? { continue: continueAfter(objects[objects.length - 1], rv) } : {}
  const counted = left > 0 && !query.get('labelSelector') && !query.get('fieldSelector') ? { remainingItemCount: left } : {}
  return { objects, metadata: { resourceVersion: String(rv), ...more, ...counted } }
}

/** The token with which a client asks for what follows an object. */
export function continueAfter(last: KubeObject, rv: number): string {
  return written({ rv, start: `${keyOf(last)}\0` })
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name
}

function written({ rv, start }: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url')
}

function tokenOf(text: string): Token | undefined {
  if (text === '') return undefined
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token> & { v?: string }
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string') return { rv, start }
  } catch {}
  throw new ApiError('BadRequest', 'continue key is not valid: illegal base64 data or unknown version')
}

/** A version in a query as a number; undefined when there is none. Throws ApiError Invalid. */
export function versionOf(query: URLSearchParams): number | undefined {
  const version = query.get('resourceVersion') ?? ''
  if (version === '') return undefined
  if (/^\d+$/.test(version)) return Number(version)
  const message = `Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`
  throw invalid('ListOptions', 'meta.k8s.io', '', [{ type: 'Invalid', field: 'resourceVersion', message }])
}

/** Throws ApiError Timeout for a version that is yet to come. */
export function tooLarge(server: ApiServer, version: number): void {
  const current = server.state.header.resourceVersion
  if (version <= current) return
  throw new ApiError('Timeout', `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

export function expired(wanted: number, oldest: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${wanted} (${oldest})`)
}

function checkVersion(server: ApiServer, query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const version = versionOf(query)
  const field = 'resourceVersionMatch'
  const errors: FieldError[] = []
  if (match !== '') {
    if (version === undefined)
      errors.push({ type: 'Forbidden', field, message: 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided' })
    if (query.get('continue'))
      errors.push({ type: 'Forbidden', field, message: 'Forbidden: resourceVersionMatch is forbidden when continue is provided' })
    if (!['Exact', 'NotOlderThan'].includes(match))
      errors.push({
        type: 'NotSupported',
        field,
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      })
    if (match === 'Exact' && version === 0)
      errors.push({
        type: 'Forbidden',
        field,
        message: 'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      })
  }
  if (errors.length) throw invalid('ListOptions', 'meta.k8s.io', '', errors)
  if (version === undefined) return
  tooLarge(server, version)
  const current = server.state.header.resourceVersion
  if (match === 'Exact' && version < current) {
    throw new ApiError('Expired', 'The resourceVersion for the provided list is too old.')
  }
}

/** Which objects a list or a watch means; `name` when one object is watched by its path. Throws ApiError BadRequest. */
export function chosen(info: ResourceInfo, query: URLSearchParams, name?: string): (object: KubeObject) => boolean {
  const { matches } = selection(info, selectorsOf(query))
  return name === undefined ? matches : (object) => object.metadata.name === name && matches(object)
}

function selectorsOf(query: URLSearchParams): { labelSelector: string; fieldSelector: string } {
  return { labelSelector: query.get('labelSelector') ?? '', fieldSelector: query.get('fieldSelector') ?? '' }
}

/** What a list is called, and its items as they stand in it. */
export function listDocument(info: ResourceInfo, { metadata }: Page, items: KubeObject[]): unknown {
  if (info.custom) return { apiVersion: groupVersion(info), items, kind: `${info.kind}List`, metadata }
  const bare = items.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest)
  return { kind: `${info.kind}List`, apiVersion: groupVersion(info), metadata, items: bare }
}
