// Validation of CustomResourceDefinitions. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go and schema/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1035Label, isDns1123Subdomain } from '../../lib/names'
import type { JsonSchema } from '../../schema/custom'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { validateRootSchema } from './crd-schema'
import { forbiddenField, immutable, invalidValue, notSupported, required } from './errors'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

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

// ---------------------------------------------------------------- the definition

function validateVersion(version: Fields, path: string): FieldError[] {
  const name = String(version.name ?? '')
  const errors: FieldError[] = []
  const complaints = isDns1035Label(name)
  if (complaints.length) errors.push(invalidValue(`${path}.name`, name, complaints.join(',')))
  const schema = fieldsOf(fieldsOf(version.schema)?.openAPIV3Schema) as JsonSchema | undefined
  if (schema) errors.push(...validateRootSchema(schema, `${path}.schema.openAPIV3Schema`))
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
    if (!fieldsOf(version.schema)?.openAPIV3Schema)
      errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'))
  }
  for (const [i, version] of versions.entries()) errors.push(...validateVersion(version, `spec.versions[${i}]`))
  const unique = new Set(versions.map((v) => v.name)).size === versions.length
  const shown = spec.versions ?? null
  if (!unique) errors.push(invalidValue('spec.versions', shown, 'must contain unique version names'))
  if (versions.filter((v) => v.storage === true).length !== 1) {
    errors.push(invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version'))
  }
  return [...errors, ...validateNames(names), ...validateConversion(fieldsOf(spec.conversion)), ...validateApproval(crd, group)]
}

const APPROVED = 'api-approved.kubernetes.io'

/** The community's groups are asked who approved the API. Upstream: apiextensions-apiserver/pkg/apihelpers (GetAPIApprovalState). */
function validateApproval(crd: KubeObject, group: string): FieldError[] {
  if (!isProtectedGroup(group)) return []
  const field = `metadata.annotations[${APPROVED}]`
  const must = `protected groups must have approval annotation "${APPROVED}"`
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const value = crd.metadata.annotations?.[APPROVED] ?? ''
  if (!value) return [required(field, `${must}, ${see}`)]
  if (value.startsWith('unapproved') || isUrl(value)) return []
  return [invalidValue(field, value, `${must} with either a URL or a reason starting with "unapproved", ${see}`)]
}

export function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group)
}

function isUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).host !== ''
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
