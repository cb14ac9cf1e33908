// Validation of object metadata, alike for all kinds. Upstream: apimachinery/pkg/api/validation/objectmeta.go.
import type { KubeObject } from '../api/types'
import type { FieldError } from '../errors'
import type { ResourceInfo } from '../schema/resources'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

export function validateMeta(_info: ResourceInfo, object: KubeObject): FieldError[] {
  const { name } = object.metadata
  if (!name) return [{ type: 'Required', field: 'metadata.name', message: 'Required value: name or generateName is required' }]
  if (name.length > 253 || !SUBDOMAIN.test(name)) {
    return [{ type: 'Invalid', field: 'metadata.name', message: `Invalid value: ${JSON.stringify(name)}: ${SUBDOMAIN_RULE}` }]
  }
  return []
}

export function validateMetaUpdate(_info: ResourceInfo, _object: KubeObject, _old: KubeObject): FieldError[] {
  return []
}
