// Validation of claims of devices, of their templates and of classes of devices. Upstream: pkg/apis/resource/validation/validation.go.
import type { KubeObject, StringMap } from '../../api/types'
import type { FieldError } from '../../errors'
import { checkCel } from '../../lib/cel/check'
import { BOOL, type CelType, DYN, mapOf, parseType, STRING, structOf, typeText } from '../../lib/cel/types'
import { isDns1123Label, isDns1123Subdomain, isLabelValue, regexError } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import type { PrepareContext } from '../kind'
import { duplicate, forbiddenField, invalids, invalidValue, notSupported, required, tooLong, tooMany } from './errors'
import { validateAnnotations, validateLabelKey, validateLabels } from './object-meta'

const MOST = 32
const MOST_ALTERNATIVES = 8
const LONGEST_EXPRESSION = 10 * 1024
const LARGEST_PARAMETERS = 10 * 1024
export const TAINT_EFFECTS = ['NoExecute', 'NoSchedule', 'None']

/** What is wrong, and apart from it what upstream declares with the fields and asks last. */
export class Findings {
  readonly errors: FieldError[] = []
  readonly declared: FieldError[] = []

  all(): FieldError[] {
    return [...this.errors, ...this.declared]
  }
}

export function text(value: unknown): string {
  return String(value ?? '')
}

const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'

function isCIdentifier(name: string): string[] {
  if (new RegExp(`^${C_IDENTIFIER}$`).test(name)) return []
  const what = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'"
  return [regexError(what, C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')]
}

export function validateDriver(name: string, field: string): FieldError[] {
  if (!name) return [required(field)]
  const errors = name.length > 63 ? [tooLong(field, 63)] : []
  return [...errors, ...invalids(field, name, isDns1123Subdomain(name))]
}

/** A name of a driver's own, or of another one: `domain/name`. */
export function validateQualifiedName(name: string, field: string): FieldError[] {
  const [domain, own, ...more] = name.split('/')
  if (own === undefined) return invalids(field, domain, isCIdentifier(domain))
  if (more.length) return []
  return [
    ...(domain ? validateDriver(domain, field) : [invalidValue(field, '', 'the domain must not be empty')]),
    ...(own ? invalids(field, own, isCIdentifier(own)) : [invalidValue(field, '', 'the name must not be empty')]),
  ]
}

function validateFullName(name: string, field: string): FieldError[] {
  if (name.includes('/')) return validateQualifiedName(name, field)
  const why = 'a fully qualified name must be a domain and a name separated by a slash'
  return [...validateQualifiedName(name, field), invalidValue(field, name, why)]
}

/** A list that is not too long, whose members are then looked into. */
export function each(list: Fields[], most: number, field: string, check: (item: Fields, at: string) => FieldError[]): FieldError[] {
  if (list.length > most) return [tooMany(field, list.length, most)]
  return list.flatMap((item, i) => check(item, `${field}[${i}]`))
}

// ---------------------------------------------------------------- expressions

/** A device as its driver describes it. */
const DEVICE: ReadonlyMap<string, CelType> = new Map([
  [
    'device',
    structOf(
      'kubernetes.DRADevice',
      new Map([
        ['driver', STRING],
        ['attributes', mapOf(STRING, mapOf(STRING, DYN))],
        ['capacity', mapOf(STRING, mapOf(STRING, parseType('kubernetes.Quantity')))],
        ['allowMultipleAllocations', BOOL],
      ]),
    ),
  ],
])

function validateExpression(expression: string, field: string): FieldError[] {
  if (Buffer.byteLength(expression) > LONGEST_EXPRESSION) return [tooLong(field, LONGEST_EXPRESSION)]
  const checked = checkCel(expression, DEVICE)
  if (typeof checked === 'string') return [invalidValue(field, expression, `compilation failed: ${checked}`)]
  const type = typeText(checked.type)
  if (type === 'bool' || type === 'dyn') return []
  return [invalidValue(field, expression, `must evaluate to bool or the unknown type, not ${type}`)]
}

function validateSelectors(selectors: Fields[], field: string): FieldError[] {
  return each(selectors, MOST, field, (selector, at) => {
    const cel = fieldsOf(selector.cel)
    return cel ? validateExpression(text(cel.expression), `${at}.cel.expression`) : [required(`${at}.cel`)]
  })
}

// ---------------------------------------------------------------- requests

function validateMode(request: Fields, path: string): FieldError[] {
  const { allocationMode: mode, count = 0 } = request
  if (mode === 'All') {
    return count ? [invalidValue(`${path}.count`, count, "must not be specified when allocationMode is 'All'")] : []
  }
  if (mode === 'ExactCount') return Number(count) > 0 ? [] : [invalidValue(`${path}.count`, count, 'must be greater than zero')]
  return [notSupported(`${path}.allocationMode`, mode ?? '', ['All', 'ExactCount'])]
}

function validateToleration(toleration: Fields, path: string, found: Findings): FieldError[] {
  const { key, operator, effect } = toleration
  const value = text(toleration.value)
  const errors: FieldError[] = []
  if (key) found.declared.push(...validateLabelKey(text(key), `${path}.key`))
  if (operator === 'Exists') {
    if (value) errors.push(invalidValue(`${path}.value`, value, 'must be empty for operator `Exists`'))
  } else if (operator === 'Equal') errors.push(...invalids(`${path}.value`, value, isLabelValue(value)))
  else if (!operator) found.declared.push(required(`${path}.operator`))
  else found.declared.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']))
  if (effect && !TAINT_EFFECTS.includes(text(effect))) found.declared.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS))
  return errors
}

/** `exactly` of a request, or one of its alternatives. */
function validateExact(request: Fields, path: string, found: Findings): FieldError[] {
  const name = text(request.deviceClassName)
  return [
    ...(name ? invalids(`${path}.deviceClassName`, name, isDns1123Subdomain(name)) : [required(`${path}.deviceClassName`)]),
    ...validateSelectors(listOf(request.selectors), `${path}.selectors`),
    ...validateMode(request, path),
    ...each(listOf(request.tolerations), 16, `${path}.tolerations`, (item, at) => validateToleration(item, at, found)),
  ]
}

/** Members that are named twice, shown as they are written; the keys in the order of Go's struct. */
function twins(list: Fields[], field: string, keys: string[]): FieldError[] {
  return list.flatMap((item, i) => {
    if (!list.slice(0, i).some((other) => other.name === item.name)) return []
    return [{ ...duplicate(`${field}[${i}]`, ''), message: `Duplicate value: ${JSON.stringify(inOrder(item, keys))}` }]
  })
}

const EXACT_KEYS = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity']

function inOrder(item: Fields, keys: string[]): Fields {
  const own = keys.filter((key) => item[key] !== undefined)
  return Object.fromEntries(own.map((key) => [key, key === 'exactly' ? inOrder(item[key] as Fields, EXACT_KEYS) : item[key]]))
}

function validateRequest(request: Fields, path: string, found: Findings): FieldError[] {
  const name = text(request.name)
  const errors = invalids(`${path}.name`, name, isDns1123Label(name))
  const alternatives = listOf(request.firstAvailable)
  const exact = fieldsOf(request.exactly)
  const one = 'exactly one of `exactly` or `firstAvailable` is required'
  if (alternatives.length && exact) return [...errors, invalidValue(path, null, `${one}, but multiple fields are set`)]
  if (exact) return [...errors, ...validateExact(exact, `${path}.exactly`, found)]
  if (!alternatives.length) return [...errors, required(path, one)]
  const field = `${path}.firstAvailable`
  errors.push(
    ...each(alternatives, MOST_ALTERNATIVES, field, (item, at) => [
      ...invalids(`${at}.name`, text(item.name), isDns1123Label(text(item.name))),
      ...validateExact(item, at, found),
    ]),
  )
  found.declared.push(...twins(alternatives, field, ['name', ...EXACT_KEYS]))
  return errors
}

// ---------------------------------------------------------------- claims

/** The requests of a claim, and `request/alternative`. */
function requestNames(requests: Fields[]): Set<string> {
  return new Set(
    requests.flatMap((request) => [
      text(request.name),
      ...listOf(request.firstAvailable).map((item) => `${text(request.name)}/${text(item.name)}`),
    ]),
  )
}

function validateReferences(value: unknown, field: string, known: Set<string>, found: Findings): FieldError[] {
  const names = (Array.isArray(value) ? value : []) as string[]
  if (names.length > MOST) return [tooMany(field, names.length, MOST)]
  const must = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
  return names.flatMap((name, i) => {
    const at = `${field}[${i}]`
    if (names.indexOf(name) < i) found.declared.push(duplicate(at, name))
    const segments = name.split('/')
    if (segments.length > 2) return [invalidValue(at, name, must)]
    const errors = segments.flatMap((segment) => invalids(at, segment, isDns1123Label(segment)))
    return known.has(name) ? errors : [...errors, invalidValue(at, name, must)]
  })
}

function validateConstraint(constraint: Fields, path: string, known: Set<string>, found: Findings): FieldError[] {
  const errors = validateReferences(constraint.requests, `${path}.requests`, known, found)
  const { matchAttribute: match, distinctAttribute: distinct } = constraint
  if (match !== undefined) return [...errors, ...validateFullName(text(match), `${path}.matchAttribute`)]
  if (distinct !== undefined) return [...errors, ...validateFullName(text(distinct), `${path}.distinctAttribute`)]
  // In the words of upstream, though none is set.
  const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
  return [...errors, required(path, why)]
}

function validateConfig(config: Fields, path: string, found: Findings): FieldError[] {
  const opaque = fieldsOf(config.opaque)
  if (!opaque) return [required(`${path}.opaque`)]
  const driver = text(opaque.driver)
  const [field, parameters] = [`${path}.opaque.parameters`, opaque.parameters]
  found.declared.push(...validateDriver(driver.toLowerCase(), `${path}.opaque.driver`).map((error) => caseless(error, driver)))
  if (parameters === undefined || parameters === null) return [required(field)]
  if (Buffer.byteLength(JSON.stringify(parameters)) > LARGEST_PARAMETERS) return [tooLong(field, LARGEST_PARAMETERS)]
  return fieldsOf(parameters) ? [] : [invalidValue(field, '<value omitted>', 'must be a valid JSON object')]
}

/** The words of a rule that does not look at case. */
function caseless(error: FieldError, value: string): FieldError {
  if (error.type !== 'Invalid') return error
  const words = isDns1123Subdomain(value.toLowerCase()).join(';')
  const why = words
    .replace('a lowercase RFC', 'an RFC')
    .replace('lower case alphanumeric', 'alphanumeric')
    .replace("'example.com'", "'Example.com'")
  return invalidValue(error.field, value, why)
}

function validateClaimSpec(spec: Fields, path: string): FieldError[] {
  const devices = fieldsOf(spec.devices) ?? {}
  const here = `${path}.devices`
  const found = new Findings()
  const requests = listOf(devices.requests)
  const known = requestNames(requests)
  found.errors.push(
    ...each(requests, MOST, `${here}.requests`, (request, at) => validateRequest(request, at, found)),
    ...each(listOf(devices.constraints), MOST, `${here}.constraints`, (item, at) => validateConstraint(item, at, known, found)),
    ...each(listOf(devices.config), MOST, `${here}.config`, (item, at) => [
      ...validateReferences(item.requests, `${at}.requests`, known, found),
      ...validateConfig(item, at, found),
    ]),
  )
  if (requests.length <= MOST) found.declared.push(...twins(requests, `${here}.requests`, ['name', 'exactly', 'firstAvailable']))
  return found.all()
}

const ADMIN = 'resource.kubernetes.io/admin-access'

/** Who may go past the owners of devices is said by a label of the namespace. Upstream: pkg/registry/resource/utils.go AuthorizedForAdmin. */
export function validateAdminAccess(spec: unknown, namespace: string | undefined, context: PrepareContext | undefined): FieldError[] {
  const requests = listOf(fieldsOf(fieldsOf(spec)?.devices)?.requests)
  const asking = requests.flatMap((request, i) => (fieldsOf(request.exactly)?.adminAccess === true ? [i] : []))
  if (!context || !asking.length) return []
  if (context.view.get('namespaces', undefined, namespace ?? '')?.metadata.labels?.[ADMIN] === 'true') return []
  const why = `admin access to devices requires the \`${ADMIN}: true\` label on the containing namespace`
  return asking.map((i) => forbiddenField(`spec.devices.requests[${i}].adminAccess`, why))
}

export function validateResourceClaim({ spec }: KubeObject): FieldError[] {
  return validateClaimSpec(fieldsOf(spec) ?? {}, 'spec')
}

export function validateResourceClaimTemplate({ spec }: KubeObject): FieldError[] {
  const { metadata, spec: inner } = fieldsOf(spec) ?? {}
  const meta = fieldsOf(metadata) ?? {}
  const others = Object.keys(meta).filter((key) => key !== 'labels' && key !== 'annotations' && meta[key] !== undefined)
  return [
    ...validateAnnotations(meta.annotations as StringMap | undefined, 'spec.metadata.annotations'),
    ...validateLabels(meta.labels as StringMap | undefined, 'spec.metadata.labels'),
    ...others.map((key) => forbiddenField(`spec.metadata.${key}`, 'cannot be set')),
    ...validateClaimSpec(fieldsOf(inner) ?? {}, 'spec.spec'),
  ]
}

export function validateDeviceClass({ spec }: KubeObject): FieldError[] {
  const { selectors, config, extendedResourceName: name } = fieldsOf(spec) ?? {}
  const found = new Findings()
  found.errors.push(
    ...validateSelectors(listOf(selectors), 'spec.selectors'),
    ...each(listOf(config), MOST, 'spec.config', (item, at) => validateConfig(item, at, found)),
  )
  const field = 'spec.extendedResourceName'
  if (name !== undefined && !text(name).includes('/')) {
    found.declared.push(invalidValue(field, name, "a name must be a domain-prefixed path, such as 'example.com/my-prop'"))
  } else if (name !== undefined && /(^|\.)kubernetes\.io\//.test(text(name))) {
    found.declared.push(invalidValue(field, name, 'must not have "kubernetes.io/" domain'))
  }
  return found.all()
}
