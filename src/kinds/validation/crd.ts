// Validation of CustomResourceDefinitions. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go and schema/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { CelSyntaxError, parseCel } from '../../lib/cel/parse'
import { goRegExp } from '../../lib/go-regexp'
import { isDns1035Label, isDns1123Subdomain } from '../../lib/names'
import type { JsonSchema } from '../../schema/custom'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, immutable, invalidValue, notSupported, required } from './errors'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const SCHEMA_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']

function labelOr(field: string, value: string, prefix = ''): FieldError[] {
  const complaints = value ? isDns1035Label(prefix ? value.toLowerCase() : value) : []
  return complaints.length ? [invalidValue(field, value, prefix + complaints.join(','))] : []
}

function validateNames(names: Fields): FieldError[] {
  const path = 'spec.names'
  const mixed = 'may have mixed case, but should otherwise match: '
  const text = (key: string) => String(names[key] ?? '')
  const errors = ['plural', 'singular', 'kind', 'listKind'].filter((key) => !names[key]).map((key) => required(`${path}.${key}`))
  errors.push(...labelOr(`${path}.plural`, text('plural')), ...labelOr(`${path}.singular`, text('singular')))
  errors.push(...labelOr(`${path}.kind`, text('kind'), mixed), ...labelOr(`${path}.listKind`, text('listKind'), mixed))
  for (const [i, name] of ((names.shortNames ?? []) as string[]).entries()) errors.push(...labelOr(`${path}.shortNames[${i}]`, name))
  if (names.kind && names.kind === names.listKind) {
    errors.push(invalidValue(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'))
  }
  for (const [i, name] of ((names.categories ?? []) as string[]).entries()) errors.push(...labelOr(`${path}.categories[${i}]`, name))
  return errors
}

function validateJsonPath(path: string, field: string): FieldError[] {
  return path.startsWith('.') ? [] : [invalidValue(field, path, 'must be a simple json path starting with .')]
}

function validateColumn(column: Fields, path: string): FieldError[] {
  const errors = column.name ? [] : [required(`${path}.name`)]
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  if (!column.type) errors.push(required(`${path}.type`, types))
  else if (!COLUMN_TYPES.includes(String(column.type))) errors.push(invalidValue(`${path}.type`, column.type, types))
  if (column.format && !COLUMN_FORMATS.includes(String(column.format))) {
    errors.push(invalidValue(`${path}.format`, column.format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  }
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`))
  else errors.push(...validateJsonPath(String(column.jsonPath), `${path}.JSONPath`))
  return errors
}

function validateScale(scale: Fields | undefined, path: string): FieldError[] {
  if (!scale) return []
  return (
    [
      ['specReplicasPath', '.spec'],
      ['statusReplicasPath', '.status'],
    ] as const
  ).flatMap(([key, root]) => {
    const field = `${path}.scale.${key}`
    const text = String(scale[key] ?? '')
    if (!text) return [required(field)]
    const errors = validateJsonPath(text, field)
    if (!errors.length && !text.startsWith(`${root}.`)) errors.push(invalidValue(field, text, `should be a json path under ${root}`))
    return errors
  })
}

// ---------------------------------------------------------------- schemas

type Level = 'root' | 'item' | 'field'
const UNTYPED: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

function validateStructure(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'))
  if (schema.items) errors.push(...validateStructure(schema.items, 'item', `${path}.items`))
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateStructure(property, 'field', `${path}.properties[${key}]`))
  }
  const others = schema.additionalProperties
  if (others !== undefined && level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'))
  if (typeof others === 'object') errors.push(...validateStructure(others, 'field', `${path}.additionalProperties`))
  if (schema.pattern !== undefined) errors.push(...validatePattern(schema.pattern, `${path}.pattern`))
  const free = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  if (!schema.type && !free) errors.push(required(`${path}.type`, UNTYPED[level]))
  if (level === 'root' && schema.type && schema.type !== 'object') {
    errors.push(invalidValue(`${path}.type`, schema.type, 'must be object at the root'))
  }
  return errors
}

function validatePattern(pattern: string, field: string): FieldError[] {
  try {
    goRegExp(pattern)
    return []
  } catch (error) {
    return [invalidValue(field, pattern, `must be a valid regular expression, but isn't: ${(error as Error).message}`)]
  }
}

function validateSchema(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { type } = schema
  if (type && !SCHEMA_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, SCHEMA_TYPES))
  for (const key of ['definitions', 'dependencies', 'patternProperties', 'additionalItems', '$ref', 'id'] as const) {
    if (schema[key] !== undefined) errors.push(forbiddenField(`${path}.${key}`, `${key} is not supported`))
  }
  if (type === 'null') errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (schema.uniqueItems) {
    errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  }
  const others = schema.additionalProperties
  if (typeof others === 'object' || others === false) {
    if (Object.keys(schema.properties ?? {}).length) {
      errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'))
    }
    if (typeof others === 'object') errors.push(...validateSchema(others, `${path}.additionalProperties`))
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateSchema(property, `${path}.properties[${key}]`))
  }
  if (schema.items) errors.push(...validateSchema(schema.items, `${path}.items`))
  return [...errors, ...validateListType(schema, path), ...validateRuleTexts(schema, `${path}.x-kubernetes-validations`)]
}

/** Rules are to be expressions. Their types are not checked here. */
function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) => {
    const text = rule.rule ?? ''
    if (!text.trim()) return [required(`${path}[${i}].rule`, 'rule is not specified')]
    try {
      parseCel(text)
      return []
    } catch (error) {
      if (!(error instanceof CelSyntaxError)) throw error
      const lines = text.slice(0, error.offset).split('\n')
      const column = lines[lines.length - 1].length
      const shown = text.split('\n')[lines.length - 1]
      const why = `compilation failed: ERROR: <input>:${lines.length}:${column + 1}: ${error.message}\n | ${shown}\n | ${'.'.repeat(column)}^`
      return [invalidValue(`${path}[${i}].rule`, text, why)]
    }
  })
}

function validateListType(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const kind = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (kind === undefined) {
    if (keys.length) errors.push(required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'))
    return errors
  }
  const needed = 'must be array if x-kubernetes-list-type is specified'
  if (!schema.type) errors.push(required(`${path}.type`, needed))
  else if (schema.type !== 'array') errors.push(invalidValue(`${path}.type`, schema.type, needed))
  if (!['atomic', 'set', 'map'].includes(kind)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'set', 'map']))
  if (kind !== 'map') return errors
  if (!keys.length) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  const { items } = schema
  if (!items) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
  else if (items.type !== 'object') {
    errors.push(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"))
  } else {
    for (const key of keys) {
      const property = items.properties?.[key]
      if (!property) errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
      else if (!items.required?.includes(key) && property.default === undefined) {
        const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
        errors.push(required(`${path}.items.properties[${key}].default`, why))
      }
    }
  }
  return errors
}

// ---------------------------------------------------------------- the definition

function validateVersion(version: Fields, path: string): FieldError[] {
  const name = String(version.name ?? '')
  const errors: FieldError[] = []
  const complaints = isDns1035Label(name)
  if (complaints.length) errors.push(invalidValue(`${path}.name`, name, complaints.join(',')))
  const schema = fieldsOf(fieldsOf(version.schema)?.openAPIV3Schema) as JsonSchema | undefined
  if (schema) {
    const here = `${path}.schema.openAPIV3Schema`
    if (schema.nullable) errors.push(forbiddenField(`${here}.nullable`, 'nullable cannot be true at the root'))
    const structural = validateStructure(schema, 'root', here)
    structural.sort((a, b) => (`${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1))
    errors.push(...structural, ...validateSchema(schema, here))
  }
  errors.push(...validateScale(fieldsOf(fieldsOf(version.subresources)?.scale), `${path}.subresources`))
  for (const [i, column] of listOf(version.additionalPrinterColumns).entries()) {
    errors.push(...validateColumn(column, `${path}.additionalPrinterColumns[${i}]`))
  }
  return errors
}

export function validateCustomResourceDefinition(crd: KubeObject): FieldError[] {
  const spec = fieldsOf(crd.spec) ?? {}
  const names = fieldsOf(spec.names) ?? {}
  const group = String(spec.group ?? '')
  const versions = listOf(spec.versions)
  const errors: FieldError[] = []
  if (crd.metadata.name !== `${names.plural ?? ''}.${group}`) {
    errors.push(invalidValue('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group'))
  }
  const complaints = group ? isDns1123Subdomain(group) : []
  if (!group) errors.push(required('spec.group'))
  else if (complaints.length) errors.push(invalidValue('spec.group', group, complaints.join(',')))
  else if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
  const scope = String(spec.scope ?? '')
  if (!scope) errors.push(required('spec.scope'))
  else if (scope !== 'Cluster' && scope !== 'Namespaced') errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']))
  for (const [i, version] of versions.entries()) {
    if (!fieldsOf(version.schema)?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`))
  }
  for (const [i, version] of versions.entries()) errors.push(...validateVersion(version, `spec.versions[${i}]`))
  const unique = new Set(versions.map((v) => v.name)).size === versions.length
  if (!unique) errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'))
  if (versions.filter((v) => v.storage === true).length !== 1) {
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'))
  }
  return [...errors, ...validateNames(names), ...validateConversion(fieldsOf(spec.conversion))]
}

function validateConversion(conversion: Fields | undefined): FieldError[] {
  if (!conversion) return []
  const strategy = String(conversion.strategy ?? '')
  if (!strategy) return [required('spec.conversion.strategy')]
  if (strategy !== 'None' && strategy !== 'Webhook') return [notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])]
  const webhook = fieldsOf(conversion.webhook)
  if (strategy === 'Webhook' && !fieldsOf(webhook?.clientConfig)) {
    return [required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')]
  }
  if (strategy === 'None' && webhook) {
    return [forbiddenField('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook')]
  }
  return []
}

export function validateCustomResourceDefinitionUpdate(crd: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(crd.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const name = (s: Fields, key: string) => fieldsOf(s.names)?.[key]
  const conditions = listOf(fieldsOf(old.status)?.conditions)
  const errors: FieldError[] = []
  if (conditions.some((c) => c.type === 'Established' && c.status === 'True')) {
    errors.push(...immutable('spec.scope', spec.scope, before.scope))
    errors.push(...immutable('spec.names.kind', name(spec, 'kind'), name(before, 'kind')))
  }
  errors.push(...immutable('spec.group', spec.group, before.group))
  return [...errors, ...immutable('spec.names.plural', name(spec, 'plural'), name(before, 'plural'))]
}
