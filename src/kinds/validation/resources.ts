// Validation of resource names and amounts. Upstream: pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements).
import type { ResourceRequirements } from '../../api/types'
import type { FieldError } from '../../errors'
import { isLabelKey } from '../../lib/names'
import { ownEntry } from '../../lib/own-entry'
import { canonicalQuantity, compareQuantities, quantityMilliValue, quantityOf, quantityValue } from '../../lib/quantity'
import { fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, invalids, invalidValue, NEGATIVE, notSupported, required } from './errors'
import { validateClaimsUsed } from './pod-claims'

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage']
const QUOTA_RESOURCES = [
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
  'storage',
]

function isHugePage(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** Names without a prefix that mean something. */
function isStandardResource(name: string): boolean {
  return CONTAINER_RESOURCES.includes(name) || QUOTA_RESOURCES.includes(name) || isHugePage(name)
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && isLabelKey(`requests.${name}`).length === 0
}

/** Whether a limit may be above the request. */
export function overcommits(name: string): boolean {
  return isNative(name) && !isHugePage(name)
}

export function validateResourceName(name: string, field: string): FieldError[] {
  const errors = invalids(field, name, isLabelKey(name))
  if (errors.length) return errors
  if (!name.includes('/') && !isStandardResource(name)) {
    return [invalidValue(field, name, 'must be a standard resource type or fully qualified')]
  }
  return []
}

export function validateContainerResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field)
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePage(name)) {
      errors.push(invalidValue(field, name, 'must be a standard resource for containers'))
    }
  } else if (!isNative(name) && !isExtended(name)) errors.push(invalidValue(field, name, "doesn't follow extended resource name standard"))
  return errors
}

const WHOLE = ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims']

/** A resource that comes in whole pieces only. */
function isWhole(name: string): boolean {
  return WHOLE.includes(name) || name.startsWith('services.') || name.startsWith('count/') || isExtended(name)
}

export function validateAmount(name: string, value: string | number, field: string): FieldError[] {
  const quantity = quantityOf(value)
  const errors: FieldError[] = []
  if (quantity.unscaled < 0n) errors.push(invalidValue(field, canonicalQuantity(value), NEGATIVE))
  if (isWhole(name) && quantityMilliValue(quantity) % 1000 !== 0) {
    errors.push(invalidValue(field, canonicalQuantity(value), 'must be an integer'))
  }
  return errors
}

/** Whether a whole Pod may ask for it. */
const POD_RESOURCES = ['cpu', 'hugepages-', 'memory']

export function validatePodResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field)
  if (errors.length || POD_RESOURCES.includes(name) || isHugePage(name)) return errors
  return [notSupported(field, name, POD_RESOURCES)]
}

function isMultiple(value: string | number, size: string): boolean {
  try {
    const page = quantityValue(quantityOf(size))
    return page > 0 && quantityValue(quantityOf(value)) % page === 0
  } catch {
    return false
  }
}

/** Huge pages come in pages, and in no part of one. */
function validatePages(name: string, value: string | number, field: string): FieldError[] {
  if (!isHugePage(name)) return []
  if (isMultiple(value, name.slice('hugepages-'.length))) return []
  const shown = canonicalQuantity(value)
  return [invalidValue(field, shown, `${shown} is not positive integer multiple of ${name}`)]
}

type NameRule = (name: string, field: string) => FieldError[]

function validateList(
  list: Record<string, string | number>,
  path: string,
  nameRule: NameRule,
  more: (name: string) => FieldError[],
): FieldError[] {
  return Object.keys(list)
    .sort()
    .flatMap((name) => {
      const field = `${path}[${name}]`
      return [
        ...nameRule(name, field),
        ...validateAmount(name, list[name], field),
        ...more(name),
        ...validatePages(name, list[name], field),
      ]
    })
}

/** Requests and limits of a container, or by another rule of names of a whole Pod. `claims` are the names of the Pod's resource claims. */
export function validateResources(
  resources: ResourceRequirements | undefined,
  path: string,
  claims: Set<string>,
  nameRule: NameRule = validateContainerResourceName,
): FieldError[] {
  const limits = resources?.limits ?? {}
  const requests = resources?.requests ?? {}
  const againstLimit = (name: string): FieldError[] => {
    const flexible = overcommits(name)
    const limit = ownEntry(limits, name)
    if (limit === undefined) {
      return flexible ? [] : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')]
    }
    const shown = canonicalQuantity(requests[name])
    const order = compareQuantities(quantityOf(requests[name]), quantityOf(limit))
    const what = `${name} limit of ${canonicalQuantity(limit)}`
    if (order !== 0 && !flexible) return [invalidValue(`${path}.requests`, shown, `must be equal to ${what}`)]
    return order > 0 ? [invalidValue(`${path}.requests`, shown, `must be less than or equal to ${what}`)] : []
  }
  const errors = [
    ...validateList(limits, `${path}.limits`, nameRule, () => []),
    ...validateList(requests, `${path}.requests`, nameRule, againstLimit),
  ]
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'))
  }
  return [...errors, ...validateClaimsUsed(listOf(fieldsOf(resources)?.claims), claims, `${path}.claims`)]
}
