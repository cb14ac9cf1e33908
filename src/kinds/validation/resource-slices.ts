// Validation of ResourceSlices: the devices that a driver offers, and where. Upstream: pkg/apis/resource/validation/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain, isLabelValue } from '../../lib/names'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { each, Findings, TAINT_EFFECTS, text, validateDriver, validateQualifiedName } from './devices'
import { duplicate, invalids, invalidValue, notSupported, required, tooLong, tooMany } from './errors'
import { validateLabelKey } from './object-meta'
import { validateNodeSelector } from './scheduling'

const MOST_DEVICES = 128
/** Of devices with more to them. */
const MOST_RICH_DEVICES = 64
const MOST_PROPERTIES = 32
const LONGEST_POOL = 253
const LONGEST_STRING = 64

/** https://semver.org, spec 2.0.0. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/

function validatePool(pool: Fields, path: string, found: Findings): void {
  const name = text(pool.name)
  const field = `${path}.name`
  if (!name) found.errors.push(required(field))
  else {
    if (name.length > LONGEST_POOL) found.errors.push(tooLong(field, LONGEST_POOL))
    found.errors.push(...name.split('/').flatMap((part) => invalids(field, part, isDns1123Subdomain(part))))
  }
  const { resourceSliceCount: count = 0, generation = 0 } = pool
  if (Number(count) <= 0) found.errors.push(invalidValue(`${path}.resourceSliceCount`, count, 'must be greater than zero'))
  if (Number(generation) < 0) found.errors.push(invalidValue(`${path}.generation`, generation, 'must be greater than or equal to zero'))
}

/** Where the devices can be used: the ways that are given, as upstream names them, and what is wrong with each. */
function validatePlace(holder: Fields, path: string, isSlice: boolean): { given: string[]; errors: FieldError[] } {
  const { nodeName, allNodes, perDeviceNodeSelection } = holder
  const given: string[] = []
  const errors: FieldError[] = []
  const field = `${path}.nodeName`
  if (nodeName === '')
    errors.push(invalidValue(field, '', isSlice ? 'must be either unset or set to a non-empty string' : 'must not be empty'))
  else if (nodeName !== undefined) {
    given.push('`nodeName`')
    errors.push(...invalids(field, nodeName, isDns1123Subdomain(text(nodeName))))
  }
  const selector = fieldsOf(holder.nodeSelector)
  if (selector) {
    given.push('`nodeSelector`')
    errors.push(...validateNodeSelector(selector, `${path}.nodeSelector`))
    const terms = listOf(selector.nodeSelectorTerms)
    if (isSlice && terms.length !== 1) {
      const shown = terms.map((term) => internalForm('NodeSelectorTerm', term))
      errors.push(invalidValue(`${path}.nodeSelector.nodeSelectorTerms`, shown, 'must have exactly one node selector term'))
    }
  }
  for (const [key, value] of [['allNodes', allNodes], ...(isSlice ? [['perDeviceNodeSelection', perDeviceNodeSelection]] : [])] as [
    string,
    unknown,
  ][]) {
    if (value === true) given.push(`\`${key}\``)
    else if (value !== undefined) errors.push(invalidValue(`${path}.${key}`, value, 'must be either unset or set to true'))
  }
  return { given, errors }
}

function exactlyOne(given: string[], path: string, what: string): FieldError[] {
  if (given.length === 1) return []
  if (!given.length) return [required(path, what)]
  return [invalidValue(path, `{${given.join(', ')}}`, `${what}, but multiple fields are set`)]
}

const VALUES = ['int', 'bool', 'string', 'version', 'ints', 'bools', 'strings', 'versions']
const SHOWN_VALUES = VALUES.map((key) => `\`${key}\``).join(', ')

function validateVersion(value: unknown, field: string): FieldError[] {
  const version = text(value)
  const errors = VERSION.test(version) ? [] : [invalidValue(field, version, 'must be a string compatible with semver.org spec 2.0.0')]
  return version.length > LONGEST_STRING ? [...errors, tooLong(field, LONGEST_STRING)] : errors
}

function validateAttribute(attribute: Fields, path: string, found: Findings): FieldError[] {
  const given = VALUES.filter((key) => attribute[key] !== undefined)
  if (!given.length) found.declared.push(invalidValue(path, '', `must specify one of: ${SHOWN_VALUES}`))
  if (given.length > 1) found.declared.push(invalidValue(path, `{${given.join(', ')}}`, `must specify exactly one of: ${SHOWN_VALUES}`))
  const errors: FieldError[] = []
  if (Buffer.byteLength(text(attribute.string)) > LONGEST_STRING) errors.push(tooLong(`${path}.string`, LONGEST_STRING))
  if (attribute.version !== undefined) errors.push(...validateVersion(attribute.version, `${path}.version`))
  return errors
}

function validateTaint(taint: Fields, path: string, found: Findings): FieldError[] {
  const { value, effect } = taint
  if (!effect) found.declared.push(required(`${path}.effect`))
  else if (!TAINT_EFFECTS.includes(text(effect))) found.declared.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS))
  const errors = validateLabelKey(text(taint.key), `${path}.key`)
  return value ? [...errors, ...invalids(`${path}.value`, value, isLabelValue(text(value)))] : errors
}

/** Counters that devices share, or what one takes of them: a name under `key`, and at least one counter. */
function validateCounters(set: Fields, path: string, key: string, found: Findings): FieldError[] {
  const name = text(set[key])
  const field = `${path}.${key}`
  found.declared.push(...(name ? invalids(field, name, isDns1123Label(name)) : [required(field)]))
  if (!Object.keys(fieldsOf(set.counters) ?? {}).length) found.declared.push(required(`${path}.counters`))
  return []
}

const PER_DEVICE =
  '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
const ONE_PLACE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'

function validateDevice(device: Fields, path: string, isPlaced: boolean, found: Findings): FieldError[] {
  const name = text(device.name)
  const errors = invalids(`${path}.name`, name, isDns1123Label(name))
  const [attributes, capacity] = [fieldsOf(device.attributes) ?? {}, fieldsOf(device.capacity) ?? {}]
  const count = Object.keys(attributes).length + Object.keys(capacity).length
  if (count > MOST_PROPERTIES) {
    errors.push(invalidValue(path, count, `the total number of attributes and capacities must not exceed ${MOST_PROPERTIES}`))
  }
  for (const key of Object.keys(attributes).sort()) {
    errors.push(...validateQualifiedName(key, `${path}.attributes`))
    errors.push(...validateAttribute(fieldsOf(attributes[key]) ?? {}, `${path}.attributes[${key}]`, found))
  }
  for (const key of Object.keys(capacity).sort()) errors.push(...validateQualifiedName(key, `${path}.capacity`))
  errors.push(
    ...each(listOf(device.taints), 16, `${path}.taints`, (taint, at) => validateTaint(taint, at, found)),
    ...each(listOf(device.consumesCounters), 2, `${path}.consumesCounters`, (set, at) => validateCounters(set, at, 'counterSet', found)),
  )
  const place = validatePlace(device, path, false)
  if (isPlaced) return [...errors, ...place.errors, ...exactlyOne(place.given, path, ONE_PLACE)]
  const isGiven = ['nodeName', 'nodeSelector', 'allNodes'].some((key) => device[key] !== undefined)
  return isGiven ? [...errors, invalidValue(path, null, PER_DEVICE)] : errors
}

export function validateResourceSlice({ spec }: KubeObject): FieldError[] {
  const fields = fieldsOf(spec) ?? {}
  const found = new Findings()
  found.errors.push(...validateDriver(text(fields.driver), 'spec.driver'))
  validatePool(fieldsOf(fields.pool) ?? {}, 'spec.pool', found)
  const { given, errors } = validatePlace(fields, 'spec', true)
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  found.errors.push(...errors, ...exactlyOne(given, 'spec', one))
  if (fields.sharedCounters !== undefined && fields.devices !== undefined) {
    found.errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'))
  }
  const devices = listOf(fields.devices)
  const isRich = devices.some((device) => listOf(device.taints).length || listOf(device.consumesCounters).length)
  const most = isRich ? MOST_RICH_DEVICES : MOST_DEVICES
  if (devices.length > most) found.errors.push(tooMany('spec.devices', devices.length, most))
  else {
    for (const [i, device] of devices.entries()) {
      const at = `spec.devices[${i}]`
      if (devices.slice(0, i).some((other) => other.name === device.name)) found.errors.push(duplicate(at, device.name))
      else found.errors.push(...validateDevice(device, at, fields.perDeviceNodeSelection === true, found))
    }
  }
  found.errors.push(...each(listOf(fields.sharedCounters), 8, 'spec.sharedCounters', (set, at) => validateCounters(set, at, 'name', found)))
  return found.all()
}
