// Validation of object metadata, alike for all kinds but for the rule of names.
import type { KubeObject } from '../api/types'
import type { FieldError } from '../errors'
import { validateFinalizerNames, validateObjectMeta, validateObjectMetaUpdate } from '../kinds/validation/object-meta'
import type { ResourceInfo } from '../schema/resources'

export function validateMeta(info: ResourceInfo, object: KubeObject): FieldError[] {
  return [...validateObjectMeta(info.resource, info.namespaced, object), ...finalizerNames(info, object)]
}

export function validateMetaUpdate(info: ResourceInfo, object: KubeObject, old: KubeObject): FieldError[] {
  return [...validateObjectMetaUpdate(object, old), ...finalizerNames(info, object)]
}

function finalizerNames({ custom }: ResourceInfo, { metadata }: KubeObject): FieldError[] {
  return custom ? [] : validateFinalizerNames(metadata)
}
