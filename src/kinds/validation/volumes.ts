// Validation of a Pod's volumes. Upstream: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
import type { ObjectMeta, Volume } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf } from '../defaults/fields'
import { duplicate, forbiddenField, invalids, invalidValue, notSupported, required } from './errors'
import { validateAnnotations, validateLabels } from './object-meta'
import { validateLocalPath } from './paths'
import { validateDownwardApi, validateItems, validateMode, validateProjected } from './projected-volumes'
import { validateClaimSpec } from './storage'
import { need, POD_SOURCES } from './volume-sources'

/** What a claim's template may not say of its metadata, in the order of Go's struct. */
const NOT_OF_TEMPLATES = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
]

function validateTemplateMeta(meta: Fields, path: string): FieldError[] {
  const set = NOT_OF_TEMPLATES.filter((key) => meta[key] !== undefined && meta[key] !== null && meta[key] !== '' && meta[key] !== 0)
  return [
    ...validateAnnotations(meta.annotations as Record<string, string> | undefined, `${path}.annotations`),
    ...validateLabels(meta.labels as Record<string, string> | undefined, `${path}.labels`),
    ...set.map((key) => forbiddenField(`${path}.${key}`, 'cannot be set')),
  ]
}

function validateEphemeral(source: Fields, path: string, volume: string, podName: string | undefined): FieldError[] {
  const template = fieldsOf(source.volumeClaimTemplate)
  const here = `${path}.volumeClaimTemplate`
  const errors = template
    ? [
        ...validateTemplateMeta(fieldsOf(template.metadata) ?? {}, `${here}.metadata`),
        ...validateClaimSpec(fieldsOf(template.spec) ?? {}, `${here}.spec`),
      ]
    : [required(here)]
  if (podName === undefined || !volume) return errors
  const name = `${podName}-${volume}`
  const complaints = isDns1123Subdomain(name).map((complaint) => `PVC name ${JSON.stringify(name)}: ${complaint}`)
  return [...errors, ...invalids(`${path.slice(0, path.lastIndexOf('.'))}.name`, volume, complaints)]
}

type Check = (source: Fields, path: string, volume: string, podName: string | undefined) => FieldError[]

const POLICIES = ['Always', 'IfNotPresent', 'Never']

/** In upstream's order, in which the first that is given is the one that is meant. */
const SOURCES: Record<string, Check> = {
  emptyDir: (s, p) => {
    const limit = s.sizeLimit as string | undefined
    const negative = limit !== undefined && quantityOf(limit).unscaled < 0n
    return negative ? [forbiddenField(`${p}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')] : []
  },
  hostPath: POD_SOURCES.hostPath,
  gitRepo: (s, p) => [...need(s, p, 'repository'), ...validateLocalPath(String(s.directory ?? ''), `${p}.directory`)],
  gcePersistentDisk: POD_SOURCES.gcePersistentDisk,
  awsElasticBlockStore: POD_SOURCES.awsElasticBlockStore,
  secret: (s, p) => [
    ...need(s, p, 'secretName'),
    ...validateMode(s.defaultMode, `${p}.defaultMode`),
    ...validateItems(s.items, `${p}.items`),
  ],
  nfs: POD_SOURCES.nfs,
  iscsi: POD_SOURCES.iscsi,
  glusterfs: POD_SOURCES.glusterfs,
  flocker: POD_SOURCES.flocker,
  persistentVolumeClaim: (s, p) => need(s, p, 'claimName'),
  rbd: POD_SOURCES.rbd,
  cinder: POD_SOURCES.cinder,
  cephfs: POD_SOURCES.cephfs,
  quobyte: POD_SOURCES.quobyte,
  downwardAPI: validateDownwardApi,
  fc: POD_SOURCES.fc,
  flexVolume: POD_SOURCES.flexVolume,
  configMap: (s, p) => [...need(s, p, 'name'), ...validateMode(s.defaultMode, `${p}.defaultMode`), ...validateItems(s.items, `${p}.items`)],
  azureFile: POD_SOURCES.azureFile,
  vsphereVolume: POD_SOURCES.vsphereVolume,
  photonPersistentDisk: POD_SOURCES.photonPersistentDisk,
  portworxVolume: POD_SOURCES.portworxVolume,
  azureDisk: POD_SOURCES.azureDisk,
  storageos: POD_SOURCES.storageos,
  projected: validateProjected,
  scaleIO: POD_SOURCES.scaleIO,
  csi: POD_SOURCES.csi,
  ephemeral: validateEphemeral,
  image: (s, p) => {
    const policy = s.pullPolicy
    const wrong = policy !== undefined && !POLICIES.includes(String(policy))
    return [...need(s, p, 'reference'), ...(wrong ? [notSupported(`${p}.pullPolicy`, policy, POLICIES)] : [])]
  },
}

/** Where upstream names a source otherwise when it is one too many. */
const OTHER_NAMES: Record<string, string> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

function validateSource(volume: Volume, path: string, podName: string | undefined): FieldError[] {
  const given = Object.keys(SOURCES).filter((key) => fieldsOf(volume[key]))
  if (!given.length) return [required(path, 'must specify a volume type')]
  const [first, ...others] = given
  const errors = SOURCES[first](fieldsOf(volume[first]) ?? {}, `${path}.${first}`, volume.name, podName)
  return [
    ...errors,
    ...others.map((key) => forbiddenField(`${path}.${OTHER_NAMES[key] ?? key}`, 'may not specify more than 1 volume type')),
  ]
}

/** The volumes that are right, by name, and what is wrong with the others. `meta` is that of a Pod, absent for a template. */
export function validateVolumes(
  volumes: Volume[] | undefined,
  path: string,
  meta: ObjectMeta | undefined,
): { known: Map<string, Volume>; errors: FieldError[] } {
  const known = new Map<string, Volume>()
  const errors: FieldError[] = []
  const ephemeral = meta?.name ? (volumes ?? []).filter((volume) => fieldsOf(volume.ephemeral)) : []
  const made = new Set(ephemeral.map((volume) => `${meta?.name}-${volume.name}`))
  for (const [i, volume] of (volumes ?? []).entries()) {
    const here = `${path}[${i}]`
    const own = validateSource(volume, here, meta?.name || undefined)
    if (!volume.name) own.push(required(`${here}.name`))
    else own.push(...invalids(`${here}.name`, volume.name, isDns1123Label(volume.name)))
    if (known.has(volume.name)) own.push(duplicate(`${here}.name`, volume.name))
    if (own.length) errors.push(...own)
    else known.set(volume.name, volume)
    const claim = String(fieldsOf(volume.persistentVolumeClaim)?.claimName ?? '')
    if (made.has(claim)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume'
      errors.push(invalidValue(`${here}.persistentVolumeClaim.claimName`, claim, why))
    }
  }
  return { known, errors }
}
