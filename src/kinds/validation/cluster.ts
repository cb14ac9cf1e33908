// Validation of config maps, secrets, quotas, limits, priorities and roles. Upstream: pkg/apis/{core,scheduling,rbac}/validation.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isConfigMapKey, isDns1123Label } from '../../lib/names'
import { canonicalQuantity, compareQuantities, quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, forbiddenField, immutable, invalids, invalidValue, notSupported, required, same, tooLong } from './errors'
import { isPathSegment } from './object-meta'
import { isStandardResource, validateAmount, validateResourceName } from './resources'

const MAX_DATA = 1024 * 1024

function dataSize(data: Fields | undefined, decode: (text: string) => number): number {
  return Object.values(data ?? {}).reduce<number>((sum, value) => sum + decode(String(value)), 0)
}
const plainSize = (text: string) => Buffer.byteLength(text)
const base64Size = (text: string) => Buffer.from(text, 'base64').length

function validateKeys(data: Fields | undefined, field: string): FieldError[] {
  return Object.keys(data ?? {})
    .sort()
    .flatMap((key) => invalids(`${field}[${key}]`, key, isConfigMapKey(key)))
}

export function validateConfigMap(map: KubeObject): FieldError[] {
  const [data, binary] = [fieldsOf(map.data), fieldsOf(map.binaryData)]
  const errors: FieldError[] = []
  for (const key of Object.keys(data ?? {}).sort()) {
    const field = `data[${key}]`
    errors.push(...invalids(field, key, isConfigMapKey(key)))
    if (binary && Object.hasOwn(binary, key)) errors.push(invalidValue(field, key, 'duplicate of key present in binaryData'))
  }
  errors.push(...validateKeys(binary, 'binaryData'))
  if (dataSize(data, plainSize) + dataSize(binary, base64Size) > MAX_DATA) errors.push(tooLong('[]', MAX_DATA))
  return errors
}

const SEALED = 'field is immutable when `immutable` is set'

function validateSealed(object: KubeObject, old: KubeObject, keys: string[]): FieldError[] {
  if (old.immutable !== true) return []
  const errors = object.immutable === true ? [] : [forbiddenField('immutable', SEALED)]
  return [...errors, ...keys.filter((key) => !same(object[key], old[key])).map((key) => forbiddenField(key, SEALED))]
}

export function validateConfigMapUpdate(map: KubeObject, old: KubeObject): FieldError[] {
  return validateSealed(map, old, ['data', 'binaryData'])
}

// ---------------------------------------------------------------- secrets

function validateJson(data: Fields, key: string): FieldError[] {
  const field = `data[${key}]`
  if (!Object.hasOwn(data, key)) return [required(field)]
  const text = Buffer.from(String(data[key]), 'base64').toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (fieldsOf(value)) return []
    const kind = Array.isArray(value) ? 'array' : typeof value
    const why = `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
    return [invalidValue(field, '<secret contents redacted>', why)]
  } catch {
    return [invalidValue(field, '<secret contents redacted>', jsonError(text))]
  }
}

/** encoding/json's complaint about the text's first wrong character. */
function jsonError(text: string): string {
  const trimmed = text.trimStart()
  if (!trimmed) return 'unexpected end of JSON input'
  return `invalid character ${trimmed[0] === "'" ? `'\\''` : `'${trimmed[0]}'`} looking for beginning of value`
}

export function validateSecret(secret: KubeObject): FieldError[] {
  const data = fieldsOf(secret.data) ?? {}
  const errors = validateKeys(data, 'data')
  if (dataSize(data, base64Size) > MAX_DATA) errors.push(tooLong('data', MAX_DATA))
  const need = (...keys: string[]) => errors.push(...keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`)))
  switch (secret.type) {
    case 'kubernetes.io/service-account-token': {
      const name = 'kubernetes.io/service-account.name'
      if (!secret.metadata.annotations?.[name]) errors.push(required(`metadata.annotations[${name}]`))
      break
    }
    case 'kubernetes.io/dockercfg':
      errors.push(...validateJson(data, '.dockercfg'))
      break
    case 'kubernetes.io/dockerconfigjson':
      errors.push(...validateJson(data, '.dockerconfigjson'))
      break
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) need('username', 'password')
      break
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'))
      break
    case 'kubernetes.io/tls':
      need('tls.crt', 'tls.key')
      break
  }
  return errors
}

export function validateSecretUpdate(secret: KubeObject, old: KubeObject): FieldError[] {
  return [...immutable('type', secret.type, old.type), ...validateSealed(secret, old, ['data'])]
}

// ---------------------------------------------------------------- quotas and limits

const QUOTA_RESOURCES = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]
const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
]

function validateQuotaName(name: string, field: string): FieldError[] {
  if (name.startsWith('count/')) return []
  const errors = validateResourceName(name, field)
  const plain = !name.includes('/')
  const known = QUOTA_RESOURCES.includes(name) || /^(requests\.)?hugepages-/.test(name)
  if (plain && !known) errors.push(invalidValue(field, name, 'must be a standard resource for quota'))
  return errors
}

export function validateResourceQuota(quota: KubeObject): FieldError[] {
  const spec = fieldsOf(quota.spec) ?? {}
  const hard = fieldsOf(spec.hard) ?? {}
  const errors = Object.keys(hard)
    .sort()
    .flatMap((name) => {
      const field = `spec.hard[${name}]`
      return [...validateQuotaName(name, field), ...validateAmount(name, hard[name] as string, field)]
    })
  const scopes = (spec.scopes ?? []) as string[]
  for (const scope of scopes) if (!SCOPES.includes(scope)) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope'))
  for (const [a, b] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ]) {
    if (scopes.includes(a) && scopes.includes(b)) errors.push(invalidValue('spec.scopes', scopes, 'conflicting scopes'))
  }
  return errors
}

export function validateResourceQuotaUpdate(quota: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [fieldsOf(quota.spec)?.scopes, fieldsOf(old.spec)?.scopes]
  return same(now, before) ? [] : [invalidValue('spec.scopes', now ?? null, 'field is immutable')]
}

const LIMIT_KEYS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

function validateBounds(item: Fields, name: string, path: string): FieldError[] {
  const value = (key: string) => fieldsOf(item[key])?.[name] as string | undefined
  const [min, max, request, limit, ratio] = [
    value('min'),
    value('max'),
    value('defaultRequest'),
    value('default'),
    value('maxLimitRequestRatio'),
  ]
  const above = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && compareQuantities(quantityOf(a), quantityOf(b)) > 0
  const text = (q: string | undefined) => canonicalQuantity(q ?? '0')
  const errors: FieldError[] = []
  const say = (key: string, shown: string | undefined, detail: string) =>
    errors.push(invalidValue(`${path}.${key}[${name}]`, text(shown), detail))
  if (above(min, max)) say('min', min, `min value ${text(min)} is greater than max value ${text(max)}`)
  if (above(min, request)) say('defaultRequest', request, `min value ${text(min)} is greater than default request value ${text(request)}`)
  if (above(request, max)) say('defaultRequest', request, `default request value ${text(request)} is greater than max value ${text(max)}`)
  if (above(request, limit)) {
    say('defaultRequest', request, `default request value ${text(request)} is greater than default limit value ${text(limit)}`)
  }
  if (above(min, limit)) say('default', min, `min value ${text(min)} is greater than default value ${text(limit)}`)
  if (above(limit, max)) say('default', max, `default value ${text(limit)} is greater than max value ${text(max)}`)
  if (ratio !== undefined && compareQuantities(quantityOf(ratio), quantityOf('1')) < 0)
    say('maxLimitRequestRatio', ratio, `ratio ${text(ratio)} is less than 1`)
  return errors
}

export function validateLimitRange(range: KubeObject): FieldError[] {
  const items = listOf(fieldsOf(range.spec)?.limits)
  return items.flatMap((item, i) => {
    const here = `spec.limits[${i}]`
    const errors: FieldError[] = []
    const type = String(item.type ?? '')
    if (items.slice(0, i).some((other) => other.type === type)) errors.push(duplicate(`${here}.type`, type))
    const names = new Set<string>()
    for (const key of LIMIT_KEYS) {
      for (const name of Object.keys(fieldsOf(item[key]) ?? {}).sort()) {
        if (!name.includes('/') && !isStandardResource(name)) {
          errors.push(invalidValue(`${here}.${key}[${name}]`, name, 'must be a standard resource type or fully qualified'))
        }
        names.add(name)
      }
    }
    if (type === 'Pod') {
      for (const key of ['default', 'defaultRequest']) {
        if (Object.keys(fieldsOf(item[key]) ?? {}).length)
          errors.push(forbiddenField(`${here}.${key}`, "may not be specified when `type` is 'Pod'"))
      }
    }
    if (type === 'PersistentVolumeClaim' && !fieldsOf(item.min)?.storage && !fieldsOf(item.max)?.storage) {
      errors.push(required(here, 'either minimum or maximum storage value is required, but neither was provided'))
    }
    return [...errors, ...[...names].sort().flatMap((name) => validateBounds(item, name, here))]
  })
}

// ---------------------------------------------------------------- priorities

const HIGHEST_USER_PRIORITY = 1_000_000_000
const SYSTEM_CLASSES = ['system-node-critical', 'system-cluster-critical']

export function validatePriorityClass(priority: KubeObject): FieldError[] {
  const { name } = priority.metadata
  const errors: FieldError[] = []
  if (name.startsWith('system-')) {
    if (!SYSTEM_CLASSES.includes(name)) {
      const why = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`
      errors.push(forbiddenField('metadata.name', why))
    }
  } else if (Number(priority.value ?? 0) > HIGHEST_USER_PRIORITY) {
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`))
  }
  const policy = priority.preemptionPolicy
  if (policy !== undefined && policy !== 'PreemptLowerPriority' && policy !== 'Never') {
    errors.push(notSupported('preemptionPolicy', policy, ['PreemptLowerPriority', 'Never']))
  }
  return errors
}

export function validatePriorityClassUpdate(priority: KubeObject, old: KubeObject): FieldError[] {
  const errors = priority.value === old.value ? [] : [forbiddenField('value', 'may not be changed in an update.')]
  return [...errors, ...immutable('preemptionPolicy', priority.preemptionPolicy, old.preemptionPolicy)]
}

// ---------------------------------------------------------------- roles

const RBAC = 'rbac.authorization.k8s.io'

function validateRule(rule: Fields, path: string, namespaced: boolean): FieldError[] {
  const list = (key: string) => (rule[key] ?? []) as string[]
  const errors: FieldError[] = []
  if (!list('verbs').length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
  if (list('nonResourceURLs').length) {
    const field = `${path}.nonResourceURLs`
    const urls = list('nonResourceURLs')
    if (namespaced) errors.push(invalidValue(field, urls, 'namespaced rules cannot apply to non-resource URLs'))
    if (list('apiGroups').length || list('resources').length || list('resourceNames').length) {
      errors.push(invalidValue(field, urls, 'rules cannot apply to both regular resources and non-resource URLs'))
    }
    return errors
  }
  if (!list('apiGroups').length) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  if (!list('resources').length) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
  return errors
}

export function validateRole(role: KubeObject): FieldError[] {
  return listOf(role.rules).flatMap((rule, i) => validateRule(rule, `rules[${i}]`, role.kind === 'Role'))
}

function validateSubject(subject: Fields, path: string, namespaced: boolean): FieldError[] {
  const errors = subject.name ? [] : [required(`${path}.name`)]
  const group = String(subject.apiGroup ?? '')
  if (subject.kind === 'ServiceAccount') {
    if (subject.name) errors.push(...invalids(`${path}.name`, subject.name, isPathSegment(String(subject.name))))
    if (group) errors.push(notSupported(`${path}.apiGroup`, group, ['']))
    if (!namespaced && !subject.namespace) errors.push(required(`${path}.namespace`))
    if (namespaced && subject.namespace)
      errors.push(...invalids(`${path}.namespace`, subject.namespace, isDns1123Label(String(subject.namespace))))
  } else if (subject.kind === 'User' || subject.kind === 'Group') {
    if (group !== RBAC) errors.push(notSupported(`${path}.apiGroup`, group, [RBAC]))
  } else errors.push(notSupported(`${path}.kind`, subject.kind ?? '', ['ServiceAccount', 'User', 'Group']))
  return errors
}

export function validateRoleBinding(binding: KubeObject): FieldError[] {
  const namespaced = binding.kind === 'RoleBinding'
  const reference = fieldsOf(binding.roleRef) ?? {}
  const errors: FieldError[] = []
  if (reference.apiGroup !== RBAC) errors.push(notSupported('roleRef.apiGroup', reference.apiGroup ?? '', [RBAC]))
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (!kinds.includes(String(reference.kind))) errors.push(notSupported('roleRef.kind', reference.kind ?? '', kinds))
  const name = String(reference.name ?? '')
  if (!name) errors.push(required('roleRef.name'))
  else errors.push(...invalids('roleRef.name', name, isPathSegment(name)))
  return [...errors, ...listOf(binding.subjects).flatMap((subject, i) => validateSubject(subject, `subjects[${i}]`, namespaced))]
}

export function validateRoleBindingUpdate(binding: KubeObject, old: KubeObject): FieldError[] {
  if (same(binding.roleRef, old.roleRef)) return []
  const reference = fieldsOf(binding.roleRef) ?? {}
  const shown = { apiGroup: reference.apiGroup ?? '', kind: reference.kind ?? '', name: reference.name ?? '' }
  return [invalidValue('roleRef', shown, 'cannot change roleRef')]
}
