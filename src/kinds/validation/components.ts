// Validation of what components of the cluster keep for themselves: who serves an API, drivers of volumes and where they can be used, revisions.
// Upstream: pkg/apis/storage/validation, pkg/apis/apps/validation, pkg/apis/networking/validation, kube-aggregator/pkg/apis/apiregistration/validation.
import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1035Label, isDns1123Subdomain } from '../../lib/names'
import { compareQuantities, parseQuantity } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { networkOf, validateCanonicalCidr } from './addresses'
import {
  duplicate,
  forbiddenField,
  IMMUTABLE,
  immutable,
  invalids,
  invalidValue,
  nonNegative,
  notSupported,
  required,
  same,
  tooLong,
} from './errors'
import { validateLabelKey, validateSelector } from './object-meta'
import { validateInlineVolume, validateParameters } from './storage'

function text(value: unknown): string {
  return String(value ?? '')
}

export function validateApiService({ metadata, spec }: KubeObject): FieldError[] {
  const { group: ownGroup, version: ownVersion, groupPriorityMinimum = 0, versionPriority = 0, ...rest } = fieldsOf(spec) ?? {}
  const [group, version] = [text(ownGroup), text(ownVersion)]
  const errors: FieldError[] = []
  const name = `${version}.${group}`
  if (metadata.name !== name) {
    errors.push(invalidValue('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`))
  }
  if (!group && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  if (group) errors.push(...invalids('spec.group', group, isDns1123Subdomain(group)))
  errors.push(...invalids('spec.version', version, isDns1035Label(version)))
  const priority = (key: string, value: unknown, most: number) =>
    Number(value) > 0 && Number(value) <= most ? [] : [invalidValue(`spec.${key}`, value, `must be positive and less than ${most}`)]
  errors.push(...priority('groupPriorityMinimum', groupPriorityMinimum, 20000), ...priority('versionPriority', versionPriority, 1000))
  const { caBundle, insecureSkipTLSVerify } = rest
  const service = fieldsOf(rest.service)
  if (!service) {
    const size = Buffer.from(text(caBundle), 'base64').length
    if (size) errors.push(invalidValue('spec.caBundle', `${size} bytes`, 'local APIServices may not have a caBundle'))
    if (!insecureSkipTLSVerify) return errors
    return [...errors, invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')]
  }
  for (const key of ['namespace', 'name']) if (!service[key]) errors.push(required(`spec.service.${key}`))
  const port = Number(service.port ?? 443)
  if (port < 1 || port > 65535) {
    errors.push(invalidValue('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'))
  }
  if (!insecureSkipTLSVerify || !caBundle) return errors
  return [...errors, invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')]
}

/** Its data is what it is there for. */
export function validateControllerRevisionUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [object as Fields, old as Fields]
  return same(now.data, before.data) ? [] : [invalidValue('data', now.data ?? null, IMMUTABLE)]
}

export function validateControllerRevision(object: KubeObject): FieldError[] {
  const { data, revision = 0 } = object as KubeObject & { data?: unknown; revision?: number }
  const errors = data === undefined || data === null ? [required('data', 'data is mandatory')] : []
  return [...errors, ...nonNegative('revision', revision)]
}

const MOST_DRIVER_NAME = 63

function validateDriverName(name: string, field: string): FieldError[] {
  if (!name) return [required(field)]
  const errors = name.length > MOST_DRIVER_NAME ? [tooLong(field, MOST_DRIVER_NAME)] : []
  return [...errors, ...invalids(field, name, isDns1123Subdomain(name.toLowerCase()))]
}

const LEAST_EXPIRATION = 600
const MOST_EXPIRATION = 2 ** 32

export function validateCsiDriver({ spec }: KubeObject): FieldError[] {
  const { fsGroupPolicy, tokenRequests, volumeLifecycleModes, nodeAllocatableUpdatePeriodSeconds: period, ...rest } = fieldsOf(spec) ?? {}
  const errors: FieldError[] = []
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType']
  if (fsGroupPolicy !== undefined && !policies.includes(text(fsGroupPolicy))) {
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, policies))
  }
  const requests = listOf(tokenRequests)
  for (const [i, { audience = '', expirationSeconds }] of requests.entries()) {
    const at = `spec.tokenRequests[${i}]`
    if (requests.findIndex((other) => (other.audience ?? '') === audience) < i) errors.push(duplicate(`${at}.audience`, audience))
    else if (expirationSeconds !== undefined) {
      const refuse = (why: string) =>
        errors.push(invalidValue(`${at}.expirationSeconds`, expirationSeconds, `may not specify a duration ${why}`))
      if (Number(expirationSeconds) < LEAST_EXPIRATION) refuse('less than 10 minutes')
      if (Number(expirationSeconds) > MOST_EXPIRATION) refuse('larger than 2^32 seconds')
    }
  }
  const modes = ['Persistent', 'Ephemeral']
  for (const mode of (volumeLifecycleModes ?? []) as string[]) {
    if (!modes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, modes))
  }
  if (period !== undefined && Number(period) < 10) {
    errors.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'))
  }
  if (rest.serviceAccountTokenInSecrets === true && !requests.length) {
    const why = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    errors.push(invalidValue('spec.serviceAccountTokenInSecrets', true, why))
  }
  return errors
}

export function csiDriverWarnings({ spec }: KubeObject): string[] {
  const { tokenRequests, serviceAccountTokenInSecrets } = fieldsOf(spec) ?? {}
  if (!listOf(tokenRequests).length || serviceAccountTokenInSecrets !== undefined) return []
  const what = 'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true'
  return [`${what} to prevent possible logging of tokens in volume attributes`]
}

export function validateCsiDriverUpdate({ spec }: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [fieldsOf(spec) ?? {}, fieldsOf(old.spec) ?? {}]
  return [
    ...immutable('spec.attachedRequired', now.attachRequired, before.attachRequired),
    ...immutable('spec.volumeLifecycleModes', now.volumeLifecycleModes, before.volumeLifecycleModes),
  ]
}

const MOST_NODE_ID = 256

export function validateCsiNode({ spec }: KubeObject): FieldError[] {
  const drivers = listOf(fieldsOf(spec)?.drivers)
  return drivers.flatMap((driver, i) => {
    const at = `spec.drivers[${i}]`
    const [name, node] = [text(driver.name), text(driver.nodeID)]
    const errors = validateDriverName(name, `${at}.name`)
    if (!node) errors.push(required(`${at}.nodeID`))
    if (node.length > MOST_NODE_ID) errors.push(invalidValue(`${at}.nodeID`, node, `must be ${MOST_NODE_ID} characters or less`))
    const count = fieldsOf(driver.allocatable)?.count
    if (count !== undefined) errors.push(...nonNegative(`${at}.allocatable.count`, count))
    if (drivers.findIndex((other) => text(other.name) === name) < i) errors.push(duplicate(`${at}.name`, name))
    const keys = (driver.topologyKeys ?? []) as string[]
    for (const [j, key] of keys.entries()) {
      if (!key) errors.push(required(at))
      if (keys.indexOf(key) < j) errors.push(duplicate(at, key))
      errors.push(...validateLabelKey(key, at))
    }
    return errors
  })
}

export function validateCsiStorageCapacity(object: KubeObject): FieldError[] {
  const { nodeTopology, storageClassName, capacity } = object as unknown as Fields
  const errors = validateSelector(nodeTopology as LabelSelector | undefined, 'nodeTopology')
  errors.push(...invalids('storageClassName', text(storageClassName), isDns1123Subdomain(text(storageClassName))))
  if (capacity === undefined || compareQuantities(parseQuantity(text(capacity)), parseQuantity('0')) >= 0) return errors
  return [...errors, invalidValue('capacity', capacity, 'must be greater than or equal to 0')]
}

/** What is declared with the fields is asked last. */
export function validateVolumeAttachmentUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return same(object.spec, old.spec) ? [] : [invalidValue('spec', null, IMMUTABLE)]
}

export function validateVolumeAttachment({ spec }: KubeObject): FieldError[] {
  const { attacher, nodeName, source } = fieldsOf(spec) ?? {}
  const { persistentVolumeName: volume, inlineVolumeSpec: inline } = fieldsOf(source) ?? {}
  const errors: FieldError[] = []
  const why = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  const field = 'spec.source.inlineVolumeSpec'
  if (inline === undefined && volume === undefined) errors.push(required('spec.source', why))
  else if (inline !== undefined && volume !== undefined) errors.push(forbiddenField('spec.source', why))
  else if (volume === '') errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'))
  else if (inline !== undefined) errors.push(...validateInlineVolume(fieldsOf(inline) ?? {}, field))
  errors.push(...invalids('spec.nodeName', text(nodeName), isDns1123Subdomain(text(nodeName))))
  if (volume !== undefined) errors.push(...invalids('spec.source.persistentVolumeName', volume, isDns1123Subdomain(text(volume))))
  return [...errors, ...validateAttacher(text(attacher))]
}

/** As the rule declared with the field says it. */
function validateAttacher(attacher: string): FieldError[] {
  const [wrong] = validateDriverName(attacher, 'spec.attacher')
  if (!wrong || !attacher || attacher.length > MOST_DRIVER_NAME) return wrong ? [wrong] : []
  const message = wrong.message
    .replace('a lowercase RFC', 'an RFC')
    .replace('lower case alphanumeric', 'alphanumeric')
    .replace("'example.com'", "'Example.com'")
  return [{ ...wrong, message }]
}

export function validateVolumeAttributesClass(object: KubeObject): FieldError[] {
  const { driverName, parameters } = object as unknown as Fields
  const driver = text(driverName)
  const errors = driver ? validateLabelKey(driver.toLowerCase(), 'driverName') : [required('driverName')]
  const given = fieldsOf(parameters) ?? {}
  errors.push(...validateParameters(given, 'parameters'))
  return Object.keys(given).length ? errors : [...errors, required('parameters', 'must contain at least one key/value pair')]
}

export function validateVolumeAttributesClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [object as Fields, old as Fields]
  return ['driverName', 'parameters']
    .filter((key) => !same(now[key], before[key]))
    .map((key) => forbiddenField(key, `updates to ${key} are forbidden.`))
}

export function validateCsiStorageCapacityUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [object as Fields, old as Fields]
  return ['nodeTopology', 'storageClassName'].flatMap((key) => immutable(key, now[key], before[key]))
}

/** Of what kind the objects are that are to be rewritten. Upstream: pkg/apis/storagemigration/validation. */
export function validateStorageVersionMigration({ spec }: KubeObject): FieldError[] {
  const { group, resource } = fieldsOf(fieldsOf(spec)?.resource) ?? {}
  const errors = resource ? [] : [required('spec.resource.resource', 'resource is required to be set')]
  return group ? [...errors, ...invalids('spec.resource.group', text(group), isDns1123Subdomain(text(group)))] : errors
}

export function validateServiceCidr({ spec }: KubeObject): FieldError[] {
  const cidrs = (fieldsOf(spec)?.cidrs ?? []) as string[]
  if (!cidrs.length) return [required('spec.cidrs', 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalidValue('spec.cidrs', { CIDRs: cidrs }, 'may only hold up to 2 values')]
  const errors = cidrs.flatMap((cidr, i) => validateCanonicalCidr(cidr, `spec.cidrs[${i}]`))
  const [first, second] = cidrs.map(networkOf)
  if (!first || !second || first.bits.length !== second.bits.length) return errors
  const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
  return [...errors, invalidValue('spec.cidrs', cidrs, why)]
}

/** A second network, of the other family, may come. */
export function validateServiceCidrUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [object, old].map(({ spec }) => (fieldsOf(spec)?.cidrs ?? []) as string[])
  const changed = now.flatMap((cidr, i) =>
    i >= before.length || cidr === before[i] ? [] : [invalidValue(`spec.cidrs[${i}]`, cidr, IMMUTABLE)],
  )
  if (now.length === before.length) return changed
  if (now.length === 2 && before.length === 1) return [...changed, ...validateServiceCidr(object)]
  return [invalidValue('spec.cidrs', now, IMMUTABLE)]
}
