// What every object's metadata must be like, and which names the kinds allow. Upstream: apimachinery/pkg/api/validation/objectmeta.go.
import type { KubeObject, LabelSelector, ObjectMeta, OwnerReference, StringMap } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain, isLabelKey, isLabelValue, regexError } from '../../lib/names'
import { validateCanonicalIp } from './addresses'
import { forbiddenField, immutable, invalids, invalidValue, required, same, tooLong } from './errors'

type NameRule = (name: string) => string[]

/** rbac's rule: a path segment. Upstream: apimachinery/pkg/api/validation/path. */
export function isPathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`)
}

/** An address is its own name. */
function ipName(name: string): string[] {
  return validateCanonicalIp(name, '').map(({ message }) => message.slice(message.indexOf('": ') + 3))
}

/** A StatefulSet's name becomes a label and a host name. */
const LABEL_NAMED = ['namespaces', 'services', 'statefulsets.apps']
const PATH_NAMED = [
  'roles.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
]

function nameRule(resource: string): NameRule {
  if (LABEL_NAMED.includes(resource)) return isDns1123Label
  if (PATH_NAMED.includes(resource)) return isPathSegment
  if (resource === 'ipaddresses.networking.k8s.io') return ipName
  return isDns1123Subdomain
}

/** The beginning of a name that is still to be made may end in a hyphen. */
function masked(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix
}

export function validateLabelKey(key: string, field: string): FieldError[] {
  return invalids(field, key, isLabelKey(key))
}

export function validateLabels(labels: StringMap | undefined, field: string): FieldError[] {
  return Object.keys(labels ?? {})
    .sort()
    .flatMap((key) => [...validateLabelKey(key, field), ...invalids(field, labels![key], isLabelValue(labels![key]))])
}

export const ANNOTATIONS_LIMIT = 256 * 1024

export function annotationsSize(annotations: StringMap): number {
  return Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
}

export function validateAnnotations(annotations: StringMap | undefined, field: string): FieldError[] {
  const keys = Object.keys(annotations ?? {}).sort()
  const errors = keys.flatMap((key) => invalids(field, key, isLabelKey(key.toLowerCase())))
  return annotationsSize(annotations ?? {}) > ANNOTATIONS_LIMIT ? [...errors, tooLong(field, ANNOTATIONS_LIMIT)] : errors
}

function validateOwner(owner: OwnerReference, field: string): FieldError[] {
  const errors = (['apiVersion', 'kind', 'name', 'uid'] as const)
    .filter((key) => !owner[key])
    .map((key) => required(`${field}.${key}`, 'must not be empty'))
  if (owner.apiVersion && owner.apiVersion.split('/').length > 2) {
    errors.push(invalidValue(`${field}.apiVersion`, owner.apiVersion, 'must be <group>/<version> or <version>'))
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    errors.push(invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner'))
  }
  return errors
}

function validateOwners(owners: OwnerReference[] | undefined, field: string): FieldError[] {
  const errors = (owners ?? []).flatMap((owner, i) => validateOwner(owner, `${field}[${i}]`))
  const [first, ...others] = (owners ?? []).filter((o) => o.controller).map((o) => `${o.kind}/${o.name}`)
  for (const other of others) {
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${other}`
    errors.push(invalidValue(field, owners, why))
  }
  return errors
}

function validateFinalizers(finalizers: string[] | undefined, field: string): FieldError[] {
  const errors = (finalizers ?? []).flatMap((f) => invalids(field, f, isLabelKey(f)))
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalidValue(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return errors
}

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

/** The finalizers of built-in kinds are the old ones, or say whose they are. Upstream: pkg/apis/core/validation (validateKubeFinalizerName). */
export function validateFinalizerNames(meta: ObjectMeta): FieldError[] {
  return (meta.finalizers ?? []).flatMap((name, i) => {
    if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return []
    return [invalidValue(`metadata.finalizers[${i}]`, name, 'name is neither a standard finalizer name nor is it fully qualified')]
  })
}

function validateCommon(meta: ObjectMeta, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = []
  if (namespaced) {
    if (!meta.namespace) errors.push(required('metadata.namespace'))
    else errors.push(...invalids('metadata.namespace', meta.namespace, isDns1123Label(meta.namespace)))
  } else if (meta.namespace) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'))
  return [
    ...errors,
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwners(meta.ownerReferences, 'metadata.ownerReferences'),
    ...validateFinalizers(meta.finalizers, 'metadata.finalizers'),
  ]
}

/** The metadata of a new object. */
export function validateObjectMeta(resource: string, namespaced: boolean, object: KubeObject): FieldError[] {
  const { metadata: meta } = object
  const rule = nameRule(resource)
  const errors: FieldError[] = []
  // Upstream never asks after the names of these.
  if (resource === 'poddisruptionbudgets.policy') return []
  if (meta.generateName) errors.push(...invalids('metadata.generateName', meta.generateName, rule(masked(meta.generateName))))
  if (!meta.name) errors.push(required('metadata.name', 'name or generateName is required'))
  else errors.push(...invalids('metadata.name', meta.name, rule(meta.name)))
  return [...errors, ...validateCommon(meta, namespaced)]
}

/** What an update may not change of the metadata. */
export function validateObjectMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const { metadata: meta } = object
  const before = old.metadata
  const errors: FieldError[] = []
  if (before.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter((f) => !before.finalizers?.includes(f)).sort()
    if (added.length) {
      const list = `[]string{${added.map((f) => JSON.stringify(f)).join(', ')}}`
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
      errors.push(forbiddenField('metadata.finalizers', why))
    }
  }
  if (meta.generation !== undefined && meta.generation < (before.generation ?? 0)) {
    errors.push(invalidValue('metadata.generation', meta.generation, 'must not be decremented'))
  }
  for (const key of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    errors.push(...immutable(`metadata.${key}`, meta[key], before[key]))
  }
  return [
    ...errors,
    ...(same(meta.labels, before.labels) ? [] : validateLabels(meta.labels, 'metadata.labels')),
    ...(same(meta.annotations, before.annotations) ? [] : validateAnnotations(meta.annotations, 'metadata.annotations')),
    ...(same(meta.ownerReferences, before.ownerReferences) ? [] : validateOwners(meta.ownerReferences, 'metadata.ownerReferences')),
    ...(same(meta.finalizers, before.finalizers) ? [] : validateFinalizers(meta.finalizers, 'metadata.finalizers')),
  ]
}

/** `example.com/word`: who is meant by a name of their own. Upstream: apimachinery/pkg/util/validation (IsDomainPrefixedPath). */
export function validateDomainPath(text: string, field: string): FieldError[] {
  if (!text) return [required(field)]
  const slash = text.indexOf('/')
  const [domain, path] = [text.slice(0, slash), text.slice(slash + 1)]
  if (slash <= 0 || !path) return [invalidValue(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const errors = invalids(field, domain, isDns1123Subdomain(domain))
  const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
  if (new RegExp(`^${pattern}$`).test(path)) return errors
  return [...errors, invalidValue(field, path, regexError('Invalid path', pattern))]
}

/** A label's key that says whose it is. Upstream: apimachinery/pkg/util/validation (IsDomainPrefixedKey). */
export function validateDomainKey(key: string, field: string): FieldError[] {
  if (!key) return [required(field)]
  const errors = validateLabelKey(key, field)
  if (errors.length || key.includes('/')) return errors
  return [invalidValue(field, key, 'must be a domain-prefixed key (such as "acme.io/foo")')]
}

// ---------------------------------------------------------------- selectors

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist']

/** Upstream: apimachinery/pkg/apis/meta/v1/validation (ValidateLabelSelector). */
export function validateSelector(selector: LabelSelector | undefined, field: string): FieldError[] {
  if (!selector) return []
  const errors = validateLabels(selector.matchLabels, `${field}.matchLabels`)
  for (const [i, expression] of (selector.matchExpressions ?? []).entries()) {
    const here = `${field}.matchExpressions[${i}]`
    const { operator, values, key } = expression
    if (!OPERATORS.includes(operator)) errors.push(invalidValue(`${here}.operator`, operator ?? '', 'not a valid selector operator'))
    else if (operator === 'In' || operator === 'NotIn') {
      if (!values?.length) errors.push(required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (values?.length) {
      errors.push(forbiddenField(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    }
    errors.push(...validateLabelKey(key ?? '', `${here}.key`))
    for (const [j, value] of (values ?? []).entries()) errors.push(...invalids(`${here}.values[${j}]`, value, isLabelValue(value)))
  }
  return errors
}
