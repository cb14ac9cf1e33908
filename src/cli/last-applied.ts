// The annotation in which kubectl apply keeps what it was last given. Upstream: kubectl/pkg/util/apply.go.
import type { Json, KubeObject, StringMap } from '../api/types'
import { toCompactJson } from '../lib/json-emit'

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The text of the annotation, undefined when there is none. */
export function lastApplied(object: KubeObject): string | undefined {
  const annotations = object.metadata.annotations
  return annotations && Object.hasOwn(annotations, LAST_APPLIED) ? annotations[LAST_APPLIED] : undefined
}

function withAnnotations(object: KubeObject, annotations: StringMap): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** The object as an annotation holds it: without that annotation, compact, a newline at its end. */
export function encodeConfiguration(object: KubeObject): string {
  const { [LAST_APPLIED]: _, ...annotations } = object.metadata.annotations ?? {}
  return `${toCompactJson(withAnnotations(object, annotations))}\n`
}

/** The object with its own configuration as the annotation. */
export function withLastApplied(object: KubeObject, configuration = encodeConfiguration(object)): KubeObject {
  return withAnnotations(object, { ...object.metadata.annotations, [LAST_APPLIED]: configuration })
}

/** --save-config: makes the annotation when asked to, and renews one that is there. */
export function saveConfiguration(object: KubeObject, create: boolean): KubeObject {
  return create || lastApplied(object) ? withLastApplied(object) : object
}

/** Without null fields, at any depth: what a create makes of an applied manifest. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value as Record<string, Json>).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutNulls(field)])) as T
}
