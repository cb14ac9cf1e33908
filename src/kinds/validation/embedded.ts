// Resources inside of custom resources: what every object says of itself. Upstream: apiextensions-apiserver/pkg/apiserver/schema/objectmeta.
import type { StringMap } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1035Label } from '../../lib/names'
import type { JsonSchema } from '../../schema/custom'
import { invalidValue, required } from './errors'
import { isPathSegment, validateAnnotations, validateLabels } from './object-meta'

type Fields = Record<string, unknown>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function validateResource({ apiVersion, kind, metadata }: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (apiVersion === undefined) errors.push(required(`${path}.apiVersion`))
  if (kind === undefined) errors.push(required(`${path}.kind`))
  if (apiVersion === '') errors.push(invalidValue(`${path}.apiVersion`, '', 'must not be empty'))
  else if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  }
  if (kind === '') errors.push(invalidValue(`${path}.kind`, '', 'must not be empty'))
  else if (typeof kind === 'string') {
    const complaints = isDns1035Label(kind.toLowerCase())
    const mixed = 'may have mixed case, but should otherwise match: '
    if (complaints.length) errors.push(invalidValue(`${path}.kind`, kind, mixed + complaints.join(',')))
  }
  if (!isFields(metadata)) return errors
  const { name, labels, annotations } = metadata
  const at = `${path}.metadata`
  if (typeof name === 'string') errors.push(...isPathSegment(name).map((why) => invalidValue(`${at}.name`, name, why)))
  errors.push(...validateLabels(labels as StringMap | undefined, `${at}.labels`))
  return [...errors, ...validateAnnotations(annotations as StringMap | undefined, `${at}.annotations`)]
}

/** Calls `visit` for each resource inside of the value, which is none itself. */
export function eachEmbedded(
  value: unknown,
  schema: JsonSchema | undefined,
  path: string,
  visit: (resource: Fields, path: string) => void,
): void {
  if (!schema) return
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) eachEmbedded(item, schema.items, `${path}[${i}]`, visit)
    return
  }
  if (!isFields(value)) return
  if (path && schema['x-kubernetes-embedded-resource']) visit(value, path)
  const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  for (const [key, inner] of Object.entries(value)) {
    const own = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
    const step = path ? `${path}.${key}` : key
    if (own) eachEmbedded(inner, own, step, visit)
    else eachEmbedded(inner, others, `${path}[${key}]`, visit)
  }
}

export function validateEmbedded(value: Fields, schema: JsonSchema): FieldError[] {
  const errors: FieldError[] = []
  eachEmbedded(value, schema, '', (resource, path) => errors.push(...validateResource(resource, path)))
  return errors
}
