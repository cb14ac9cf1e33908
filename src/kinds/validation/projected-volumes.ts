// Volumes that show the cluster's own data as files: keys of ConfigMaps and Secrets, facts about the Pod, tokens, certificates.
// Upstream: pkg/apis/core/validation/validation.go (validateDownwardAPIVolumeFile, validateProjectionSources).
import type { LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './env'
import { forbiddenField, invalids, invalidValue, notSupported, required, tooLong } from './errors'
import { ANNOTATIONS_LIMIT, annotationsSize, validateDomainKey, validateSelector } from './object-meta'
import { validateLocalNonReservedPath } from './paths'
import { isKubernetesSigner, signerOfTrustBundle, trustBundleNameProblems, validateSignerName } from './signer-name'
import { need } from './volume-sources'

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive'

export function validateMode(mode: unknown, field: string): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777) ? [invalidValue(field, mode, MODE_ERROR)] : []
}

function validateItem(item: Fields, path: string): FieldError[] {
  return [
    ...need(item, path, 'key', 'path'),
    ...validateLocalNonReservedPath(String(item.path ?? ''), `${path}.path`),
    ...validateMode(item.mode, `${path}.mode`),
  ]
}

export function validateItems(items: unknown, path: string): FieldError[] {
  return listOf(items).flatMap((item, i) => validateItem(item, `${path}[${i}]`))
}

/** `path` is that of the volume: upstream does not say which file is meant. */
function validateFile(file: Fields, path: string): FieldError[] {
  const errors = [...need(file, path, 'path'), ...validateLocalNonReservedPath(String(file.path ?? ''), `${path}.path`)]
  const fieldRef = fieldsOf(file.fieldRef)
  const resource = fieldsOf(file.resourceFieldRef)
  if (fieldRef) {
    errors.push(...validateFieldRef(fieldRef as { fieldPath: string }, `${path}.fieldRef`, VOLUME_FIELDS))
    if (resource) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (resource) errors.push(...validateResourceFieldRef(resource as { resource: string }, `${path}.resourceFieldRef`, true))
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  return [...errors, ...validateMode(file.mode, `${path}.mode`)]
}

export function validateDownwardApi(source: Fields, path: string): FieldError[] {
  return [...validateMode(source.defaultMode, `${path}.defaultMode`), ...listOf(source.items).flatMap((file) => validateFile(file, path))]
}

// ---------------------------------------------------------------- projections

/** Every file has a place of its own; `claim` says when a place is taken, showing `shown`. */
type Claim = (place: unknown, shown: unknown) => FieldError[]
type Projection = (source: Fields, path: string, volume: string, claim: Claim) => FieldError[]

function validateKeys(source: Fields, path: string, _volume: string, claim: Claim): FieldError[] {
  const items = listOf(source.items).flatMap((item, i) => [
    ...validateItem(item, `${path}.items[${i}]`),
    ...(item.path ? claim(item.path, source.name) : []),
  ])
  return [...need(source, path, 'name'), ...items]
}

function validateFiles(source: Fields, path: string, _volume: string, claim: Claim): FieldError[] {
  return listOf(source.items).flatMap((file) => [...validateFile(file, path), ...(file.path ? claim(file.path, file.path) : [])])
}

const LONGEST_TOKEN = 2 ** 32

/** The path of a token is said to be the volume's. */
function validateToken(source: Fields, path: string, volume: string): FieldError[] {
  const errors: FieldError[] = []
  const field = `${path}.expirationSeconds`
  const seconds = source.expirationSeconds as number | undefined
  if (seconds === undefined) errors.push(required(field))
  else if (seconds < 600) errors.push(invalidValue(field, seconds, 'may not specify a duration less than 10 minutes'))
  else if (seconds > LONGEST_TOKEN) errors.push(invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (!source.path) return [...errors, required(`${volume}.path`)]
  return [...errors, ...validateLocalNonReservedPath(String(source.path), `${volume}.path`)]
}

function validateTrustBundle(source: Fields, path: string, _volume: string, claim: Claim): FieldError[] {
  const { name, signerName, labelSelector } = source
  const errors: FieldError[] = []
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalidValue(path, internalForm('ClusterTrustBundleProjection', source), 'only one of name and signerName may be used'))
  } else if (name !== undefined) {
    const text = String(name)
    if (!text) errors.push(required(`${path}.name`, 'must be a valid object name'))
    const problems = trustBundleNameProblems(text, signerOfTrustBundle(text))
    errors.push(
      ...invalids(
        `${path}.name`,
        text,
        problems.map((why) => `not a valid clustertrustbundlename: ${why}`),
      ),
    )
    if (labelSelector !== undefined) {
      errors.push(invalidValue(`${path}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'))
    }
  } else if (signerName !== undefined) {
    if (!signerName) errors.push(required(`${path}.signerName`, 'must be a valid signer name'))
    errors.push(...validateSignerName(String(signerName), `${path}.signerName`))
    errors.push(...validateSelector(fieldsOf(labelSelector) as LabelSelector | undefined, `${path}.labelSelector`))
  } else errors.push(required(path, 'either name or signerName must be specified'))
  const place = String(source.path ?? '')
  return [...errors, ...need(source, path, 'path'), ...validateLocalNonReservedPath(place, `${path}.path`), ...claim(place, place)]
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519']
const DAY = 24 * 60 * 60

function validateCertificate(source: Fields, path: string, _volume: string, claim: Claim): FieldError[] {
  const signer = String(source.signerName ?? '')
  const errors = validateSignerName(signer, `${path}.signerName`)
  const annotations = fieldsOf(source.userAnnotations) as Record<string, string> | undefined
  if (annotations) {
    const field = `${path}.userAnnotations`
    for (const key of Object.keys(annotations).sort()) errors.push(...validateDomainKey(key.toLowerCase(), field))
    if (annotationsSize(annotations) > ANNOTATIONS_LIMIT) errors.push(tooLong(field, ANNOTATIONS_LIMIT))
  }
  const type = String(source.keyType ?? '')
  if (!KEY_TYPES.includes(type)) errors.push(notSupported(`${path}.keyType`, type, KEY_TYPES))
  const seconds = source.maxExpirationSeconds as number | undefined
  const most = isKubernetesSigner(signer) ? DAY : 91 * DAY
  const expiry = `${path}.maxExpirationSeconds`
  if (seconds !== undefined && seconds < 3600) {
    errors.push(invalidValue(expiry, seconds, 'if provided, maxExpirationSeconds must be >= 3600'))
  }
  if (seconds !== undefined && seconds > most) {
    errors.push(invalidValue(expiry, seconds, `if provided, maxExpirationSeconds must be <= ${most}`))
  }
  const places = ['credentialBundlePath', 'keyPath', 'certificateChainPath'].filter((key) => source[key])
  for (const key of places) {
    errors.push(...validateLocalNonReservedPath(String(source[key]), `${path}.${key}`), ...claim(source[key], source[key]))
  }
  if (!places.length) errors.push(required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'))
  return errors
}

const PROJECTIONS: Record<string, Projection> = {
  secret: validateKeys,
  configMap: validateKeys,
  downwardAPI: validateFiles,
  serviceAccountToken: validateToken,
  clusterTrustBundle: validateTrustBundle,
  podCertificate: validateCertificate,
}

export function validateProjected(source: Fields, path: string): FieldError[] {
  const errors = validateMode(source.defaultMode, `${path}.defaultMode`)
  const taken = new Set<unknown>()
  const claim: Claim = (place, shown) => {
    if (taken.has(place)) return [invalidValue(path, shown, 'conflicting duplicate paths')]
    taken.add(place)
    return []
  }
  for (const [i, projection] of listOf(source.sources).entries()) {
    const here = `${path}.sources[${i}]`
    const given = Object.keys(PROJECTIONS).filter((key) => fieldsOf(projection[key]))
    for (const key of given) errors.push(...PROJECTIONS[key](fieldsOf(projection[key]) ?? {}, `${here}.${key}`, path, claim))
    if (given.length > 1) errors.push(forbiddenField(here, 'may not specify more than 1 volume type per source'))
  }
  return errors
}
