// A manifest's value becomes an object of a known kind, or kubectl's and the server's refusals.
import type { KubeObject } from '../api/types'
import { ApiError, CommandError, PlainFailure } from '../errors'
import { toStored } from '../schema/conversion'
import { decodeObject as decodeBuiltin, type FieldValidation } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'
import { decodeCustom } from './custom-kinds'
import type { ApiServer } from './server'

export interface Decoded {
  info: ResourceInfo
  object: KubeObject
}

/** What is said of an item of a list that does not say what it is. Upstream: unstructuredObjectTyper.ObjectKinds. */
function untyped(apiVersion: string, kind: string): string | undefined {
  if (apiVersion && kind) return undefined
  const why = kind ? "'apiVersion' is missing in 'object has no apiVersion field'" : "'Kind' is missing in 'object has no kind field '"
  return `unable to get type info from the object "*unstructured.Unstructured": Object ${why}`
}

/** The resource of a document's kind. Throws CommandError when no server has it. Upstream: cli-runtime/pkg/resource/mapper.go. */
export function recognise(server: ApiServer, value: Record<string, unknown>, source: string, inList: boolean): ResourceInfo {
  const { apiVersion = '', kind = '' } = value as { apiVersion?: string; kind?: string }
  const metadata = (value.metadata ?? {}) as { name?: string; namespace?: string }
  const info = server.discovery.byKind(apiVersion, kind)
  if (info) return info
  // The core group has no name, and so is found without one; it is its version that is then asked for in vain.
  const core = apiVersion === '' && !inList ? server.discovery.byKind('v1', kind) : undefined
  if (core) return { ...core, version: '' }
  const missing = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`
  // An aggregate of one error, upstream, which is printed without its `error: `.
  if (inList) throw new PlainFailure(untyped(apiVersion, kind) ?? `unable to recognize ${missing}`)
  throw new CommandError(
    `resource mapping not found for name: ${JSON.stringify(metadata.name ?? '')} namespace: ${JSON.stringify(metadata.namespace ?? '')} from ${JSON.stringify(source)}: ${missing}\nensure CRDs are installed first`,
  )
}

/** The refusal of a request for a version that is none: no path leads anywhere. */
export function versionless(method: string, info: ResourceInfo, name?: string): ApiError {
  return new ApiError('NotFound', `the server could not find the requested resource (${method} ${info.plural}${name ? ` ${name}` : ''})`)
}

/** Reads the fields by the kind's schema. Throws ApiError BadRequest for wrong types and, when strict, unknown fields. */
export function decodeObject(
  server: ApiServer,
  info: ResourceInfo,
  value: Record<string, unknown>,
  validation: FieldValidation = 'Strict',
): KubeObject {
  if (!info.version) throw versionless('post', info)
  const { object, warnings } = info.custom ? decodeCustom(server.view, info, value, validation) : decodeBuiltin(value, validation)
  server.warnings.push(...warnings)
  return toStored(object)
}

/** Namespace rules of `-n` against the manifest's own. Throws CommandError when both are given and differ. */
export function placeInNamespace(info: ResourceInfo, object: KubeObject, namespace: string, given: boolean): KubeObject {
  if (!info.namespaced) return object
  const own = object.metadata.namespace
  requireNamespace(own, namespace, given)
  return own ? object : { ...object, metadata: { ...object.metadata, namespace } }
}

/** Throws CommandError for what a file puts elsewhere than --namespace. Upstream: cli-runtime/pkg/resource/visitor.go RequireNamespace. */
export function requireNamespace(own: string | undefined, namespace: string, given: boolean): void {
  if (!own || !given || own === namespace) return
  throw new CommandError(
    `the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(namespace)}. You must pass '--namespace=${own}' to perform this operation.`,
  )
}
