// Validation of what is asked at admission: webhooks, policies and their bindings. Upstream: pkg/apis/admissionregistration/validation/validation.go.
import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { checkCel } from '../../lib/cel/check'
import { failingConstant } from '../../lib/cel/constants'
import { declaredText } from '../../lib/cel/types'
import { isDns1035Label, isDns1123Subdomain } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { type Scope, scopeOf, variableScopes, withoutAuthorizer } from './admission-scope'
import { duplicate, forbiddenField, internalError, invalidValue, notSupported, required, tooMany } from './errors'
import { isPathSegment, validateLabelKey, validateSelector } from './object-meta'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : []) as string[]
}

function oneOrNone(field: string, value: unknown, supported: string[]): FieldError[] {
  return value === undefined || supported.includes(String(value)) ? [] : [notSupported(field, value, supported)]
}

/** One of the words, or the complaint that there is none. */
export function oneNeeded(field: string, value: unknown, supported: string[]): FieldError[] {
  return value === undefined ? [required(field)] : oneOrNone(field, value, supported)
}

function alone(field: string, values: string[], others: string): FieldError[] {
  return values.length > 1 && values.includes('*')
    ? [invalidValue(field, values, `if '*' is present, must not specify other ${others}`)]
    : []
}

function validateResources(resources: string[], field: string): FieldError[] {
  const errors = resources.length ? [] : [required(field)]
  const whole = new Set<string>()
  const everywhere = new Set<string>()
  let plain = false
  for (const [i, text] of resources.entries()) {
    const slash = text.indexOf('/')
    if (text === '') errors.push(required(`${field}[${i}]`))
    else if (slash < 0) plain = text !== '*'
    if (slash < 0) continue
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)]
    if (whole.has(resource)) errors.push(invalidValue(`${field}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`))
    if (everywhere.has(part)) errors.push(invalidValue(`${field}[${i}]`, text, `if '*/${part}' is present, must not specify ${text}`))
    if (part === '*') whole.add(resource)
    if (resource === '*') everywhere.add(part)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"))
  }
  if (resources.includes('*') && plain) {
    errors.push(invalidValue(field, resources, "if '*' is present, must not specify other resources without subresources"))
  }
  return errors
}

function validateRule(rule: Fields, field: string): FieldError[] {
  const [operations, groups, versions] = [texts(rule.operations), texts(rule.apiGroups), texts(rule.apiVersions)]
  const errors = operations.length ? [] : [required(`${field}.operations`)]
  errors.push(...alone(`${field}.operations`, operations, 'operations'))
  errors.push(...operations.flatMap((operation, i) => oneOrNone(`${field}.operations[${i}]`, operation, OPERATIONS)))
  if (!groups.length) errors.push(required(`${field}.apiGroups`))
  errors.push(...alone(`${field}.apiGroups`, groups, 'API groups'))
  if (!versions.length) errors.push(required(`${field}.apiVersions`))
  errors.push(...alone(`${field}.apiVersions`, versions, 'API versions'))
  errors.push(...versions.flatMap((version, i) => (version ? [] : [required(`${field}.apiVersions[${i}]`)])))
  errors.push(...validateResources(texts(rule.resources), `${field}.resources`))
  return [...errors, ...oneOrNone(`${field}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced'])]
}

function validateNamedRule(rule: Fields, field: string): FieldError[] {
  const names = texts(rule.resourceNames)
  const errors = names.flatMap((name, i) => {
    const at = `${field}.resourceNames[${i}]`
    const wrong = isPathSegment(name).map((why) => invalidValue(at, name, why))
    return names.indexOf(name) < i ? [...wrong, duplicate(at, name)] : wrong
  })
  return [...errors, ...validateRule(rule, field)]
}

function validateMatchResources(match: Fields | undefined, field: string): FieldError[] {
  if (!match) return []
  const errors = oneNeeded(`${field}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact'])
  for (const key of ['namespaceSelector', 'objectSelector']) {
    const selector = match[key] as LabelSelector | undefined
    errors.push(...(selector ? validateSelector(selector, `${field}.${key}`) : [required(`${field}.${key}`)]))
  }
  for (const key of ['resourceRules', 'excludeResourceRules']) {
    errors.push(...listOf(match[key]).flatMap((rule, i) => validateNamedRule(rule, `${field}.${key}[${i}]`)))
  }
  return errors
}

// ---------------------------------------------------------------- expressions

/** `wanted`: the types that the expression may have, as messages name them. */
export function validateExpression(text: string, field: string, scope: Scope, wanted: string[]): FieldError[] {
  const checked = checkCel(text, scope)
  if (typeof checked === 'string') return [invalidValue(field, text, `compilation failed: ${checked}`)]
  const failed = failingConstant(checked.expr)
  if (failed !== undefined) return [internalError(field, `program instantiation failed: ${failed}`)]
  const type = declaredText(checked.type)
  if (!wanted.length || wanted.includes(type)) return []
  return [invalidValue(field, text, `must evaluate to ${wanted.length > 1 ? `one of [${wanted.join(' ')}]` : wanted[0]} but got ${type}`)]
}

const MOST_CONDITIONS = 64

export function validateMatchConditions(conditions: Fields[], field: string, hasParams: boolean): FieldError[] {
  const errors = conditions.length > MOST_CONDITIONS ? [tooMany(field, conditions.length, MOST_CONDITIONS)] : []
  for (const [i, condition] of conditions.entries()) {
    const [name, expression] = [String(condition.name ?? ''), String(condition.expression ?? '').trim()]
    const at = `${field}[${i}]`
    if (!expression) errors.push(required(`${at}.expression`))
    else errors.push(...validateExpression(expression, `${at}.expression`, scopeOf(hasParams), ['bool']))
    if (!name) errors.push(required(`${at}.name`))
    else errors.push(...validateLabelKey(name, `${at}.name`))
    if (name && conditions.findIndex((other) => other.name === name) < i) errors.push(duplicate(`${at}.name`, name))
  }
  return errors
}

// ---------------------------------------------------------------- webhooks

const REVIEW_VERSIONS = ['v1', 'v1beta1']

function validateReviewVersions(versions: string[], field: string): FieldError[] {
  if (!versions.length) return [required(field, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)]
  const errors = versions.flatMap((version, i) => {
    if (versions.indexOf(version) < i) return [invalidValue(`${field}[${i}]`, version, 'duplicate version')]
    return isDns1035Label(version).map((why) => invalidValue(`${field}[${i}]`, version, why))
  })
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return errors
  return [...errors, invalidValue(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}

const FORM = '; desired format: https://host[/path]'

function validateUrl(text: string, field: string): FieldError[] {
  const [, scheme = '', host = '', query, fragment] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/i.exec(text) ?? []
  const errors: FieldError[] = []
  if (scheme.toLowerCase() !== 'https') errors.push(invalidValue(field, scheme, `'https' is the only allowed URL scheme${FORM}`))
  const at = host.lastIndexOf('@')
  if (host.slice(at + 1) === '') errors.push(invalidValue(field, '', `host must be specified${FORM}`))
  if (at >= 0) errors.push(invalidValue(field, host.slice(0, at), 'user information is not permitted in the URL'))
  if (fragment) errors.push(invalidValue(field, fragment, 'fragments are not permitted in the URL'))
  return query ? [...errors, invalidValue(field, query, 'query parameters are not permitted in the URL')] : errors
}

function validateService({ name, namespace, path, port = 443 }: Fields, field: string): FieldError[] {
  const errors: FieldError[] = []
  // Upstream takes the one for the other.
  if (!namespace) errors.push(required(`${field}.name`))
  if (!name) errors.push(required(`${field}.namespace`))
  if (Number(port) < 1 || Number(port) > 65535) {
    errors.push(invalidValue(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'))
  }
  const text = String(path ?? '')
  if (!text || text === '/') return errors
  const at = `${field}.path`
  if (text === '//') return [...errors, invalidValue(at, text, 'segment[0] may not be empty')]
  if (!text.startsWith('/')) errors.push(invalidValue(at, text, "must start with a '/'"))
  for (const [i, step] of text.slice(1).replace(/\/$/, '').split('/').entries()) {
    const complaints = step ? isDns1123Subdomain(step).map((why) => `segment[${i}]: ${why}`) : [`segment[${i}] may not be empty`]
    errors.push(...complaints.map((why) => invalidValue(at, text, why)))
  }
  return errors
}

function validateQualifiedDomain(name: string, field: string): FieldError[] {
  if (!name) return [required(field)]
  const complaints = isDns1123Subdomain(name)
  if (complaints.length) return [invalidValue(field, name, complaints.join(','))]
  if (name.split('.').length >= 3) return []
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')]
}

function validateWebhook(hook: Fields, field: string): FieldError[] {
  const errors = validateQualifiedDomain(String(hook.name ?? ''), `${field}.name`)
  errors.push(...listOf(hook.rules).flatMap((rule, i) => validateRule(rule, `${field}.rules[${i}]`)))
  errors.push(...oneOrNone(`${field}.failurePolicy`, hook.failurePolicy, ['Fail', 'Ignore']))
  errors.push(...oneOrNone(`${field}.matchPolicy`, hook.matchPolicy, ['Equivalent', 'Exact']))
  const effects = ['None', 'NoneOnDryRun']
  if (!hook.sideEffects) errors.push(required(`${field}.sideEffects`, `must specify one of ${effects.join(', ')}`))
  else errors.push(...oneOrNone(`${field}.sideEffects`, hook.sideEffects, effects))
  const { timeoutSeconds } = hook
  if (timeoutSeconds !== undefined && (Number(timeoutSeconds) < 1 || Number(timeoutSeconds) > 30)) {
    errors.push(invalidValue(`${field}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'))
  }
  for (const key of ['namespaceSelector', 'objectSelector']) {
    if (hook[key]) errors.push(...validateSelector(hook[key] as LabelSelector, `${field}.${key}`))
  }
  errors.push(...oneOrNone(`${field}.reinvocationPolicy`, hook.reinvocationPolicy, ['IfNeeded', 'Never']))
  const { url, service } = fieldsOf(hook.clientConfig) ?? {}
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(`${field}.clientConfig`, 'exactly one of url or service is required'))
  } else if (url !== undefined) errors.push(...validateUrl(String(url), `${field}.clientConfig.url`))
  else errors.push(...validateService(service as Fields, `${field}.clientConfig.service`))
  return [...errors, ...validateMatchConditions(listOf(hook.matchConditions), `${field}.matchConditions`, false)]
}

export function validateWebhookConfiguration(configuration: KubeObject): FieldError[] {
  const hooks = listOf((configuration as KubeObject & { webhooks?: unknown }).webhooks)
  return hooks.flatMap((hook, i) => {
    const field = `webhooks[${i}]`
    const errors = [
      ...validateWebhook(hook, field),
      ...validateReviewVersions(texts(hook.admissionReviewVersions), `${field}.admissionReviewVersions`),
    ]
    const again = hook.name && hooks.findIndex((other) => other.name === hook.name) < i
    return again ? [...errors, duplicate(`${field}.name`, hook.name)] : errors
  })
}

// ---------------------------------------------------------------- policies

function validateParamKind({ apiVersion = '', kind = '' }: Fields, field: string): FieldError[] {
  const [group, version] = String(apiVersion).includes('/') ? String(apiVersion).split('/') : ['', String(apiVersion)]
  const at = `${field}.apiVersion`
  const errors: FieldError[] = []
  if (!apiVersion) errors.push(required(at))
  else if (String(apiVersion).split('/').length > 2) {
    errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  } else {
    const wrongGroup = group ? isDns1123Subdomain(group) : []
    if (wrongGroup.length) errors.push(invalidValue(at, group, wrongGroup.join(',')))
    const wrongVersion = version ? isDns1035Label(version) : []
    if (!version) errors.push(invalidValue(at, apiVersion, 'version must be specified'))
    else if (wrongVersion.length) errors.push(invalidValue(at, version, wrongVersion.join(',')))
  }
  if (!kind) return [...errors, required(`${field}.kind`)]
  const mixed = isDns1035Label(String(kind).toLowerCase())
  if (!mixed.length) return errors
  return [...errors, invalidValue(`${field}.kind`, kind, `may have mixed case, but should otherwise match: ${mixed.join(',')}`)]
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

export function validateVariables(variables: Fields[], field: string, scopes: Scope[]): FieldError[] {
  return variables.flatMap((variable, i) => {
    const [name, expression] = [String(variable.name ?? ''), String(variable.expression ?? '')]
    const errors: FieldError[] = []
    if (!name.trim()) errors.push(required(`${field}[${i}].name`, 'name is not specified'))
    else if (!/^[A-Za-z_]\w*$/.test(name)) errors.push(invalidValue(`${field}[${i}].name`, name, 'must be a valid CEL identifier'))
    if (!expression.trim()) return [...errors, required(`${field}[${i}].expression`, 'expression is not specified')]
    return [...errors, ...validateExpression(expression, `${field}[${i}].expression`, scopes[i], [])]
  })
}

function validateValidation(validation: Fields, field: string, scope: Scope): FieldError[] {
  const text = (key: string) => String(validation[key] ?? '')
  const errors: FieldError[] = []
  if (!text('expression').trim()) errors.push(required(`${field}.expression`, 'expression is not specified'))
  else errors.push(...validateExpression(text('expression'), `${field}.expression`, scope, ['bool']))
  const message = text('messageExpression')
  if (message && !message.trim()) errors.push(invalidValue(`${field}.messageExpression`, message, 'must be non-empty if specified'))
  else if (message) errors.push(...validateExpression(message, `${field}.messageExpression`, withoutAuthorizer(scope), ['string']))
  const words = text('message')
  if (words && !words.trim()) errors.push(invalidValue(`${field}.message`, words, 'must be non-empty if specified'))
  else if (/[\n\r]/.test(words.trim())) errors.push(invalidValue(`${field}.message`, words, 'must not contain line breaks'))
  return [...errors, ...oneOrNone(`${field}.reason`, validation.reason, REASONS)]
}

/** What both sorts of policies say of where they apply. */
export function validateReach(spec: Fields): FieldError[] {
  const errors = oneNeeded('spec.failurePolicy', spec.failurePolicy, ['Fail', 'Ignore'])
  const kind = fieldsOf(spec.paramKind)
  if (kind) errors.push(...validateParamKind(kind, 'spec.paramKind'))
  const match = fieldsOf(spec.matchConstraints)
  if (!match) return [...errors, required('spec.matchConstraints')]
  errors.push(...validateMatchResources(match, 'spec.matchConstraints'))
  return listOf(match.resourceRules).length ? errors : [...errors, required('spec.matchConstraints.resourceRules')]
}

export function validateAdmissionPolicy(policy: KubeObject): FieldError[] {
  const spec = fieldsOf(policy.spec) ?? {}
  const hasParams = spec.paramKind !== undefined
  const variables = listOf(spec.variables)
  const { each, last } = variableScopes(variables, scopeOf(hasParams))
  const errors = [
    ...validateReach(spec),
    ...validateMatchConditions(listOf(spec.matchConditions), 'spec.matchConditions', hasParams),
    ...validateVariables(variables, 'spec.variables', each),
  ]
  const [validations, annotations] = [listOf(spec.validations), listOf(spec.auditAnnotations)]
  if (!validations.length && !annotations.length) {
    const why = 'validations or auditAnnotations must contain at least one item'
    return [...errors, required('spec.validations', why), required('spec.auditAnnotations', why)]
  }
  const scope = variables.length ? last : scopeOf(hasParams)
  errors.push(...validations.flatMap((validation, i) => validateValidation(validation, `spec.validations[${i}]`, scope)))
  for (const [i, annotation] of annotations.entries()) {
    const at = `spec.auditAnnotations[${i}]`
    const [key, value] = [String(annotation.key ?? ''), String(annotation.valueExpression ?? '').trim()]
    errors.push(...validateLabelKey(`${policy.metadata.name}/${key}`, `${at}.key`))
    if (!value) errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'))
    else errors.push(...validateExpression(value, `${at}.valueExpression`, scope, ['string', 'null_type']))
    if (annotations.findIndex((other) => other.key === key) < i) errors.push(duplicate(`${at}.key`, key))
  }
  return errors
}

// ---------------------------------------------------------------- bindings

function validateParamRef(ref: Fields | undefined, field: string): FieldError[] {
  if (!ref) return []
  const { name, selector, parameterNotFoundAction: action } = ref
  const both = 'name and selector are mutually exclusive'
  const errors: FieldError[] = []
  if (name) {
    errors.push(...isPathSegment(String(name)).map((why) => invalidValue(`${field}.name`, name, why)))
    if (selector) errors.push(forbiddenField(`${field}.name`, both))
  }
  if (selector) {
    errors.push(...validateSelector(selector as LabelSelector, `${field}.selector`))
    if (name) errors.push(forbiddenField(`${field}.selector`, both))
  }
  if (!name && !selector) errors.push(required(field, 'one of name or selector must be specified'))
  if (!action) return [...errors, required(`${field}.parameterNotFoundAction`)]
  return [...errors, ...oneOrNone(`${field}.parameterNotFoundAction`, action, ['Deny', 'Allow'])]
}

function validateActions(actions: string[], field: string): FieldError[] {
  const errors = actions.length ? [] : [required(field)]
  for (const [i, action] of actions.entries()) {
    errors.push(...oneOrNone(`${field}[${i}]`, action, ['Audit', 'Deny', 'Warn']))
    if (actions.indexOf(action) < i) errors.push(duplicate(`${field}[${i}]`, action))
  }
  if (!actions.includes('Deny') || !actions.includes('Warn')) return errors
  const why =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
  return [...errors, invalidValue(field, actions, why)]
}

function validateBinding(spec: Fields): FieldError[] {
  const name = String(spec.policyName ?? '')
  const errors = name ? isDns1123Subdomain(name).map((why) => invalidValue('spec.policyName', name, why)) : [required('spec.policyName')]
  errors.push(...validateParamRef(fieldsOf(spec.paramRef), 'spec.paramRef'))
  return [...errors, ...validateMatchResources(fieldsOf(spec.matchResources), 'spec.matchResources')]
}

export function validateValidatingBinding({ spec }: KubeObject): FieldError[] {
  const fields = fieldsOf(spec) ?? {}
  return [...validateBinding(fields), ...validateActions(texts(fields.validationActions), 'spec.validationActions')]
}

/** What changes objects is asked only where objects are written. */
export function validateMutatingOperations(match: Fields | undefined, path: string): FieldError[] {
  const operations = listOf(match?.resourceRules).flatMap((rule) => texts(rule.operations))
  return operations.flatMap((operation) => oneOrNone(`${path}.resourceRules.operations`, operation, MUTATING_OPERATIONS))
}

export function validateMutatingBinding({ spec }: KubeObject): FieldError[] {
  const fields = fieldsOf(spec) ?? {}
  return [...validateBinding(fields), ...validateMutatingOperations(fieldsOf(fields.matchResources), 'spec.matchResources')]
}
