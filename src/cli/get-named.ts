// One object by its name, as kubectl's resource builder gets it. Upstream: cli-runtime/pkg/resource/visitor.go, Info.Get.
import type { KubeObject } from '../api/types'
import type { ApiServer } from '../apiserver/server'
import { ApiError, CommandError } from '../errors'
import type { ResourceInfo } from '../schema/resources'

/** Throws CommandError for no name; ApiError: NotFound, of the namespace where that is not there either. */
export function getNamed<T extends KubeObject>(server: ApiServer, info: ResourceInfo, namespace: string | undefined, name: string): T {
  if (!name) throw new CommandError('resource name may not be empty')
  try {
    return server.get<T>(info, namespace, name)
  } catch (error) {
    const looks = info.namespaced && namespace && namespace !== 'default'
    if (!(error instanceof ApiError) || error.reason !== 'NotFound' || !looks) throw error
    const namespaces = server.discovery.byResource('namespaces')
    try {
      if (namespaces) server.get(namespaces, undefined, namespace)
    } catch (missing) {
      if (missing instanceof ApiError && missing.reason === 'NotFound') throw missing
    }
    throw error
  }
}
