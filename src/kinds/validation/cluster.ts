// Validation of config maps, secrets, priorities and roles. Upstream: pkg/apis/{core,scheduling,rbac}/validation.
import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { jsonSyntaxError } from '../../lib/go-json-error'
import { isConfigMapKey, isDns1123Subdomain, isLabelKey } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, IMMUTABLE, immutable, invalids, invalidValue, notSupported, required, same, tooLong } from './errors'
import { isPathSegment, validateSelector } from './object-meta'

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
    return [invalidValue(field, '<secret contents redacted>', jsonSyntaxError(text)?.message ?? '')]
  }
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
  if (policy === '') errors.push(required('preemptionPolicy'))
  else if (policy !== undefined && policy !== 'PreemptLowerPriority' && policy !== 'Never') {
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
  const rules = listOf(role.rules)
  const errors = rules.flatMap((rule, i) => validateRule(rule, `rules[${i}]`, role.kind === 'Role'))
  // What is declared with the fields is asked last.
  const declared = rules.flatMap(({ verbs }, i) => (listOf(verbs).length ? [] : [required(`rules[${i}].verbs`)]))
  const aggregation = fieldsOf(role.aggregationRule)
  if (!aggregation) return [...errors, ...declared]
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = listOf(aggregation.clusterRoleSelectors)
  if (!selectors.length) errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'))
  for (const [i, selector] of selectors.entries()) {
    const wrong = validateSelector(selector as LabelSelector, `${path}[${i}]`)
    errors.push(...wrong)
    if (wrong.length) errors.push(invalidValue(`${path}[${i}]`, null, 'invalid label selector.'))
  }
  return [...errors, ...declared]
}

function validateSubject(subject: Fields, path: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = []
  const group = String(subject.apiGroup ?? '')
  if (subject.kind === 'ServiceAccount') {
    if (subject.name) errors.push(...invalids(`${path}.name`, subject.name, isDns1123Subdomain(String(subject.name))))
    if (group) errors.push(notSupported(`${path}.apiGroup`, group, ['']))
    if (!namespaced && !subject.namespace) errors.push(required(`${path}.namespace`))
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
  if (name) errors.push(...invalids('roleRef.name', name, isPathSegment(name)))
  const subjects = listOf(binding.subjects)
  errors.push(...subjects.flatMap((subject, i) => validateSubject(subject, `subjects[${i}]`, namespaced)))
  // What is declared with the fields is asked last.
  for (const [i, subject] of subjects.entries()) if (!subject.name) errors.push(required(`subjects[${i}].name`))
  return name ? errors : [...errors, required('roleRef.name')]
}

export function validateRoleBindingUpdate(binding: KubeObject, old: KubeObject): FieldError[] {
  if (same(binding.roleRef, old.roleRef)) return []
  const reference = fieldsOf(binding.roleRef) ?? {}
  const shown = { APIGroup: reference.apiGroup ?? '', Kind: reference.kind ?? '', Name: reference.name ?? '' }
  return [invalidValue('roleRef', shown, IMMUTABLE)]
}

// ---------------------------------------------------------------- namespaces

const FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

export function validateNamespace(namespace: KubeObject): FieldError[] {
  const finalizers = (fieldsOf(namespace.spec)?.finalizers ?? []) as string[]
  return finalizers.flatMap((name) => {
    const complaints = isLabelKey(name)
    const errors = invalids('spec.finalizers', name, complaints)
    if (name.includes('/') || FINALIZERS.includes(name)) return errors
    return [...errors, invalidValue('spec.finalizers', name, 'name is neither a standard finalizer name nor is it fully qualified')]
  })
}

const SECURITY = 'pod-security.kubernetes.io/'
const LEVELS = ['privileged', 'baseline', 'restricted']

/** How strict the namespace is with its Pods must be understood. Upstream: pod-security-admission/api/helpers.go (PolicyToEvaluate). */
export function validateSecurityLabels({ metadata }: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  for (const mode of ['enforce', 'audit', 'warn']) {
    const refuse = (key: string, why: string) => {
      const value = metadata.labels?.[SECURITY + key]
      if (value !== undefined) errors.push(invalidValue(`metadata.labels[${SECURITY}${key}]`, value, why))
    }
    if (!LEVELS.includes(metadata.labels?.[SECURITY + mode] ?? 'baseline')) {
      refuse(mode, 'must be one of privileged, baseline, restricted')
    }
    const version = metadata.labels?.[`${SECURITY}${mode}-version`] ?? 'latest'
    if (version !== 'latest' && !/^v1\.(0|[1-9][0-9]*)$/.test(version)) refuse(`${mode}-version`, 'must be "latest" or "v1.x"')
  }
  return errors
}

export function serviceAccountWarnings({ metadata }: KubeObject): string[] {
  const key = 'kubernetes.io/enforce-mountable-secrets'
  if (metadata.annotations?.[key] === undefined) return []
  return [`metadata.annotations[${key}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]
}
