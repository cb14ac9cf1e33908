// The OpenAPI v3 documents, one a group and version, made of the field tables and of custom resources' schemas. They hold what clients
// ask of them: which kind a path serves, which parameters a write takes, how fields merge. Upstream: apiserver/pkg/server/routes/openapi.go.
import type { KubeObject } from '../../api/types'
import type { ResourceInfo } from '../../schema/resources'
import { schemaFile } from '../../schema/resources'
import { type Field, type FieldType, type ScalarKind, structType, typeNameOf } from '../../schema/types'
import { customSchema } from '../custom-kinds'
import { groupVersion } from '../discovery'
import type { ApiServer } from '../server'
import { serverVersion } from '../version'
import { json, type RestResponse } from './messages'

type Schema = Record<string, unknown>

/** GET /openapi/v3 */
export function openApiIndex(server: ApiServer): { paths: Record<string, { serverRelativeURL: string }> } {
  const version = serverVersion().gitVersion
  const paths: Record<string, { serverRelativeURL: string }> = {}
  for (const info of server.discovery.all()) {
    const name = pathOf(info)
    const hash = info.custom ? definitionOf(server, info)?.metadata.resourceVersion : version
    paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }
  }
  return { paths }
}

function pathOf(info: ResourceInfo): string {
  return info.group ? `apis/${groupVersion(info)}` : `api/${info.version}`
}

function definitionOf(server: ApiServer, info: ResourceInfo): KubeObject | undefined {
  return server.view.get('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource)
}

/** GET /openapi/v3/apis/GROUP/VERSION; undefined for one that is not served. */
export function openApiOf(server: ApiServer, path: string): unknown {
  const infos = server.discovery.all().filter((info) => pathOf(info) === path)
  if (infos.length === 0) return undefined
  const schemas: Record<string, Schema> = {}
  const paths: Record<string, Schema> = {}
  for (const info of infos) {
    const name = info.custom ? customComponent(server, info, schemas) : builtinComponent(info, schemas)
    Object.assign(paths, pathsOf(info, name))
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: serverVersion().gitVersion }, paths, components: { schemas } }
}

const V2_PROTOBUF = /application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/

/**
 * GET /openapi/v2: the head alone. Clients of today ask version 3 and come here only for kinds that the server does not know, of which this
 * document says as little as a whole one would.
 */
export function openApiV2(accept: string | undefined): RestResponse {
  const info = { title: 'Kubernetes', version: serverVersion().gitVersion }
  if (!V2_PROTOBUF.test(accept ?? '')) return json({ swagger: '2.0', info, paths: {}, definitions: {} })
  const field = (number: number, text: string) => String.fromCharCode((number << 3) | 2, text.length) + text
  return {
    status: 200,
    contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    body: field(1, '2.0') + field(2, field(1, info.title) + field(2, info.version)),
  }
}

// ---------------------------------------------------------------- paths

function query(name: string): Schema {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } }
}

const WRITING = ['dryRun', 'fieldManager', 'fieldValidation'].map(query)
const LISTING = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'watch'].map(query)

function pathsOf(info: ResourceInfo, schema: string | undefined): Record<string, Schema> {
  const root = info.group ? `/apis/${groupVersion(info)}` : `/api/${info.version}`
  const collection = info.namespaced ? `${root}/namespaces/{namespace}/${info.plural}` : `${root}/${info.plural}`
  const kind = { group: info.group, version: info.version, kind: info.kind }
  const content = schema ? { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } : {}
  const operation = (action: string, parameters: Schema[]): Schema => ({
    parameters,
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  })
  const can = (verb: string) => info.verbs.includes(verb)
  const many = {
    ...(can('list') ? { get: operation('list', LISTING) } : {}),
    ...(can('create') ? { post: operation('post', WRITING) } : {}),
    ...(can('deletecollection') ? { delete: operation('deletecollection', LISTING) } : {}),
  }
  const one = {
    ...(can('get') ? { get: operation('get', []) } : {}),
    ...(can('update') ? { put: operation('put', WRITING) } : {}),
    ...(can('patch') ? { patch: operation('patch', [...WRITING, query('force')]) } : {}),
    ...(can('delete') ? { delete: operation('delete', [query('dryRun')]) } : {}),
  }
  return { [collection]: many, ...(Object.keys(one).length ? { [`${collection}/{name}`]: one } : {}) }
}

// ---------------------------------------------------------------- built-in types

const HOMES: [prefix: string, home: string][] = [
  ['meta.v1.', 'io.k8s.apimachinery.pkg.apis.'],
  ['api.resource.', 'io.k8s.apimachinery.pkg.'],
  ['util.intstr.', 'io.k8s.apimachinery.pkg.'],
  ['runtime.', 'io.k8s.apimachinery.pkg.'],
  ['apiextensions.', 'io.k8s.apiextensions-apiserver.pkg.apis.'],
  ['apiregistration.', 'io.k8s.kube-aggregator.pkg.apis.'],
]

/** `io.k8s.api.apps.v1.Deployment` for `apps.v1.Deployment`. */
function componentName(type: string): string {
  return (HOMES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'io.k8s.api.') + type
}

function builtinComponent(info: ResourceInfo, schemas: Record<string, Schema>): string | undefined {
  const type = typeNameOf(groupVersion(info), info.kind)
  if (!type) return undefined
  const name = component(type, schemas)
  schemas[name]['x-kubernetes-group-version-kind'] = [{ group: info.group, version: info.version, kind: info.kind }]
  return name
}

/** Adds a struct and all it refers to; answers its name. */
function component(type: string, schemas: Record<string, Schema>): string {
  const name = componentName(type)
  if (Object.hasOwn(schemas, name)) return name
  const made: Schema = { type: 'object' }
  schemas[name] = made
  const fields = [...(structType(type)?.fields.values() ?? [])]
  const required = fields.filter((field) => field.required).map((field) => field.name)
  if (fields.length) made.properties = Object.fromEntries(fields.map((field) => [field.name, property(field, schemas)]))
  if (required.length) made.required = required
  const { mapType } = (schemaFile().types[type] ?? {}) as { mapType?: string }
  if (mapType) made['x-kubernetes-map-type'] = mapType
  return name
}

function property(field: Field, schemas: Record<string, Schema>): Schema {
  const { listType, listMapKeys, mergeKey, patchStrategy } = field
  return {
    ...typeSchema(field.type, schemas),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.enum ? { enum: field.enum } : {}),
    ...(listMapKeys ? { 'x-kubernetes-list-map-keys': listMapKeys } : {}),
    ...(listType ? { 'x-kubernetes-list-type': listType } : {}),
    ...(mergeKey ? { 'x-kubernetes-patch-merge-key': mergeKey } : {}),
    ...(patchStrategy ? { 'x-kubernetes-patch-strategy': patchStrategy } : {}),
  }
}

const SCALARS: Record<ScalarKind, Schema> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  boolean: { type: 'boolean' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: {},
  'micro-time': {},
  quantity: {},
  'int-or-string': {},
  any: {},
  object: { type: 'object' },
}

/** Scalars that are types of their own in the documents. */
const NAMED: Partial<Record<ScalarKind, [type: string, schema: Schema]>> = {
  time: ['meta.v1.Time', { type: 'string', format: 'date-time' }],
  'micro-time': ['meta.v1.MicroTime', { type: 'string', format: 'date-time' }],
  quantity: ['api.resource.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
  'int-or-string': ['util.intstr.IntOrString', { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }],
}

function typeSchema(type: FieldType, schemas: Record<string, Schema>): Schema {
  switch (type.form) {
    case 'struct':
      return { allOf: [{ $ref: `#/components/schemas/${component(type.type, schemas)}` }] }
    case 'list':
      return { type: 'array', items: typeSchema(type.items, schemas) }
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.values, schemas) }
    case 'scalar': {
      const named = NAMED[type.kind]
      if (!named) return unnamed(type.kind, type.go, schemas)
      const name = componentName(named[0])
      schemas[name] ??= named[1]
      return { allOf: [{ $ref: `#/components/schemas/${name}` }] }
    }
  }
}

/** Structs without fields (`v1.FieldsV1`, `runtime.RawExtension`) are components, too. */
function unnamed(kind: ScalarKind, go: string, schemas: Record<string, Schema>): Schema {
  if (kind !== 'any' && kind !== 'object') return SCALARS[kind]
  const type = Object.keys(schemaFile().types).find((name) => name.endsWith(`.${go}`) || name === go)
  if (!type) return SCALARS[kind]
  const name = componentName(type)
  schemas[name] ??= SCALARS[kind]
  return { allOf: [{ $ref: `#/components/schemas/${name}` }] }
}

// ---------------------------------------------------------------- custom resources

function customComponent(server: ApiServer, info: ResourceInfo, schemas: Record<string, Schema>): string {
  const name = `${info.group.split('.').reverse().join('.')}.${info.version}.${info.kind}`
  const schema: Schema = { ...(customSchema(server.view, info) ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) }
  const meta = component('meta.v1.ObjectMeta', schemas)
  schema.properties = {
    ...(schema.properties as object | undefined),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { allOf: [{ $ref: `#/components/schemas/${meta}` }] },
  }
  schema['x-kubernetes-group-version-kind'] = [{ group: info.group, version: info.version, kind: info.kind }]
  schemas[name] = schema
  return name
}
