// Writing objects: POST, PUT, PATCH, DELETE on a resource and its parts. Upstream: apiserver/pkg/endpoints/handlers.
import type { Json, KubeObject, Pod } from '../../api/types'
import { ApiError, invalid, notAllowed } from '../../errors'
import type { FieldValidation } from '../../schema/decode'
import type { ResourceInfo } from '../../schema/resources'
import { decodeObject } from '../decode'
import { groupVersion } from '../discovery'
import { evictPod } from '../eviction'
import type { RequestOptions } from '../options'
import type { PatchType } from '../patch'
import { applyObject, patchObject } from '../patch-requests'
import { updateScale } from '../scale-requests'
import type { ApiServer } from '../server'
import { issueToken } from '../tokens'
import { chosen, listDocument } from './lists'
import { notServed, type RestRequest, success } from './messages'
import { isReview, reviewed } from './reviews'

export interface Target {
  info: ResourceInfo
  namespace?: string
  name?: string
  subresource?: string
}

/** What was done: an object (or a Status) and the code to answer with. */
export interface Outcome {
  object: KubeObject
  status: number
  /** It is of another kind than the resource: printed as it is. */
  foreign?: boolean
}

interface WriteOptions extends RequestOptions {
  dryRun: boolean
  validation: FieldValidation
}

export function optionsOf({ subresource }: Target, query: URLSearchParams, request: RestRequest): WriteOptions {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const wrong = dryRun.find((value) => value !== 'All')
  const kind = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' }[request.method] ?? 'DeleteOptions'
  if (wrong !== undefined) throw unsupported(kind, 'dryRun', wrong, ['All'])
  const validation = query.get('fieldValidation') || 'Warn'
  if (!['Ignore', 'Strict', 'Warn'].includes(validation)) {
    throw unsupported(kind, 'fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])
  }
  return {
    manager: query.get('fieldManager') || request.manager || 'unknown',
    dryRun: dryRun.length > 0,
    validation: validation as FieldValidation,
    // Conditions are all that an approval writes, and they are part of the status.
    ...(subresource ? { subresource } : {}),
  }
}

function unsupported(kind: string, field: string, value: string, known: string[]): ApiError {
  const supported = known.map((word) => JSON.stringify(word)).join(', ')
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`
  return invalid(kind, 'meta.k8s.io', '', [{ type: 'NotSupported', field, message }])
}

/** The object in a request's body, checked against the path. Throws ApiError BadRequest. */
function bodyObject(server: ApiServer, { info, namespace, name }: Target, { body }: RestRequest, validation: FieldValidation): KubeObject {
  const given = checkedBody({ info, namespace, name }, body, groupVersion(info), info.kind)
  return decodeObject(server, info, given as unknown as Record<string, unknown>, validation)
}

function checkedBody({ namespace, name }: Target, body: Json | undefined, apiVersion: string, kind: string): KubeObject {
  const value = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const metadata = (value.metadata ?? {}) as KubeObject['metadata']
  const given = { apiVersion, kind, ...value }
  if (given.kind !== kind || given.apiVersion !== apiVersion) {
    const wanted = `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`
    throw new ApiError('BadRequest', given.kind === kind ? wanted : `the object provided is unrecognized (must be of type ${kind})`)
  }
  if (name && metadata.name && metadata.name !== name) {
    throw new ApiError('BadRequest', `the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  if (namespace && metadata.namespace && metadata.namespace !== namespace) {
    throw new ApiError('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request')
  }
  return { ...given, metadata: { ...metadata, ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) } } as KubeObject
}

/** What a body is called that is no JSON. Upstream: apiserver/pkg/endpoints/handlers/rest.go (transformDecodeError, summarizeData). */
export function unreadBody(target: Target | undefined, text: string, why: string): ApiError {
  const bytes = Buffer.from(text)
  const begun = bytes.subarray(0, SUMMARY)
  const summary = (text.startsWith('{') ? begun.toString() : begun.toString('hex')) + (bytes.length > SUMMARY ? ' ...' : '')
  const problem = `couldn't get version/kind; json parse error: ${why}`
  const message = `the object provided is unrecognized (must be of type ${target?.info.kind ?? 'Status'}): ${problem} (${summary})`
  return new ApiError('BadRequest', message)
}

/** Bytes of a body that are shown. */
const SUMMARY = 30

// ---------------------------------------------------------------- create

export function create(server: ApiServer, target: Target, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name, subresource } = target
  if (isReview(info.resource)) {
    const review = checkedBody(target, request.body, groupVersion(info), info.kind)
    return { object: reviewed(server, info.resource, review, namespace), status: 201 }
  }
  if (subresource) return createPart(server, target, request, options)
  if (name) throw notAllowed()
  return { object: server.create(bodyObject(server, target, request, options.validation), options), status: 201 }
}

function createPart(server: ApiServer, target: Target, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name = '', subresource } = target
  const part = `${info.resource}/${subresource}`
  if (part === 'pods/eviction') {
    server.authorize('create', info, namespace, name, 'eviction')
    const { deleteOptions } = (request.body ?? {}) as { deleteOptions?: DeleteBody }
    const pod = stored(server, target)
    evictPod(server, pod as Pod, { ...deletionOf(deleteOptions, new URLSearchParams(), options), authorized: true })
    return { object: success({ code: 201 }) as unknown as KubeObject, status: 201, foreign: true }
  }
  if (part === 'pods/binding') {
    const binding = checkedBody(target, request.body, 'v1', 'Binding')
    server.authorize('create', info, namespace, name, 'binding')
    server.create(binding, { ...options, authorized: true })
    return { object: success({ code: 201 }) as unknown as KubeObject, status: 201, foreign: true }
  }
  if (part === 'serviceaccounts/token') {
    const { spec } = checkedBody(target, request.body, 'authentication.k8s.io/v1', 'TokenRequest')
    return {
      object: issueToken(server, namespace ?? '', name, (spec ?? {}) as Parameters<typeof issueToken>[3]),
      status: 201,
      foreign: true,
    }
  }
  throw notAllowed()
}

// ---------------------------------------------------------------- update

export function replace(server: ApiServer, target: Target, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name, subresource } = target
  if (!name) throw notAllowed()
  if (subresource === 'scale') {
    server.authorize('update', info, namespace, name, subresource)
    const scale = checkedBody(target, request.body, 'autoscaling/v1', 'Scale')
    const object = stored(server, target)
    return { object: updateScale(server, info, object, scale, { ...options, authorized: true }), status: 200, foreign: true }
  }
  const object = bodyObject(server, target, request, options.validation)
  if (!object.metadata.name) throw new ApiError('BadRequest', 'the name of the object must be set')
  // None at all counts as none in particular.
  object.metadata.resourceVersion ||= '0'
  return { object: server.update(object, options), status: 200 }
}

function stored(server: ApiServer, { info, namespace, name = '' }: Target): KubeObject {
  return server.storage.get(info.resource, info.namespaced ? namespace : undefined, name) ?? server.get(info, namespace, name)
}

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}
const APPLY = 'application/apply-patch+yaml'

export function patch(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name, subresource } = target
  if (!name) throw notAllowed()
  const type = (request.contentType ?? '').split(';')[0].trim()
  if (type === APPLY) return apply(server, target, query, request, options)
  if (!(type in PATCH_TYPES)) {
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${[...Object.keys(PATCH_TYPES), APPLY].join(', ')}`,
    )
  }
  if (query.get('force') !== null) {
    const message = 'Forbidden: may not be specified for non-apply patch'
    throw invalid('PatchOptions', 'meta.k8s.io', '', [{ type: 'Forbidden', field: 'force', message }])
  }
  const body = request.body ?? null
  const object = patchObject(server, info, namespace, name, PATCH_TYPES[type], body, options)
  return { object, status: 200, foreign: subresource === 'scale' }
}

function apply(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name = '' } = target
  if (!query.get('fieldManager') && !request.manager) {
    const message = 'Required value: is required for apply patch'
    throw invalid('PatchOptions', 'meta.k8s.io', '', [{ type: 'Required', field: 'fieldManager', message }])
  }
  const isNew = server.storage.get(info.resource, info.namespaced ? namespace : undefined, name) === undefined
  // As it was sent: what nobody wrote is owned by nobody.
  const configuration = checkedBody(target, request.body, groupVersion(info), info.kind)
  const object = applyObject(server, info, configuration, { ...options, force: query.get('force') === 'true' })
  return { object, status: isNew ? 201 : 200 }
}

// ---------------------------------------------------------------- delete

interface DeleteBody {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  orphanDependents?: boolean
  gracePeriodSeconds?: number
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: string[]
}

function deletionOf(body: DeleteBody | undefined, query: URLSearchParams, options: WriteOptions) {
  const policy = body?.propagationPolicy ?? query.get('propagationPolicy') ?? (body?.orphanDependents ? 'Orphan' : undefined)
  const known = ['Background', 'Foreground', 'Orphan']
  if (policy && !known.includes(policy))
    throw unsupported('DeleteOptions', 'propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil'])
  const grace = body?.gracePeriodSeconds ?? (query.get('gracePeriodSeconds') === null ? undefined : Number(query.get('gracePeriodSeconds')))
  return {
    ...options,
    dryRun: options.dryRun || (body?.dryRun?.length ?? 0) > 0,
    ...(policy ? { propagationPolicy: policy as DeleteBody['propagationPolicy'] } : {}),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(body?.preconditions?.uid ? { uid: body.preconditions.uid } : {}),
  }
}

export function remove(server: ApiServer, target: Target, query: URLSearchParams, request: RestRequest, options: WriteOptions): Outcome {
  const { info, namespace, name, subresource } = target
  if (subresource) throw notAllowed()
  if (!name) return removeAll(server, target, query, request, options)
  const body = (request.body ?? {}) as DeleteBody
  const wanted = body.preconditions?.resourceVersion
  if (wanted) {
    const actual = stored(server, target).metadata.resourceVersion
    if (wanted !== actual) {
      const why = `Precondition failed: ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${actual}`
      throw new ApiError('Conflict', `Operation cannot be fulfilled on ${info.resource} "${name}": ${why}`, {
        name,
        group: info.group,
        kind: info.plural,
      })
    }
  }
  return deletionAnswer(info, name, server.delete(info, namespace, name, deletionOf(body, query, options)))
}

/** What a deletion is answered with: the object while it is there, or where its store gives it back, else a Status. */
export function deletionAnswer(info: ResourceInfo, name: string, { object, gone }: { object: KubeObject; gone: boolean }): Outcome {
  if (!gone || returnsDeleted(info)) return { object, status: 200 }
  const details = { name, ...(info.group ? { group: info.group } : {}), kind: info.plural, uid: object.metadata.uid }
  return { object: success({ details }) as unknown as KubeObject, status: 200, foreign: true }
}

/** Resources whose store answers a deletion with what was deleted. Upstream: ReturnDeletedObject of their stores. */
function returnsDeleted({ resource }: ResourceInfo): boolean {
  return ['pods', 'services', 'serviceaccounts', 'persistentvolumes', 'persistentvolumeclaims', 'podtemplates', 'resourcequotas'].includes(
    resource,
  )
}

function removeAll(
  server: ApiServer,
  { info, namespace }: Target,
  query: URLSearchParams,
  request: RestRequest,
  options: WriteOptions,
): Outcome {
  if (info.namespaced && namespace === undefined) throw notServed()
  server.authorize('deletecollection', info, namespace)
  const objects = server.storage.list(info.resource, info.namespaced ? namespace : undefined).filter(chosen(info, query))
  const deletion = deletionOf((request.body ?? {}) as DeleteBody, query, options)
  for (const { metadata } of objects) server.delete(info, metadata.namespace, metadata.name, { ...deletion, authorized: true })
  const metadata = { resourceVersion: String(server.state.header.resourceVersion) }
  return { object: listDocument(info, { objects, metadata }, objects) as KubeObject, status: 200, foreign: true }
}
