// Validation of environment variables and of what they are taken from. Upstream: pkg/apis/core/validation/validation.go (ValidateEnv).
import type { EnvFromSource, EnvVar } from '../../api/types'
import type { FieldError } from '../../errors'
import { isConfigMapKey, isDns1123Label, isDns1123Subdomain, isLabelKey, isRelaxedEnvVarName } from '../../lib/names'
import { canonicalQuantity, quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf } from '../defaults/fields'
import { invalids, invalidValue, notSupported, required } from './errors'
import { validateNoBacksteps } from './paths'

type From = NonNullable<EnvVar['valueFrom']>

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** What a downward API volume may show. */
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const CONVERTIBLE = [...ENV_FIELDS, ...VOLUME_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'spec.host', 'status.phase']

/** `metadata.labels['app']` as path and subscript. */
function subscripted(path: string): [string, string] | undefined {
  const parts = /^(.*)\['(.*)'\]$/.exec(path)
  return parts ? [parts[1], parts[2]] : undefined
}

export function validateFieldRef(ref: NonNullable<From['fieldRef']>, field: string, allowed: string[]): FieldError[] {
  if (!ref.apiVersion) return [required(`${field}.apiVersion`)]
  if (!ref.fieldPath) return [required(`${field}.fieldPath`)]
  const wrong = (why: string) => [invalidValue(`${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: ${why}`)]
  if (ref.apiVersion !== 'v1') return wrong(`unsupported pod version: ${ref.apiVersion}`)
  const parts = subscripted(ref.fieldPath)
  if (parts) {
    const [path, key] = parts
    if (path === 'metadata.annotations') return invalids(field, key.toLowerCase(), isLabelKey(key.toLowerCase()))
    if (path === 'metadata.labels') return invalids(field, key, isLabelKey(key))
    return wrong(`field label does not support subscript: ${ref.fieldPath}`)
  }
  if (!CONVERTIBLE.includes(ref.fieldPath)) return wrong(`field label not supported: ${ref.fieldPath}`)
  return allowed.includes(ref.fieldPath) ? [] : [notSupported(`${field}.fieldPath`, ref.fieldPath, allowed)]
}

const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const SIZES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

function validateDivisor(resource: string, divisor: string | undefined, field: string): FieldError[] {
  if (divisor === undefined || quantityOf(divisor).unscaled === 0n) return []
  const cpu = resource.endsWith('.cpu')
  const allowed = cpu ? ['1m', '1'] : SIZES
  if (allowed.includes(canonicalQuantity(divisor))) return []
  const list = cpu ? '1m and 1' : SIZES.join(', ')
  const name = cpu
    ? 'cpu'
    : resource.includes('hugepages-')
      ? 'hugepages'
      : resource.endsWith('.memory')
        ? 'memory'
        : 'local ephemeral storage'
  return [invalidValue(`${field}.divisor`, resource, `only divisor's values ${list} are supported with the ${name} resource`)]
}

export function validateResourceFieldRef(ref: NonNullable<From['resourceFieldRef']>, field: string, volume: boolean): FieldError[] {
  const errors: FieldError[] = []
  if (volume && !ref.containerName) errors.push(required(`${field}.containerName`))
  else if (!ref.resource) errors.push(required(`${field}.resource`))
  else if (!RESOURCE_FIELDS.includes(ref.resource) && !/^(limits|requests)\.hugepages-/.test(ref.resource)) {
    errors.push(notSupported(`${field}.resource`, ref.resource, RESOURCE_FIELDS))
  }
  return [...errors, ...validateDivisor(ref.resource ?? '', ref.divisor, field)]
}

function validateKeyRef(ref: { name?: string; key: string }, field: string): FieldError[] {
  const errors = invalids(`${field}.name`, ref.name ?? '', isDns1123Subdomain(ref.name ?? ''))
  if (!ref.key) errors.push(required(`${field}.key`))
  else errors.push(...invalids(`${field}.key`, ref.key, isConfigMapKey(ref.key)))
  return errors
}

function validateFileRef(ref: Fields, field: string): FieldError[] {
  const part = (key: string, rule: (text: string) => FieldError[]) => (ref[key] ? rule(String(ref[key])) : [required(`${field}.${key}`)])
  return [
    ...part('key', (text) => invalids(`${field}.key`, text, isRelaxedEnvVarName(text))),
    ...part('volumeName', (text) => invalids(`${field}.volumeName`, text, isDns1123Label(text))),
    ...part('path', (text) => validateNoBacksteps(text, `${field}.path`)),
  ]
}

function validateFrom(variable: EnvVar, from: From, field: string): FieldError[] {
  const errors: FieldError[] = []
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = from
  const fileKeyRef = fieldsOf((from as { fileKeyRef?: unknown }).fileKeyRef)
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, `${field}.fieldRef`, ENV_FIELDS))
  if (resourceFieldRef) errors.push(...validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, false))
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, `${field}.configMapKeyRef`))
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, `${field}.secretKeyRef`))
  if (fileKeyRef) errors.push(...validateFileRef(fileKeyRef, `${field}.fileKeyRef`))
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  if (sources === 0) {
    const all = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    errors.push(invalidValue(field, '', `must specify one of: ${all}`))
  } else if (variable.value) errors.push(invalidValue(field, '', 'may not be specified when `value` is not empty'))
  else if (sources > 1) errors.push(invalidValue(field, '', 'may not have more than one field specified at a time'))
  return errors
}

export function validateEnv(variables: EnvVar[] | undefined, path: string): FieldError[] {
  return (variables ?? []).flatMap((variable, i) => {
    const here = `${path}[${i}]`
    const name = variable.name ? invalids(`${here}.name`, variable.name, isRelaxedEnvVarName(variable.name)) : [required(`${here}.name`)]
    return [...name, ...(variable.valueFrom ? validateFrom(variable, variable.valueFrom, `${here}.valueFrom`) : [])]
  })
}

export function validateEnvFrom(sources: EnvFromSource[] | undefined, path: string): FieldError[] {
  return (sources ?? []).flatMap((source, i) => {
    const here = `${path}[${i}]`
    const errors = source.prefix ? invalids(`${here}.prefix`, source.prefix, isRelaxedEnvVarName(source.prefix)) : []
    for (const key of ['configMapRef', 'secretRef'] as const) {
      const ref = source[key]
      if (!ref) continue
      if (!ref.name) errors.push(required(`${here}.${key}.name`))
      else errors.push(...invalids(`${here}.${key}.name`, ref.name, isDns1123Subdomain(ref.name)))
    }
    if (!source.configMapRef && !source.secretRef) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    else if (source.configMapRef && source.secretRef) {
      errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'))
    }
    return errors
  })
}
