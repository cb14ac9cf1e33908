// Validation of CustomResourceDefinitions. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go and schema/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1035Label, isDns1123Subdomain } from '../../lib/names'
import type { JsonSchema } from '../../schema/custom'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { schemaAt, validateRootSchema } from './crd-schema'
import { duplicate, forbiddenField, immutable, invalidValue, notSupported, required, same, tooMany } from './errors'

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

function validateSubresources(subresources: Fields | undefined, path: string): FieldError[] {
  const scale = fieldsOf(subresources?.scale)
  if (!scale) return []
  const check = (key: string, roots: string[], where: string, needed: boolean) => {
    const field = `${path}.scale.${key}`
    const text = String(scale[key] ?? '')
    if (!text) return needed ? [required(field)] : []
    const errors = validateJsonPath(text, field)
    if (errors.length || roots.some((root) => text.startsWith(root))) return errors
    return [invalidValue(field, text, `should be a json path under ${where}`)]
  }
  return [
    ...check('specReplicasPath', ['.spec.'], '.spec', true),
    ...check('statusReplicasPath', ['.status.'], '.status', true),
    ...check('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status', false),
  ]
}

const MOST_SELECTABLE_FIELDS = 8

function validateSelectableFields(fields: Fields[], schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, { jsonPath }] of fields.entries()) {
    const field = `${path}[${i}].jsonPath`
    const text = String(jsonPath ?? '')
    if (!text) {
      errors.push(required(field))
      continue
    }
    const found = schemaAt(text, schema, false)
    if (typeof found === 'string') {
      errors.push(invalidValue(field, text, `is an invalid path: ${found}`))
      continue
    }
    if (text.startsWith('.metadata.')) errors.push(invalidValue(field, text, 'must not point to fields in metadata'))
    if (!['string', 'boolean', 'integer'].includes(found.type ?? '')) {
      const must = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      errors.push(invalidValue(field, text, must))
    }
    if (seen.has(text)) errors.push(duplicate(field, text))
    seen.add(text)
  }
  if (seen.size > MOST_SELECTABLE_FIELDS) errors.push(tooMany(path, seen.size, MOST_SELECTABLE_FIELDS))
  return errors
}

// ---------------------------------------------------------------- the definition

/** What can be said of each version, or, when all versions say the same of it, of the definition as a whole. */
interface Shape {
  schema?: JsonSchema
  subresources?: Fields
  columns: Fields[]
  selectableFields: Fields[]
}

const PARTS = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const
type Part = (typeof PARTS)[number]

function schemaOf(version: Fields): JsonSchema | undefined {
  return fieldsOf(fieldsOf(version.schema)?.openAPIV3Schema) as JsonSchema | undefined
}

/** The server's own type holds what all versions have in common above them. Upstream: apiextensions/v1/conversion.go. */
function commonParts(versions: Fields[]): Set<Part> {
  return new Set(PARTS.filter((part) => versions.every((version) => same(version[part], versions[0][part]))))
}

function shapeOf(version: Fields, has: (part: Part) => boolean): Shape {
  return {
    schema: has('schema') ? schemaOf(version) : undefined,
    subresources: has('subresources') ? fieldsOf(version.subresources) : undefined,
    columns: has('additionalPrinterColumns') ? listOf(version.additionalPrinterColumns) : [],
    selectableFields: has('selectableFields') ? listOf(version.selectableFields) : [],
  }
}

/** `schema`: where the schema stands in the server's own type; `before`: what it was. */
function validateShape(
  shape: Shape,
  path: string,
  schema: string,
  whole: JsonSchema | undefined,
  before: JsonSchema | undefined,
): FieldError[] {
  const isOld = before !== undefined && same(before, shape.schema)
  const errors = shape.schema ? validateRootSchema(shape.schema, `${path}.${schema}.openAPIV3Schema`, isOld) : []
  errors.push(...validateSubresources(shape.subresources, `${path}.subresources`))
  for (const [i, column] of shape.columns.entries()) errors.push(...validateColumn(column, `${path}.additionalPrinterColumns[${i}]`))
  if (whole) errors.push(...validateSelectableFields(shape.selectableFields, whole, `${path}.selectableFields`))
  return errors
}

function validateDeprecation(version: Fields, path: string): FieldError[] {
  const { deprecated, deprecationWarning: text } = version
  if (typeof text !== 'string') return []
  const refuse = (why: string) => invalidValue(`${path}.deprecationWarning`, text, why)
  if (deprecated !== true) return [refuse('can only be set for deprecated versions')]
  const errors = text.length > 256 ? [refuse('must be <= 256 characters long')] : []
  return text ? errors : [...errors, refuse('must not be an empty string')]
}

/** As the server's own type prints, by the names of Go's fields. */
function internalVersion(version: Fields, common: Set<Part>): Fields {
  const part = (name: Part) => (common.has(name) ? null : (version[name] ?? null))
  return {
    Name: version.name ?? '',
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: part('schema'),
    Subresources: part('subresources'),
    AdditionalPrinterColumns: part('additionalPrinterColumns'),
    SelectableFields: part('selectableFields'),
  }
}

function schemaBefore(before: Fields[], { name }: Fields): JsonSchema | undefined {
  const version = before.find((each) => each.name === name)
  return version && schemaOf(version)
}

function validateVersions(versions: Fields[], common: Set<Part>, before: Fields[]): FieldError[] {
  const errors: FieldError[] = []
  for (const [i, version] of versions.entries()) {
    const path = `spec.versions[${i}]`
    const name = String(version.name ?? '')
    const complaints = isDns1035Label(name)
    if (complaints.length) errors.push(invalidValue(`${path}.name`, name, complaints.join(',')))
    errors.push(...validateDeprecation(version, path))
    const shape = shapeOf(version, (part) => !common.has(part))
    errors.push(...validateShape(shape, path, 'schema', schemaOf(version), schemaBefore(before, version)))
  }
  const shown = versions.map((version) => internalVersion(version, common))
  if (new Set(versions.map((v) => v.name)).size !== versions.length) {
    errors.push(invalidValue('spec.versions', shown, 'must contain unique version names'))
  }
  if (versions.filter((v) => v.storage === true).length !== 1) {
    errors.push(invalidValue('spec.versions', versions.length ? shown : null, 'must have exactly one version marked as storage version'))
  }
  if (versions.length && isDns1035Label(String(versions[0].name ?? '')).length && versions[0].name) {
    errors.push(invalidValue('spec.version', versions[0].name, isDns1035Label(String(versions[0].name)).join(',')))
  }
  return errors
}

export function validateCustomResourceDefinition(crd: KubeObject, old?: KubeObject): FieldError[] {
  const spec = fieldsOf(crd.spec) ?? {}
  const names = fieldsOf(spec.names) ?? {}
  const group = String(spec.group ?? '')
  const versions = listOf(spec.versions)
  const common = commonParts(versions)
  const before = listOf(fieldsOf(old?.spec)?.versions)
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
    if (!schemaOf(version)) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`))
  }
  errors.push(...validateVersions(versions, common, before), ...validateNames(names))
  if (versions.length) {
    const shape = shapeOf(versions[0], (part) => common.has(part))
    const whole = common.has('schema') ? shape.schema : undefined
    errors.push(...validateShape(shape, 'spec', 'validation', whole, schemaBefore(before, versions[0])))
    if (shape.selectableFields.length && !whole) {
      errors.push(invalidValue('spec.selectableFields', '', 'may only be set when validations.schema is included'))
    }
  }
  errors.push(...validateConversion(fieldsOf(spec.conversion)), ...validateStoredVersions(crd), ...validateApproval(crd, group))
  if (spec.preserveUnknownFields === true) {
    const why = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    errors.push(invalidValue('spec.preserveUnknownFields', true, why))
  }
  return errors
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

const REVIEW_VERSIONS = ['v1', 'v1beta1']

/** The field names are those of the server's own type. */
function validateConversion(conversion: Fields | undefined): FieldError[] {
  if (!conversion) return []
  const strategy = String(conversion.strategy ?? '')
  const errors: FieldError[] = []
  if (!strategy) errors.push(required('spec.conversion.strategy'))
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook']))
  }
  const webhook = fieldsOf(conversion.webhook)
  const client = fieldsOf(webhook?.clientConfig)
  const reviewed = (webhook?.conversionReviewVersions ?? []) as string[]
  const [clientField, reviewField] = ['webhookClientConfig', 'conversionReviewVersions'].map((key) => `spec.conversion.${key}`)
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook'
    if (client) errors.push(forbiddenField(clientField, why))
    return reviewed.length ? [...errors, forbiddenField(reviewField, why)] : errors
  }
  if (!client) errors.push(required(clientField, 'required when strategy is set to Webhook'))
  else if ((client.url === undefined) === (client.service === undefined)) {
    errors.push(required(clientField, 'exactly one of url or service is required'))
  }
  if (!reviewed.length) return [...errors, required(reviewField)]
  for (const [i, version] of reviewed.entries()) {
    if (reviewed.indexOf(version) < i) errors.push(invalidValue(`${reviewField}[${i}]`, version, 'duplicate version'))
    else errors.push(...isDns1035Label(version).map((why) => invalidValue(`${reviewField}[${i}]`, version, why)))
  }
  if (reviewed.some((version) => REVIEW_VERSIONS.includes(version))) return errors
  return [...errors, invalidValue(reviewField, reviewed, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}

/** A version in which objects are stored does not go away. */
function validateStoredVersions(crd: KubeObject): FieldError[] {
  const versions = listOf(fieldsOf(crd.spec)?.versions)
  // The first that objects are stored in now is noted before it is asked for.
  const current = versions.filter(({ storage }) => storage === true).map(({ name }) => String(name))
  const stored = [...new Set([...((fieldsOf(crd.status)?.storedVersions ?? []) as string[]), ...current.slice(0, 1)])]
  if (!stored.length) return [invalidValue('status.storedVersions', null, 'must have at least one stored version')]
  const errors = current
    .filter((name) => !stored.includes(name))
    .map((name) => invalidValue('status.storedVersions', stored, `must have the storage version ${name}`))
  for (const [i, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    errors.push(invalidValue(`status.storedVersions[${i}]`, name, why))
  }
  return errors
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
