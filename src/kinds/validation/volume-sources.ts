// Where a volume is: the rules of the sources that a Pod's volume and a PersistentVolume can have.
// Upstream: pkg/apis/core/validation/validation.go (validateVolumeSource, ValidatePersistentVolumeSpec).
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { invalids, invalidValue, notSupported, required, tooLong } from './errors'
import { validateHostPath, validateNfs, validateNoBacksteps } from './paths'

/** `name` is that of the volume. */
export type SourceCheck = (source: Fields, path: string, name: string) => FieldError[]

/** Errors of the keys that are absent or empty. */
export function need(source: Fields, path: string, ...keys: string[]): FieldError[] {
  return keys.filter((key) => !source[key]).map((key) => required(`${path}.${key}`))
}

function text(value: unknown): string {
  return String(value ?? '')
}

function validateNumber(source: Fields, path: string, key: string, range: string): FieldError[] {
  const value = Number(source[key] ?? 0)
  return value < 0 || value > 255 ? [invalidValue(`${path}.${key}`, value, `must be between ${range}, inclusive`)] : []
}

/** The reference to a secret that, once given, has all these parts. */
function validateSecretRef(source: Fields, path: string, parts: string[]): FieldError[] {
  const reference = fieldsOf(source.secretRef)
  return reference ? need(reference, `${path}.secretRef`, ...parts) : []
}

const ISCSI_NAMES: [prefix: string, pattern: RegExp][] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
]

function validateIscsiName(value: string, field: string, isPod: boolean): FieldError[] {
  const form = ISCSI_NAMES.find(([prefix]) => value.startsWith(prefix))
  if (form) return form[1].test(value) ? [] : [invalidValue(field, value, 'must be valid format')]
  return [invalidValue(field, value, `must be valid format${isPod ? ' starting with iqn, eui, or naa' : ''}`)]
}

const MOST_TARGET = 64

function validateIscsi(source: Fields, path: string, name: string, isPod: boolean): FieldError[] {
  const errors = need(source, path, 'targetPortal')
  const isTooLong = source.initiatorName !== undefined && `${name}:${text(source.targetPortal)}`.length > MOST_TARGET
  const why = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
  if (isTooLong && !isPod) errors.push(invalidValue(`${path}.targetportal`, source.targetPortal, why))
  if (!source.iqn) errors.push(required(`${path}.iqn`))
  else errors.push(...validateIscsiName(text(source.iqn), `${path}.iqn`, isPod))
  errors.push(...validateNumber(source, path, 'lun', '0 and 255'))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !fieldsOf(source.secretRef)) errors.push(required(`${path}.secretRef`))
  if (!isPod) errors.push(...validateSecretRef(source, path, ['name']))
  if (source.initiatorName !== undefined) {
    errors.push(...validateIscsiName(text(source.initiatorName), `${path}.initiatorname`, isPod))
  }
  if (isTooLong && isPod) errors.push(invalidValue(`${path.slice(0, path.lastIndexOf('.'))}.name`, name, why))
  return errors
}

function validateFc(source: Fields, path: string): FieldError[] {
  const [targets, ids] = [(source.targetWWNs ?? []) as string[], (source.wwids ?? []) as string[]]
  const field = `${path}.targetWWNs`
  const errors: FieldError[] = []
  if (!targets.length && !ids.length) errors.push(required(field, 'must specify either targetWWNs or wwids, but not both'))
  if (!targets.length) return errors
  if (ids.length) errors.push(invalidValue(field, targets, 'targetWWNs and wwids can not be specified simultaneously'))
  if (source.lun === undefined) return [...errors, required(`${path}.lun`, 'lun is required if targetWWNs is specified')]
  return [...errors, ...validateNumber(source, path, 'lun', '0 and 255')]
}

function validateFlex(source: Fields, path: string): FieldError[] {
  const reserved = Object.keys(fieldsOf(source.options) ?? {}).filter((key) =>
    /\.(kubernetes|k8s)\.io$/.test(`.${key.split('/')[0].toLowerCase()}`),
  )
  const why = 'kubernetes.io and k8s.io namespaces are reserved'
  return [...need(source, path, 'driver'), ...reserved.map((key) => invalidValue(`${path}.options[${key}]`, key, why))]
}

function validateFlocker(source: Fields, path: string): FieldError[] {
  const [name, uuid] = [text(source.datasetName), text(source.datasetUUID)]
  const errors: FieldError[] = []
  if (!name && !uuid) errors.push(required(path, 'one of datasetName and datasetUUID is required'))
  if (name && uuid) errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
  if (name.includes('/')) errors.push(invalidValue(`${path}.datasetName`, name, "must not contain '/'"))
  return errors
}

/** A host, in brackets where it has colons, and a port. */
const HOST_PORT = /^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/

function validateQuobyte(source: Fields, path: string): FieldError[] {
  const registry = text(source.registry)
  const pairs = 'must be a host:port pair or multiple pairs separated by commas'
  const errors: FieldError[] = []
  if (!registry) errors.push(required(`${path}.registry`, pairs))
  else if (text(source.tenant).length > 64) {
    errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'))
  } else {
    const wrong = registry.split(',').filter((pair) => !HOST_PORT.test(pair))
    errors.push(...wrong.map(() => invalidValue(`${path}.registry`, registry, pairs)))
  }
  return [...errors, ...need(source, path, 'volume')]
}

const CACHING_MODES = ['None', 'ReadOnly', 'ReadWrite']
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared']
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

function validateAzureDisk(source: Fields, path: string): FieldError[] {
  const errors = need(source, path, 'diskName', 'diskURI')
  const { cachingMode, kind } = source
  if (cachingMode !== undefined && !CACHING_MODES.includes(text(cachingMode))) {
    errors.push(notSupported(`${path}.cachingMode`, cachingMode, CACHING_MODES))
  }
  if (kind === undefined) return errors
  if (!DISK_KINDS.includes(text(kind))) errors.push(notSupported(`${path}.kind`, kind, DISK_KINDS))
  const [prefix, form] = kind === 'Managed' ? ['/subscriptions/', MANAGED_URI] : ['https://', BLOB_URI]
  const uri = text(source.diskURI)
  return uri.startsWith(prefix) ? errors : [...errors, notSupported(`${path}.diskURI`, uri, [form])]
}

function validateStorageOs(source: Fields, path: string, parts: string[]): FieldError[] {
  const label = (key: string) => invalids(`${path}.${key}`, source[key], isDns1123Label(text(source[key])))
  return [
    ...(source.volumeName ? label('volumeName') : [required(`${path}.volumeName`)]),
    ...(source.volumeNamespace ? label('volumeNamespace') : []),
    ...validateSecretRef(source, path, parts),
  ]
}

const MOST_DRIVER = 63

export function validateCsiDriverName(name: string, field: string): FieldError[] {
  if (!name) return [required(field)]
  const errors = name.length > MOST_DRIVER ? [tooLong(field, MOST_DRIVER)] : []
  return [...errors, ...invalids(field, name, isDns1123Subdomain(name.toLowerCase()))]
}

function validatePodCsi(source: Fields, path: string): FieldError[] {
  const errors = validateCsiDriverName(text(source.driver), `${path}.driver`)
  const secret = fieldsOf(source.nodePublishSecretRef)
  if (!secret) return errors
  if (!secret.name) return [...errors, required(`${path}.nodePublishSecretRef.name`)]
  return [...errors, ...invalids(`${path}.name`, secret.name, isDns1123Subdomain(text(secret.name)))]
}

function validateCsi(source: Fields, path: string): FieldError[] {
  const errors = [...validateCsiDriverName(text(source.driver), `${path}.driver`), ...need(source, path, 'volumeHandle')]
  for (const key of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef']) {
    const reference = fieldsOf(source[key])
    if (!reference) continue
    for (const [part, rule] of [['name', isDns1123Subdomain] as const, ['namespace', isDns1123Label] as const]) {
      const field = `${path}.${key}.${part}`
      errors.push(...(reference[part] ? invalids(field, reference[part], rule(text(reference[part]))) : [required(field)]))
    }
  }
  return errors
}

function validateGluster(source: Fields, path: string): FieldError[] {
  const errors = need(source, path, 'endpoints', 'path')
  const namespace = source.endpointsNamespace
  if (namespace === undefined) return errors
  const field = `${path}.endpointsNamespace`
  if (namespace) return [...errors, ...invalids(field, namespace, isDns1123Label(text(namespace)))]
  return [...errors, invalidValue(field, '', 'if the endpointnamespace is set, it must be a valid namespace name')]
}

function validateAzureFile(source: Fields, path: string): FieldError[] {
  const errors = need(source, path, 'secretName', 'shareName')
  return source.secretNamespace === '' ? [...errors, required(`${path}.secretNamespace`)] : errors
}

const monitors = (source: Fields, path: string) => (listOf(source.monitors).length ? [] : [required(`${path}.monitors`)])
const PARTITION = '1 and 255'

/** What Pods' volumes and PersistentVolumes have alike. */
const SHARED: Record<string, SourceCheck> = {
  hostPath: validateHostPath,
  // The server's own type has another name.
  gcePersistentDisk: (s, p) => {
    const path = p.replace(/gcePersistentDisk$/, 'persistentDisk')
    return [...need(s, path, 'pdName'), ...validateNumber(s, path, 'partition', PARTITION)]
  },
  awsElasticBlockStore: (s, p) => [...need(s, p, 'volumeID'), ...validateNumber(s, p, 'partition', PARTITION)],
  nfs: validateNfs,
  flocker: validateFlocker,
  rbd: (s, p) => [...monitors(s, p), ...need(s, p, 'image')],
  cephfs: monitors,
  quobyte: validateQuobyte,
  fc: validateFc,
  flexVolume: validateFlex,
  vsphereVolume: (s, p) => need(s, p, 'volumePath'),
  photonPersistentDisk: (s, p) => need(s, p, 'pdID'),
  portworxVolume: (s, p) => need(s, p, 'volumeID'),
  azureDisk: validateAzureDisk,
  scaleIO: (s, p) => need(s, p, 'gateway', 'system', 'volumeName'),
}

/** The sources of a Pod's volumes that a PersistentVolume can have too, by rule though not all by order. */
export const POD_SOURCES: Record<string, SourceCheck> = {
  ...SHARED,
  iscsi: (s, p, name) => validateIscsi(s, p, name, true),
  glusterfs: (s, p) => need(s, p, 'endpoints', 'path'),
  cinder: (s, p) => [...need(s, p, 'volumeID'), ...validateSecretRef(s, p, ['name'])],
  azureFile: (s, p) => need(s, p, 'secretName', 'shareName'),
  storageos: (s, p) => validateStorageOs(s, p, ['name']),
  csi: validatePodCsi,
}

export const PERSISTENT_SOURCES: Record<string, SourceCheck> = {
  ...SHARED,
  iscsi: (s, p, name) => validateIscsi(s, p, name, false),
  glusterfs: validateGluster,
  cinder: (s, p) => [...need(s, p, 'volumeID'), ...validateSecretRef(s, p, ['name', 'namespace'])],
  azureFile: validateAzureFile,
  local: (s, p) => (s.path ? validateNoBacksteps(text(s.path), `${p}.path`) : [required(`${p}.path`)]),
  storageos: (s, p) => validateStorageOs(s, p, ['name', 'namespace']),
  csi: validateCsi,
}
