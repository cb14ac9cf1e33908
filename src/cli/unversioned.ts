// What kubectl leaves out of an object it asks to be created. Upstream: cli-runtime/pkg/resource/helper.go (CreateWithOptions).
import type { KubeObject } from '../api/types'

/** The object without its version, which only an object that exists can have. */
export function unversioned(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  return { ...object, metadata: metadata as KubeObject['metadata'] }
}
