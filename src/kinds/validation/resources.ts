// Validation of resource names and amounts. Upstream: pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements).
import type { ResourceRequirements } from '../../api/types'
import type { FieldError } from '../../errors'
import { isLabelKey } from '../../lib/names'
import { ownEntry } from '../../lib/own-entry'
import { canonicalQuantity, compareQuantities, quantityMilliValue, quantityOf } from '../../lib/quantity'
import { forbiddenField, invalids, invalidValue, NEGATIVE, required } from './errors'

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

/** Requests and limits of a container (or of a whole Pod). */
export function validateResources(resources: ResourceRequirements | undefined, path: string): FieldError[] {
  const limits = resources?.limits ?? {}
  const requests = resources?.requests ?? {}
  const errors: FieldError[] = []
  for (const name of Object.keys(limits).sort()) {
    const field = `${path}.limits[${name}]`
    errors.push(...validateContainerResourceName(name, field), ...validateAmount(name, limits[name], field))
  }
  for (const name of Object.keys(requests).sort()) {
    const field = `${path}.requests[${name}]`
    errors.push(...validateContainerResourceName(name, field), ...validateAmount(name, requests[name], field))
    const flexible = overcommits(name)
    const limit = ownEntry(limits, name)
    const shown = canonicalQuantity(requests[name])
    if (limit === undefined) {
      if (!flexible) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'))
      continue
    }
    const order = compareQuantities(quantityOf(requests[name]), quantityOf(limit))
    if (order !== 0 && !flexible) {
      errors.push(invalidValue(`${path}.requests`, shown, `must be equal to ${name} limit of ${canonicalQuantity(limit)}`))
    } else if (order > 0) {
      errors.push(invalidValue(`${path}.requests`, shown, `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`))
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'))
  }
  return errors
}
