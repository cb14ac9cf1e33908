// What the API server says of an object before it is stored: decoded, defaulted, validated. Shared by the tests of validation.
import type { KubeObject } from '../../src/api/types'
import type { FieldError } from '../../src/errors'
import { kindOf } from '../../src/kinds'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../src/kinds/validation/object-meta'
import { decodeObject } from '../../src/schema/decode'
import { builtinResources } from '../../src/schema/resources'
import { parseYaml } from '../../src/schema/yaml'

function lines(errors: FieldError[]): string[] {
  return [...new Set(errors.map((e) => `${e.field}: ${e.message}`))]
}

function infoOf({ apiVersion, kind }: KubeObject) {
  const info = builtinResources().find((r) => r.kind === kind && [r.group, r.version].filter(Boolean).join('/') === apiVersion)
  if (!info) throw new Error(`no kind ${kind}`)
  return info
}

/** The object of a YAML text as it is after defaulting. */
export function defaulted(text: string): KubeObject {
  const { object } = decodeObject(parseYaml(text) as Record<string, unknown>, 'Strict')
  kindOf(infoOf(object).resource)?.defaults?.(object)
  return object
}

/** `field: message` of everything that is wrong with a new object. */
export function refusals(text: string): string[] {
  const object = defaulted(text)
  object.metadata.namespace = infoOf(object).namespaced ? 'default' : undefined
  const info = infoOf(object)
  const kind = kindOf(info.resource)
  return lines([
    ...validateObjectMeta(info.resource, info.namespaced, object),
    ...(kind?.validate?.(object) ?? []),
    ...(kind?.validateCreate?.(object) ?? []),
  ])
}

/** `field: message` of what an update may not do. */
export function updateRefusals(before: string, after: string): string[] {
  const [old, object] = [defaulted(before), defaulted(after)]
  const kind = kindOf(infoOf(object).resource)
  return lines([
    ...validateObjectMetaUpdate(object, old),
    ...(kind?.validate?.(object, old) ?? []),
    ...(kind?.validateUpdate?.(object, old) ?? []),
  ])
}

export function warnings(text: string): string[] {
  const object = defaulted(text)
  return kindOf(infoOf(object).resource)?.warnings?.(object) ?? []
}
