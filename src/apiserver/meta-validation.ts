// Validation of object metadata, alike for all kinds but for the rule of names.
import type { KubeObject } from '../api/types'
import type { FieldError } from '../errors'
import { validateObjectMeta, validateObjectMetaUpdate } from '../kinds/validation/object-meta'
import type { ResourceInfo } from '../schema/resources'

export function validateMeta(info: ResourceInfo, object: KubeObject): FieldError[] {
  return validateObjectMeta(info.resource, info.namespaced, object)
}

export function validateMetaUpdate(_info: ResourceInfo, object: KubeObject, old: KubeObject): FieldError[] {
  return validateObjectMetaUpdate(object, old)
}
