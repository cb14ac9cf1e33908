// What a variable's valueFrom points at: its description, and its value. Upstream: kubectl/pkg/cmd/set/env/env_resolve.go.
import type { View } from '../api/contracts'
import type { ConfigMap, Container, EnvVar, KubeObject, Secret, StringMap } from '../api/types'
import { isLabelKey } from '../lib/names'
import { quantityMilliValue, quantityOf, quantityValue } from '../lib/quantity'

type Source = NonNullable<EnvVar['valueFrom']>

/** `configmap c, key k`, `secret s, key k`, `field path p`, `resource field r`. */
export function describeReference(source: Source): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = source
  if (configMapKeyRef) return `configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`
  if (secretKeyRef) return `secret ${secretKeyRef.name}, key ${secretKeyRef.key}`
  if (fieldRef) return `field path ${fieldRef.fieldPath}`
  if (resourceFieldRef) {
    const prefix = resourceFieldRef.containerName ? `${resourceFieldRef.containerName}/` : ''
    return `resource field ${prefix}${resourceFieldRef.resource}`
  }
  return 'invalid valueFrom'
}

type Resolved = { value: string } | { error: string }

/** The value a reference has now, or why it has none. */
export function resolveReference(view: View, namespace: string, source: Source, object: KubeObject, container: Container): Resolved {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = source
  if (secretKeyRef) {
    const name = secretKeyRef.name ?? ''
    const secret = view.get<Secret>('secrets', namespace, name)
    if (!secret) return { error: `secrets ${JSON.stringify(name)} not found` }
    const data = secret.data?.[secretKeyRef.key]
    if (data === undefined) return { error: `key ${secretKeyRef.key} not found in secret ${name}` }
    return { value: Buffer.from(data, 'base64').toString('utf8') }
  }
  if (configMapKeyRef) {
    const name = configMapKeyRef.name ?? ''
    const configMap = view.get<ConfigMap>('configmaps', namespace, name)
    if (!configMap) return { error: `configmaps ${JSON.stringify(name)} not found` }
    const value = configMap.data?.[configMapKeyRef.key]
    return value === undefined ? { error: `key ${configMapKeyRef.key} not found in config map ${name}` } : { value }
  }
  if (fieldRef) return fieldValue(object, fieldRef.fieldPath)
  if (resourceFieldRef) return resourceValue(resourceFieldRef, container)
  return { error: 'invalid valueFrom' }
}

function formatMap(map: StringMap | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join('\n')
}

function fieldValue({ metadata }: KubeObject, path: string): Resolved {
  const subscript = /^(.+?)\['(.*)'\]$/.exec(path)
  if (subscript) {
    const [, base, key] = subscript
    const map = base === 'metadata.annotations' ? metadata.annotations : base === 'metadata.labels' ? metadata.labels : undefined
    if (base !== 'metadata.annotations' && base !== 'metadata.labels') {
      return { error: `fieldPath ${JSON.stringify(path)} does not support subscript` }
    }
    const errors = isLabelKey(base === 'metadata.annotations' ? key.toLowerCase() : key)
    return errors.length ? { error: `invalid key subscript in ${path}: ${errors.join(';')}` } : { value: map?.[key] ?? '' }
  }
  switch (path) {
    case 'metadata.annotations':
      return { value: formatMap(metadata.annotations) }
    case 'metadata.labels':
      return { value: formatMap(metadata.labels) }
    case 'metadata.name':
      return { value: metadata.name }
    case 'metadata.namespace':
      return { value: metadata.namespace ?? '' }
    case 'metadata.uid':
      return { value: metadata.uid ?? '' }
    default:
      return { error: `unsupported fieldPath: ${path}` }
  }
}

function resourceValue({ resource, divisor }: NonNullable<Source['resourceFieldRef']>, { resources }: Container): Resolved {
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource)
  if (!match) return { error: `Unsupported container resource : ${resource}` }
  const list = match[1] === 'limits' ? resources?.limits : resources?.requests
  const amount = quantityOf(list?.[match[2]])
  const given = quantityOf(divisor)
  const unit = given.unscaled === 0n ? quantityOf('1') : given
  const measure = match[2] === 'cpu' ? quantityMilliValue : quantityValue
  return { value: String(Math.ceil(measure(amount) / measure(unit))) }
}
