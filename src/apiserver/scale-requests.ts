// The subresource scale: reading and writing the number of replicas alone. Upstream: pkg/registry/apps/deployment/storage ScaleREST.
import type { Json, KubeObject } from '../api/types'
import { conflict, invalid } from '../errors'
import type { ResourceInfo } from '../schema/resources'
import type { RequestOptions } from './options'
import { type PatchType, patchedObject } from './patch'
import { scaleOf, withReplicas } from './scale'
import type { ApiServer } from './server'

/** Writes what a Scale says; answers the Scale as it is then. Throws ApiError Conflict, Invalid, those of an update. */
export function updateScale(
  server: ApiServer,
  info: ResourceInfo,
  object: KubeObject,
  scale: KubeObject,
  options: RequestOptions,
): KubeObject {
  const { resourceVersion, uid } = scale.metadata ?? {}
  const { name } = object.metadata
  if (uid && uid !== object.metadata.uid) {
    throw conflict(info.resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`)
  }
  if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(info.resource, name, 'the object has been modified; please apply your changes to the latest version and try again')
  }
  const replicas = Number((scale.spec as { replicas?: number } | undefined)?.replicas ?? 0)
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`
    throw invalid('Scale', 'autoscaling', name, [{ type: 'Invalid', field: 'spec.replicas', message }])
  }
  return scaleOf(info, server.update(withReplicas(info, object, replicas), { ...options, subresource: 'scale' }))
}

/** The Scale as a resource of its own, of the workload's name. */
export function scaleResource(info: ResourceInfo): ResourceInfo {
  return { ...info, resource: 'scales.autoscaling', group: 'autoscaling', version: 'v1', kind: 'Scale', custom: undefined }
}

/** Patches what the Scale of a stored object says. */
export function patchScale(
  server: ApiServer,
  info: ResourceInfo,
  object: KubeObject,
  type: PatchType,
  patch: Json,
  options: RequestOptions,
): KubeObject {
  return updateScale(server, info, object, patchedObject(scaleResource(info), scaleOf(info, object), type, patch), options)
}
