// Validation of a Pod's volumes. Upstream: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
import type { ObjectMeta, Volume } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './env'
import { duplicate, forbiddenField, invalids, invalidValue, notSupported, required } from './errors'
import { validateHostPath, validateLocalNonReservedPath, validateNfs } from './paths'
import { validateClaimSpec } from './storage'

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive'

function validateMode(mode: unknown, field: string): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777) ? [invalidValue(field, mode, MODE_ERROR)] : []
}

function validateItems(items: unknown, path: string): FieldError[] {
  return listOf(items).flatMap((item, i) => {
    const here = `${path}[${i}]`
    const errors: FieldError[] = []
    if (!item.key) errors.push(required(`${here}.key`))
    if (!item.path) errors.push(required(`${here}.path`))
    else errors.push(...validateLocalNonReservedPath(String(item.path), `${here}.path`))
    return [...errors, ...validateMode(item.mode, `${here}.mode`)]
  })
}

function need(source: Fields, path: string, ...keys: string[]): FieldError[] {
  return keys.filter((key) => !source[key]).map((key) => required(`${path}.${key}`))
}

function validateDownwardItems(items: unknown, path: string): FieldError[] {
  return listOf(items).flatMap((item, i) => {
    const here = `${path}[${i}]`
    const errors: FieldError[] = []
    if (!item.path) errors.push(required(`${here}.path`))
    else errors.push(...validateLocalNonReservedPath(String(item.path), `${here}.path`))
    const fieldRef = fieldsOf(item.fieldRef)
    const resource = fieldsOf(item.resourceFieldRef)
    if (fieldRef) {
      errors.push(...validateFieldRef(fieldRef as { fieldPath: string }, `${here}.fieldRef`, VOLUME_FIELDS))
      if (resource) errors.push(invalidValue(here, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
    } else if (resource) errors.push(...validateResourceFieldRef(resource as { resource: string }, `${here}.resourceFieldRef`, true))
    else errors.push(required(here, 'one of fieldRef and resourceFieldRef is required'))
    return [...errors, ...validateMode(item.mode, `${here}.mode`)]
  })
}

function validateProjectedSource(source: Fields, path: string): FieldError[] {
  const kinds = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate']
  const given = kinds.filter((kind) => fieldsOf(source[kind]))
  if (!given.length) return [required(path, 'must specify a volume source')]
  const errors: FieldError[] = []
  for (const [i, kind] of given.entries()) {
    const here = `${path}.${kind}`
    const value = fieldsOf(source[kind]) ?? {}
    if (i > 0) errors.push(forbiddenField(here, 'may not specify more than 1 volume type per source'))
    else if (kind === 'secret' || kind === 'configMap') {
      errors.push(...need(value, here, 'name'), ...validateItems(value.items, `${here}.items`))
    } else if (kind === 'downwardAPI') errors.push(...validateDownwardItems(value.items, `${here}.items`))
    else if (kind === 'serviceAccountToken') {
      const seconds = value.expirationSeconds as number | undefined
      if (seconds !== undefined && seconds < 600) {
        errors.push(invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'))
      } else if (seconds !== undefined && seconds > 2 ** 32) {
        errors.push(invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'))
      }
      if (!value.path) errors.push(required(`${here}.path`))
      else errors.push(...validateLocalNonReservedPath(String(value.path), `${here}.path`))
    }
  }
  return errors
}

function validateProjected(source: Fields, path: string): FieldError[] {
  const errors = validateMode(source.defaultMode, `${path}.defaultMode`)
  return [...errors, ...listOf(source.sources).flatMap((s, i) => validateProjectedSource(s, `${path}.sources[${i}]`))]
}

function validateEphemeral(source: Fields, path: string, volume: string, podName: string | undefined): FieldError[] {
  const template = fieldsOf(source.volumeClaimTemplate)
  if (!template) return [required(`${path}.volumeClaimTemplate`)]
  const errors = validateClaimSpec(fieldsOf(template.spec) ?? {}, `${path}.volumeClaimTemplate.spec`)
  if (podName !== undefined) {
    const name = `${podName}-${volume}`
    for (const complaint of isDns1123Subdomain(name)) {
      errors.push(invalidValue(`${path}.name`, volume, `PVC name ${JSON.stringify(name)}: ${complaint}`))
    }
  }
  return errors
}

type Check = (source: Fields, path: string, volume: string, podName: string | undefined) => FieldError[]

/** In upstream's order. Sources that are not listed are not looked into. */
const SOURCES: Record<string, Check> = {
  emptyDir: (s, p) => {
    const limit = s.sizeLimit as string | undefined
    const negative = limit !== undefined && quantityOf(limit).unscaled < 0n
    return negative ? [forbiddenField(`${p}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')] : []
  },
  hostPath: validateHostPath,
  gitRepo: (s, p) => [
    ...need(s, p, 'repository'),
    ...(s.directory ? validateLocalNonReservedPath(String(s.directory), `${p}.directory`) : []),
  ],
  gcePersistentDisk: (s, p) => need(s, p, 'pdName'),
  awsElasticBlockStore: (s, p) => need(s, p, 'volumeID'),
  secret: (s, p) => [
    ...need(s, p, 'secretName'),
    ...validateMode(s.defaultMode, `${p}.defaultMode`),
    ...validateItems(s.items, `${p}.items`),
  ],
  nfs: validateNfs,
  iscsi: (s, p) => need(s, p, 'targetPortal', 'iqn'),
  glusterfs: (s, p) => need(s, p, 'endpoints', 'path'),
  flexVolume: (s, p) => need(s, p, 'driver'),
  configMap: (s, p) => [...need(s, p, 'name'), ...validateMode(s.defaultMode, `${p}.defaultMode`), ...validateItems(s.items, `${p}.items`)],
  rbd: (s, p) => [...(listOf(s.monitors).length ? [] : [required(`${p}.monitors`)]), ...need(s, p, 'image')],
  cinder: (s, p) => need(s, p, 'volumeID'),
  cephfs: (s, p) => (listOf(s.monitors).length ? [] : [required(`${p}.monitors`)]),
  flocker: () => [],
  fc: () => [],
  downwardAPI: (s, p) => [...validateMode(s.defaultMode, `${p}.defaultMode`), ...validateDownwardItems(s.items, `${p}.items`)],
  azureFile: (s, p) => need(s, p, 'secretName', 'shareName'),
  vsphereVolume: (s, p) => need(s, p, 'volumePath'),
  photonPersistentDisk: (s, p) => need(s, p, 'pdID'),
  portworxVolume: (s, p) => need(s, p, 'volumeID'),
  azureDisk: (s, p) => need(s, p, 'diskName', 'diskURI'),
  storageos: () => [],
  quobyte: (s, p) => need(s, p, 'registry', 'volume'),
  scaleIO: (s, p) => need(s, p, 'gateway', 'system', 'volumeName'),
  persistentVolumeClaim: (s, p) => need(s, p, 'claimName'),
  projected: validateProjected,
  csi: (s, p) => need(s, p, 'driver'),
  ephemeral: validateEphemeral,
  image: (s, p) => {
    const policy = s.pullPolicy
    const known = ['Always', 'IfNotPresent', 'Never']
    const wrong = policy !== undefined && !known.includes(String(policy))
    return [...need(s, p, 'reference'), ...(wrong ? [notSupported(`${p}.pullPolicy`, policy, known)] : [])]
  },
}

function validateSource(volume: Volume, path: string, podName: string | undefined): FieldError[] {
  const given = Object.keys(SOURCES).filter((key) => fieldsOf(volume[key]))
  if (!given.length) return [required(path, 'must specify a volume type')]
  const [first, ...others] = given
  const errors = SOURCES[first](fieldsOf(volume[first]) ?? {}, `${path}.${first}`, volume.name, podName)
  return [...errors, ...others.map((key) => forbiddenField(`${path}.${key}`, 'may not specify more than 1 volume type'))]
}

/** The volumes that are right, by name, and what is wrong with the others. `meta` is that of a Pod, absent for a template. */
export function validateVolumes(
  volumes: Volume[] | undefined,
  path: string,
  meta: ObjectMeta | undefined,
): { known: Map<string, Volume>; errors: FieldError[] } {
  const known = new Map<string, Volume>()
  const errors: FieldError[] = []
  for (const [i, volume] of (volumes ?? []).entries()) {
    const here = `${path}[${i}]`
    const own = validateSource(volume, here, meta?.name || undefined)
    if (!volume.name) own.push(required(`${here}.name`))
    else own.push(...invalids(`${here}.name`, volume.name, isDns1123Label(volume.name)))
    if (known.has(volume.name)) own.push(duplicate(`${here}.name`, volume.name))
    if (own.length) errors.push(...own)
    else known.set(volume.name, volume)
  }
  return { known, errors }
}
