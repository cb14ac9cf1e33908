// Validation of PersistentVolumes, claims and storage classes. Upstream: pkg/apis/core/validation/validation.go, pkg/apis/storage/validation.
import { posix } from 'node:path'
import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain, isLabelKey } from '../../lib/names'
import { canonicalQuantity, compareQuantities, quantityOf, quantityValue } from '../../lib/quantity'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, forbiddenField, IMMUTABLE, immutable, invalids, invalidValue, notSupported, required, same, tooLong } from './errors'
import { goDiff } from './go-diff'
import { validateSelector } from './object-meta'
import { validateNodeSelector } from './scheduling'
import { PERSISTENT_SOURCES } from './volume-sources'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

function validateModes(modes: string[], field: string): FieldError[] {
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(field, mode, ACCESS_MODES))
  const others = modes.filter((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  if (modes.includes('ReadWriteOncePod') && others.length) {
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'))
  }
  return errors
}

/** More than nothing. */
function validatePositive(value: unknown, field: string): FieldError[] {
  const text = canonicalQuantity(value as string)
  return quantityOf(text).unscaled > 0n ? [] : [invalidValue(field, text, 'must be greater than zero')]
}

// ---------------------------------------------------------------- claims

/** `path` is `spec`, or that of a template. */
export function validateClaimSpec(spec: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const modes = (spec.accessModes ?? []) as string[]
  if (!modes.length) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  errors.push(...validateSelector(fieldsOf(spec.selector) as LabelSelector | undefined, `${path}.selector`))
  errors.push(...validateModes(modes, `${path}.accessModes`))
  const storage = fieldsOf(fieldsOf(spec.resources)?.requests)?.storage
  const field = `${path}.resources[storage]`
  if (storage === undefined) errors.push(required(field))
  else errors.push(...validatePositive(storage, field))
  const name = spec.storageClassName
  if (typeof name === 'string' && name) errors.push(...invalids(`${path}.storageClassName`, name, isDns1123Subdomain(name)))
  const mode = spec.volumeMode
  if (mode !== undefined && !VOLUME_MODES.includes(String(mode))) errors.push(notSupported(`${path}.volumeMode`, mode, VOLUME_MODES))
  for (const key of ['dataSource', 'dataSourceRef']) {
    const source = fieldsOf(spec[key])
    if (!source) continue
    const here = `${path}.${key}`
    if (!source.name) errors.push(required(`${here}.name`))
    if (!source.kind) errors.push(required(`${here}.kind`))
    if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim') {
      errors.push(invalidValue(here, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
    }
    const group = String(source.apiGroup ?? '')
    if (group) errors.push(...invalids(`${here}.apiGroup`, group, isDns1123Subdomain(group)))
    const namespace = key === 'dataSourceRef' ? String(source.namespace ?? '') : ''
    if (namespace) errors.push(...invalids(`${here}.namespace`, namespace, isDns1123Label(namespace)))
  }
  errors.push(...validateSourcesAlike(fieldsOf(spec.dataSource), fieldsOf(spec.dataSourceRef), path))
  const attributes = String(spec.volumeAttributesClassName ?? '')
  if (attributes) errors.push(...invalids(`${path}.volumeAttributesClassName`, attributes, isDns1123Subdomain(attributes)))
  return errors
}

/** The two ways to say what a claim begins with; the value that upstream shows is a path that JSON cannot show. */
function validateSourcesAlike(source: Fields | undefined, reference: Fields | undefined, path: string): FieldError[] {
  if (!source || !reference) return []
  if (reference.namespace) return [invalidValue(path, {}, 'may not be specified when dataSourceRef.namespace is specified')]
  const alike = ['apiGroup', 'kind', 'name'].every((key) => (source[key] ?? '') === (reference[key] ?? ''))
  return alike ? [] : [invalidValue(path, {}, 'must match dataSourceRef')]
}

export function validatePersistentVolumeClaim(claim: KubeObject): FieldError[] {
  return validateClaimSpec(fieldsOf(claim.spec) ?? {}, 'spec')
}

const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class'

export function validateClaimUpdate(claim: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(claim.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const [name = '', nameBefore = ''] = [claim, old].map(({ metadata }) => metadata.annotations?.[OLD_CLASS])
  const errors = name === nameBefore ? [] : [invalidValue(`metadata.annotations.${OLD_CLASS}`, name, IMMUTABLE)]
  const size = (s: Fields) => fieldsOf(fieldsOf(s.resources)?.requests)?.storage as string | undefined
  const bound = fieldsOf(claim.status)?.phase === 'Bound'
  // Binding fills the volume's name in; a class may be given to a claim that has none.
  const kept: Fields = before.volumeName ? before : { ...before, volumeName: spec.volumeName }
  const changed: Fields = { ...spec }
  if (before.storageClassName === undefined && spec.storageClassName !== undefined) delete changed.storageClassName
  if (bound) {
    const requests = fieldsOf(fieldsOf(spec.resources)?.requests)
    if (requests) changed.resources = { ...fieldsOf(spec.resources), requests: { ...requests, storage: size(before) } }
    changed.volumeAttributesClassName = before.volumeAttributesClassName
  }
  if (!same(changed, kept)) {
    const why = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    errors.push(forbiddenField('spec', `${why}\n${goDiff('PersistentVolumeClaimSpec', kept, changed)}`))
  }
  if (compareQuantities(quantityOf(size(spec)), quantityOf(size(before))) < 0) {
    const floor = fieldsOf(fieldsOf(old.status)?.capacity)?.storage as string | undefined
    if (compareQuantities(quantityOf(size(spec)), quantityOf(floor)) <= 0) {
      errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'))
    }
  }
  errors.push(...immutable('volumeMode', spec.volumeMode, before.volumeMode))
  return errors
}

// ---------------------------------------------------------------- volumes

const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
]
function validateSources(spec: Fields, name: string): FieldError[] {
  const given = SOURCES.filter((key) => fieldsOf(spec[key]))
  if (!given.length) return [required('spec', 'must specify a volume type')]
  const [first, ...others] = given
  const errors = PERSISTENT_SOURCES[first](fieldsOf(spec[first]) ?? {}, `spec.${first}`, name)
  if (first === 'local' && !fieldsOf(spec.nodeAffinity)) {
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
  }
  return [
    ...errors,
    ...others.map((key) => forbiddenField(`spec.${key === 'cephfs' ? 'cephFS' : key}`, 'may not specify more than 1 volume type')),
  ]
}

/** A volume without an object of its own. Upstream: ValidatePersistentVolumeSpec with validateInlinePersistentVolumeSpec. */
export function validateInlineVolume(spec: Fields, path: string): FieldError[] {
  const inline = 'in the context of inline volumes'
  const refuse = (key: string) => [forbiddenField(`${path}.${key}`, `may not be specified ${inline}`)]
  const given = (key: string) => (spec[key] !== undefined && spec[key] !== '' ? refuse(key) : [])
  const modes = (spec.accessModes ?? []) as string[]
  const errors = [...given('claimRef'), ...given('capacity')]
  if (!fieldsOf(spec.csi)) errors.push(required(`${path}.csi`, `has to be specified ${inline}`))
  if (!modes.length) errors.push(required(`${path}.accessModes`))
  errors.push(...validateModes(modes, `${path}.accessModes`))
  const policy = spec.persistentVolumeReclaimPolicy
  if (policy && policy !== 'Retain') {
    errors.push(forbiddenField(`${path}.persistentVolumeReclaimPolicy`, `may only be Retain ${inline}`))
  }
  errors.push(...given('nodeAffinity'))
  const [first, ...others] = SOURCES.filter((key) => fieldsOf(spec[key]))
  if (!first) errors.push(required(path, 'must specify a volume type'))
  else errors.push(...PERSISTENT_SOURCES[first](fieldsOf(spec[first]) ?? {}, `${path}.${first}`, ''))
  errors.push(
    ...others.map((key) => forbiddenField(`${path}.${key}`, 'may not specify more than 1 volume type')),
    ...given('storageClassName'),
  )
  if (spec.volumeMode === undefined || spec.volumeMode === 'Filesystem') return errors
  return [...errors, forbiddenField(`${path}.volumeMode`, `may not specify volumeMode other than Filesystem ${inline}`)]
}

export function validatePersistentVolume(pv: KubeObject): FieldError[] {
  const spec = fieldsOf(pv.spec) ?? {}
  const errors: FieldError[] = []
  const modes = (spec.accessModes ?? []) as string[]
  if (!modes.length) errors.push(required('spec.accessModes'))
  errors.push(...validateModes(modes, 'spec.accessModes'))
  const capacity = fieldsOf(spec.capacity) ?? {}
  if (!Object.keys(capacity).length) errors.push(required('spec.capacity'))
  if (capacity.storage === undefined || Object.keys(capacity).length > 1) {
    errors.push(notSupported('spec.capacity', spec.capacity ?? null, ['storage']))
  }
  for (const name of Object.keys(capacity).sort()) {
    const field = `spec.capacity[${name}]`
    const { unscaled } = quantityOf(capacity[name] as string)
    if (unscaled < 0n)
      errors.push(invalidValue(field, quantityValue(quantityOf(capacity[name] as string)), 'must be a valid resource quantity'))
    errors.push(...validatePositive(capacity[name], field))
  }
  const policy = String(spec.persistentVolumeReclaimPolicy ?? '')
  const policies = ['Delete', 'Recycle', 'Retain']
  if (policy && !policies.includes(policy)) errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, policies))
  const affinity = fieldsOf(spec.nodeAffinity)
  const needed = fieldsOf(affinity?.required)
  if (affinity && !needed) errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'))
  if (needed) errors.push(...validateNodeSelector(needed, 'spec.nodeAffinity.required'))
  errors.push(...validateSources(spec, pv.metadata.name))
  const path = fieldsOf(spec.hostPath)?.path
  if (typeof path === 'string' && posix.normalize(path).replace(/(.)\/$/, '$1') === '/' && policy === 'Recycle') {
    errors.push(forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"))
  }
  const name = spec.storageClassName
  if (typeof name === 'string' && name) {
    for (const complaint of isDns1123Subdomain(name)) errors.push(invalidValue('spec.storageClassName', name, complaint))
  }
  const mode = spec.volumeMode
  if (mode !== undefined && !VOLUME_MODES.includes(String(mode))) errors.push(notSupported('spec.volumeMode', mode, VOLUME_MODES))
  return [...errors, ...validateAttributesClass(spec), ...validateMountOptions(pv, spec)]
}

const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'
const UNMOUNTABLE = ['hostPath', 'flocker', 'fc', 'flexVolume', 'portworxVolume', 'scaleIO', 'local', 'storageos', 'csi']

/** Upstream: pkg/volume/validation/pv_validation.go. */
function validateMountOptions({ metadata }: KubeObject, spec: Fields): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined) return []
  const others = SOURCES.filter((key) => !UNMOUNTABLE.includes(key))
  if (others.some((key) => fieldsOf(spec[key]))) return []
  return [forbiddenField(`metadata.annotations.${MOUNT_OPTIONS}`, 'may not specify mount options for this volume type')]
}

function validateAttributesClass(spec: Fields): FieldError[] {
  const name = spec.volumeAttributesClassName
  if (name === undefined) return []
  const field = 'spec.volumeAttributesClassName'
  const errors = name ? invalids(field, name, isDns1123Subdomain(String(name))) : [required(field, 'an empty string is disallowed')]
  return fieldsOf(spec.csi) ? errors : [...errors, required('spec.csi', 'has to be specified when using volumeAttributesClassName')]
}

export function validateVolumeUpdate(pv: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(pv.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const errors: FieldError[] = []
  const source = (s: Fields) => Object.fromEntries(SOURCES.filter((key) => s[key] !== undefined).map((key) => [key, s[key]]))
  const now = source(spec)
  // The secret for making it larger may be named later.
  if (fieldsOf(before.csi) && !fieldsOf(fieldsOf(before.csi)?.controllerExpandSecretRef)) {
    const { controllerExpandSecretRef: _, ...rest } = fieldsOf(now.csi) ?? {}
    if (now.csi) now.csi = rest
  }
  if (!same(now, source(before))) {
    const diff = goDiff('PersistentVolumeSource', source(before), now)
    errors.push(forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${diff}`))
  }
  errors.push(...immutable('volumeMode', spec.volumeMode, before.volumeMode))
  if (before.nodeAffinity !== undefined && !same(spec.nodeAffinity, before.nodeAffinity)) {
    const affinity = fieldsOf(spec.nodeAffinity)
    const needed = fieldsOf(affinity?.required)
    const shown = affinity ? { Required: needed ? internalForm('NodeSelector', needed) : null } : null
    errors.push(invalidValue('nodeAffinity', shown, `${IMMUTABLE}, except for updating from beta label to GA`))
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'))
  }
  return errors
}

// ---------------------------------------------------------------- classes

const MOST_PARAMETERS = 512
/** In bytes. */
const LARGEST_PARAMETERS = 256 * 1024

export function validateParameters(parameters: Fields, field: string): FieldError[] {
  const keys = Object.keys(parameters)
  if (keys.length > MOST_PARAMETERS) return [tooLong(field, MOST_PARAMETERS)]
  const errors = keys.includes('') ? [invalidValue(field, '', 'field can not be empty.')] : []
  const size = keys.reduce((sum, key) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(parameters[key])), 0)
  return size > LARGEST_PARAMETERS ? [...errors, tooLong(field, LARGEST_PARAMETERS)] : errors
}

export function validateStorageClass(object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const provisioner = String(object.provisioner ?? '')
  if (!provisioner) errors.push(required('provisioner'))
  else errors.push(...invalids('provisioner', provisioner.toLowerCase(), isLabelKey(provisioner.toLowerCase())))
  errors.push(...validateParameters(fieldsOf(object.parameters) ?? {}, 'parameters'))
  const policy = object.reclaimPolicy
  if (policy !== undefined && policy !== 'Delete' && policy !== 'Retain') {
    errors.push(notSupported('reclaimPolicy', policy, ['Delete', 'Retain']))
  }
  const mode = object.volumeBindingMode
  if (mode !== undefined && mode !== 'Immediate' && mode !== 'WaitForFirstConsumer') {
    errors.push(notSupported('volumeBindingMode', mode, ['Immediate', 'WaitForFirstConsumer']))
  }
  return [...errors, ...validateTopologies(listOf(object.allowedTopologies), 'allowedTopologies')]
}

/** Each term names its keys, and each key its values, once; no two terms are alike. */
function validateTopologies(terms: Fields[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const seen: string[] = []
  for (const [i, term] of terms.entries()) {
    const known = new Map<string, string[]>()
    const expressions = listOf(term.matchLabelExpressions)
    for (const [j, expression] of expressions.entries()) {
      const here = `${path}[${i}].matchLabelExpressions[${j}]`
      const values = (expression.values ?? []) as string[]
      const key = String(expression.key ?? '')
      if (!values.length) errors.push(required(`${here}.values`))
      for (const [k, value] of values.entries()) if (values.indexOf(value) < k) errors.push(duplicate(`${here}.values[${k}]`, value))
      errors.push(...invalids(`${here}.key`, key, isLabelKey(key)))
      if (known.has(key)) errors.push(duplicate(`${here}.key`, key))
      known.set(key, [...new Set(values)].sort())
    }
    const content = JSON.stringify([...known].sort())
    if (!expressions.length || seen.includes(content)) errors.push(duplicate(`${path}[${i}].matchLabelExpressions`, ''))
    seen.push(content)
  }
  return errors
}

export function validateStorageClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  // What is declared of the fields shows no values.
  for (const key of ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode']) {
    if (!same((object as KubeObject & Fields)[key], (old as KubeObject & Fields)[key])) errors.push(invalidValue(key, null, IMMUTABLE))
  }
  return errors
}
