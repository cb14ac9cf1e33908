// Validation of quotas and limit ranges. Upstream: pkg/apis/core/validation/validation.go (ValidateResourceQuota, ValidateLimitRange).
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isLabelKey } from '../../lib/names'
import { ownEntry } from '../../lib/own-entry'
import { canonicalQuantity, compareQuantities, type Quantity, quantityMilliValue, quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, forbiddenField, invalids, invalidValue, required, same } from './errors'
import { overcommits, validateAmount, validateContainerResourceName, validateResourceName } from './resources'

// ---------------------------------------------------------------- quotas

const OBJECT_COUNTS = [
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]
const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const QUOTA_RESOURCES = [
  ...COMPUTE,
  ...OBJECT_COUNTS,
  'pods',
  'ephemeral-storage',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]
const POD_SCOPES = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity']
const SCOPES = [...POD_SCOPES, 'BestEffort', 'VolumeAttributesClass']
const PLAIN_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function isQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.includes(name) || /^(requests\.)?hugepages-/.test(name)
}

export function validateQuotaName(name: string, field: string): FieldError[] {
  if (name.startsWith('count/')) return []
  const errors = validateResourceName(name, field)
  if (!name.includes('/') && !isQuotaResource(name)) errors.push(invalidValue(field, name, 'must be a standard resource for quota'))
  return errors
}

/** Whether what a scope counts is counted by this resource at all. */
function counts(scope: string, resource: string): boolean {
  if (POD_SCOPES.includes(scope)) return resource === 'pods' || COMPUTE.includes(resource)
  if (scope === 'BestEffort') return resource === 'pods'
  if (scope === 'VolumeAttributesClass') return resource === 'persistentvolumeclaims' || resource === 'requests.storage'
  return true
}

function validateScopes(spec: Fields, resources: string[]): FieldError[] {
  const scopes = (spec.scopes ?? []) as string[]
  const wrong = (why: string) => invalidValue('spec.scopes', scopes, why)
  const errors: FieldError[] = []
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errors.push(wrong('unsupported scope'))
    for (const name of resources) {
      if (isQuotaResource(name) && !counts(scope, name)) errors.push(wrong('unsupported scope applied to resource'))
    }
  }
  for (const pair of CONFLICTS) if (pair.every((scope) => scopes.includes(scope))) errors.push(wrong('conflicting scopes'))
  return errors
}

const ONLY_EXISTS =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

function validateScopeSelector(spec: Fields, resources: string[]): FieldError[] {
  const selector = fieldsOf(spec.scopeSelector)
  const requirements = listOf(selector?.matchExpressions)
  const path = 'spec.scopeSelector.matchExpressions'
  const errors: FieldError[] = []
  for (const { scopeName = '', operator = '', values = [] } of requirements) {
    const scope = String(scopeName)
    const given = values as string[]
    if (!SCOPES.includes(scope)) errors.push(invalidValue(`${path}.scopeName`, scope, 'unsupported scope'))
    for (const name of resources) {
      if (isQuotaResource(name) && !counts(scope, name)) {
        errors.push(invalidValue(path, internalSelector(requirements), 'unsupported scope applied to resource'))
      }
    }
    if (PLAIN_SCOPES.includes(scope) && operator !== 'Exists') errors.push(invalidValue(`${path}.operator`, operator, ONLY_EXISTS))
    if (operator === 'In' || operator === 'NotIn') {
      const needed = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      if (!given.length) errors.push(required(`${path}.values`, needed))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const none = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      if (given.length) errors.push(invalidValue(`${path}.values`, given, none))
    } else errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  const named = requirements.map(({ scopeName }) => scopeName)
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => named.includes(scope))) errors.push(invalidValue(path, spec.scopes ?? null, 'conflicting scopes'))
  }
  return errors
}

/** As the API server's own type prints: by the names of Go's fields. */
function internalSelector(requirements: Fields[]): Fields {
  const shown = (r: Fields) => ({ ScopeName: r.scopeName ?? '', Operator: r.operator ?? '', Values: r.values ?? null })
  return { MatchExpressions: requirements.map(shown) }
}

export function validateResourceQuota(quota: KubeObject): FieldError[] {
  const spec = fieldsOf(quota.spec) ?? {}
  const hard = fieldsOf(spec.hard) ?? {}
  const names = Object.keys(hard).sort()
  const errors = names.flatMap((name) => {
    const field = `spec.hard[${name}]`
    return [...validateQuotaName(name, field), ...validateAmount(name, hard[name] as string, field)]
  })
  return [...errors, ...validateScopes(spec, names), ...validateScopeSelector(spec, names)]
}

export function validateResourceQuotaUpdate(quota: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [fieldsOf(quota.spec)?.scopes, fieldsOf(old.spec)?.scopes]
  return same(now, before) ? [] : [invalidValue('spec.scopes', now ?? null, 'field is immutable')]
}

// ---------------------------------------------------------------- limit ranges

const LIMIT_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']

function validateLimitType(type: string, field: string): FieldError[] {
  const errors = invalids(field, type, isLabelKey(type))
  if (errors.length || type.includes('/') || LIMIT_TYPES.includes(type)) return errors
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')]
}

function ratioError(ratio: Quantity, min: Quantity, max: Quantity): string | undefined {
  const most = quantityMilliValue(max) / quantityMilliValue(min)
  if (quantityMilliValue(ratio) / 1000 <= most) return undefined
  return `is greater than max/min = ${most.toFixed(6)}`
}

function validateBounds(item: Fields, name: string, path: string): FieldError[] {
  const value = (key: string) => ownEntry(fieldsOf(item[key]), name) as string | undefined
  const [min, max, request, limit, ratio] = [
    value('min'),
    value('max'),
    value('defaultRequest'),
    value('default'),
    value('maxLimitRequestRatio'),
  ]
  const compare = (a: string, b: string) => compareQuantities(quantityOf(a), quantityOf(b))
  const above = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined && compare(a, b) > 0
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
  if (above('1', ratio)) say('maxLimitRequestRatio', ratio, `ratio ${text(ratio)} is less than 1`)
  if (ratio !== undefined && min !== undefined && max !== undefined) {
    const why = ratioError(quantityOf(ratio), quantityOf(min), quantityOf(max))
    if (why) say('maxLimitRequestRatio', ratio, `ratio ${text(ratio)} ${why}`)
  }
  if (!overcommits(name) && limit !== undefined && request !== undefined && compare(limit, request) !== 0) {
    say('defaultRequest', request, `default value ${text(limit)} must equal to defaultRequest value ${text(request)} in ${name}`)
  }
  return errors
}

function validateLimit(item: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  const type = String(item.type ?? '')
  const checkName = type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName
  const take = (key: string) => {
    for (const name of Object.keys(fieldsOf(item[key]) ?? {}).sort()) {
      errors.push(...checkName(name, `${path}.${key}[${name}]`))
      names.add(name)
    }
  }
  take('max')
  take('min')
  for (const key of ['default', 'defaultRequest']) {
    if (type !== 'Pod') take(key)
    else if (Object.keys(fieldsOf(item[key]) ?? {}).length) {
      errors.push(forbiddenField(`${path}.${key}`, "may not be specified when `type` is 'Pod'"))
    }
  }
  if (type === 'PersistentVolumeClaim' && !fieldsOf(item.min)?.storage && !fieldsOf(item.max)?.storage) {
    errors.push(required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'))
  }
  take('maxLimitRequestRatio')
  return [...errors, ...[...names].sort().flatMap((name) => validateBounds(item, name, path))]
}

export function validateLimitRange(range: KubeObject): FieldError[] {
  const items = listOf(fieldsOf(range.spec)?.limits)
  return items.flatMap((item, i) => {
    const here = `spec.limits[${i}]`
    const type = String(item.type ?? '')
    const errors = validateLimitType(type, `${here}.type`)
    if (items.slice(0, i).some((other) => other.type === item.type)) errors.push(duplicate(`${here}.type`, type))
    return [...errors, ...validateLimit(item, here)]
  })
}
