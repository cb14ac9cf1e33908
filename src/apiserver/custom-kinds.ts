// The behaviour of custom resources, as their CustomResourceDefinition states it. Upstream: apiextensions-apiserver/pkg/registry/customresource.
import type { View } from '../api/contracts'
import type { KubeObject } from '../api/types'
import type { Kind } from '../kinds/kind'
import {
  ruleWarnings,
  validateCustomResource,
  validateCustomRules,
  validateCustomStatus,
  validateScale,
} from '../kinds/validation/custom-resource'
import { eachEmbedded } from '../kinds/validation/embedded'
import { applyDefaults, type JsonSchema, prune, pruneNulls } from '../schema/custom'
import { cannotBeHandled, decodeAs, type FieldValidation, strictError } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'

interface Crd extends KubeObject {
  spec: { preserveUnknownFields?: boolean; versions: { name: string; schema?: { openAPIV3Schema?: JsonSchema } }[] }
}

/** The schema of the version that `info` names; undefined when the definition is gone or has none. */
export function customSchema(view: View, info: ResourceInfo): JsonSchema | undefined {
  const crd = view.get<Crd>('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource)
  return crd?.spec.versions.find((v) => v.name === info.version)?.schema?.openAPIV3Schema
}

/** Defaults and validation by the schema; a status that is a part of its own is not taken from who creates. */
export function customKind(view: View, info: ResourceInfo): Kind {
  const schema = customSchema(view, info)
  return {
    resource: info.resource,
    columns: [],
    defaults(object) {
      pruneNulls(object, schema)
      applyDefaults(object, schema)
    },
    prepareForCreate(object) {
      if (info.subresources.includes('status')) delete object.status
    },
    warnings: (object, old) => (old ? ruleWarnings(object, old, schema) : []),
    validate: (object, old) => validateCustomResource(object, schema, old, validateScale(object, info.scale, 'all')),
    validateCreate: (object) => validateCustomRules(object, undefined, schema),
    validateUpdate: (object, old) => validateCustomRules(object, old, schema),
    validateStatusUpdate(object, old) {
      const errors = validateCustomStatus(object, schema, old, validateScale(object, info.scale, 'status'))
      return [...errors, ...validateCustomRules(object, old, schema, errors)]
    },
  }
}

/**
 * A request's body without what its schema does not know, and the warnings of `Warn` validation.
 * Throws ApiError BadRequest for wrong metadata and, under `Strict`, for unknown fields.
 */
export function decodeCustom(
  view: View,
  info: ResourceInfo,
  value: Record<string, unknown>,
  validation: FieldValidation,
): { object: KubeObject; warnings: string[] } {
  const object = structuredClone(value) as KubeObject
  const refuse = (why: string) => cannotBeHandled(object.apiVersion, object.kind, why)
  const metadata = decodeAs({ metadata: object.metadata ?? {} }, 'core.v1.Namespace')
  if (metadata.error) throw refuse(metadata.error)
  object.metadata = metadata.value.metadata as KubeObject['metadata']
  const schema = customSchema(view, info)
  const inner: string[] = []
  eachEmbedded(object, schema, '', (resource, path) => {
    const decoded = decodeAs({ metadata: resource.metadata ?? {} }, 'core.v1.Namespace')
    if (decoded.error || resource.metadata === undefined) return
    inner.push(...decoded.strict.map((text) => text.replace('"metadata', `"${path}.metadata`)))
    resource.metadata = decoded.value.metadata
  })
  const unknown = schema ? prune(object, schema).map((path) => `unknown field "${path}"`) : []
  const strict = [...metadata.strict, ...unknown, ...inner]
  if (strict.length && validation === 'Strict') throw refuse(strictError(strict))
  return { object, warnings: validation === 'Warn' ? strict : [] }
}
