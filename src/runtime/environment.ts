// The environment variables of a container: its own, from configuration and fields, beside the Services' links. Follows pkg/kubelet/kubelet_pods.go.
import type { ConfigMap, Container, EnvVar, Pod, Secret } from '../api/types'
import { named } from '../lib/named'
import { isRelaxedEnvVarName } from '../lib/names'
import { ownEntry } from '../lib/own-entry'
import { quantityOf, quantityToFloat } from '../lib/quantity'
import { type FileKeyRef, fileKey } from './env-files'
import { expandReferences, WordList } from './environment-references'
import { imageOf } from './images/index'
import { type Environment, serviceLinks, serviceLog } from './service-links'
import type { World } from './world'

/** The default PATH of an image config that sets none. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Why a container cannot be created: `CreateContainerConfigError` with this message. */
export interface EnvironmentError {
  error: string
}

/**
 * The container's variables as its process sees them, in the runtime's order: PATH, HOSTNAME, the image's, the container's, Service links,
 * HOME. `podIp` is used while status does not hold it yet.
 */
export function containerEnvironment(
  world: World,
  pod: Pod,
  container: Container,
  podIp = pod.status?.podIP,
): Environment | EnvironmentError {
  const links = serviceLog(world, pod)
  const linked = (name: string) => ownEntry(serviceLinks(world.records, links), name)
  const words = new WordList()
  const own: Record<string, string> = {}
  const namespace = pod.metadata.namespace ?? 'default'
  for (const source of container.envFrom ?? []) {
    const problem = addEnvFrom(world, namespace, source, own)
    if (problem) return { error: problem }
  }
  for (const value of Object.values(own)) words.add(value)
  for (const variable of container.env ?? []) {
    if (!variable.valueFrom) {
      const { value = '' } = variable
      const whole = value.includes('$') ? expandReferences(value, (name) => ownEntry(own, name) ?? linked(name)) : value
      own[variable.name] = words.add(whole)
    } else {
      const value = valueFrom(world, pod, container, variable, podIp)
      if (typeof value === 'object') return value
      if (value !== undefined) own[variable.name] = words.add(value)
    }
    if (words.isFull) return { variables: {}, tooLong: true }
  }
  const found = imageOf(container.image, world.records)
  const image = 'missing' in found ? {} : (found.image.variables ?? {})
  const variables: Record<string, string> = { PATH: DEFAULT_PATH, HOSTNAME: hostnameOf(pod) }
  Object.assign(variables, image, own)
  const linksAt = Object.keys(variables).length
  variables['HOME'] ??= '/root'
  return { variables, ...(links === undefined ? {} : { links, linksAt }) }
}

/** The Pod's own hostname: spec, or its name; the node's name on the host's network. */
export function hostnameOf(pod: Pod): string {
  if (pod.spec.hostNetwork) return pod.spec.nodeName ?? pod.metadata.name
  return (pod.spec.hostname || pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

function addEnvFrom(
  world: World,
  namespace: string,
  source: NonNullable<Container['envFrom']>[number],
  into: Record<string, string>,
): string | undefined {
  const prefix = source.prefix ?? ''
  if (source.configMapRef) {
    const name = source.configMapRef.name ?? ''
    const map = world.view.get<ConfigMap>('configmaps', namespace, name)
    if (!map) return source.configMapRef.optional ? undefined : `configmap "${name}" not found`
    for (const [key, value] of Object.entries(map.data ?? {}))
      if (isRelaxedEnvVarName(prefix + key).length === 0) into[prefix + key] = value
  }
  if (source.secretRef) {
    const name = source.secretRef.name ?? ''
    const secret = world.view.get<Secret>('secrets', namespace, name)
    if (!secret) return source.secretRef.optional ? undefined : `secret "${name}" not found`
    for (const [key, value] of Object.entries(secret.data ?? {}))
      if (isRelaxedEnvVarName(prefix + key).length === 0) into[prefix + key] = decode(value)
  }
  return undefined
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function valueFrom(
  world: World,
  pod: Pod,
  container: Container,
  variable: EnvVar,
  podIp: string | undefined,
): string | undefined | EnvironmentError {
  const namespace = pod.metadata.namespace ?? 'default'
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom!
  const fileKeyRef = (variable.valueFrom as { fileKeyRef?: FileKeyRef }).fileKeyRef
  if (fileKeyRef) return fileKey(world, pod, container, fileKeyRef)
  if (fieldRef) return podField(world, pod, fieldRef.fieldPath, podIp)
  if (resourceFieldRef) {
    const of = resourceFieldRef.containerName
      ? (named(pod.spec.containers, resourceFieldRef.containerName) ?? named(pod.spec.initContainers, resourceFieldRef.containerName))
      : container
    return resourceField(world, pod, of ?? container, resourceFieldRef.resource, resourceFieldRef.divisor)
  }
  if (configMapKeyRef) {
    const name = configMapKeyRef.name ?? ''
    const map = world.view.get<ConfigMap>('configmaps', namespace, name)
    if (!map) return configMapKeyRef.optional ? undefined : { error: `configmap "${name}" not found` }
    const value = ownEntry(map.data, configMapKeyRef.key)
    if (value === undefined && !configMapKeyRef.optional)
      return { error: `couldn't find key ${configMapKeyRef.key} in ConfigMap ${namespace}/${name}` }
    return value
  }
  if (secretKeyRef) {
    const name = secretKeyRef.name ?? ''
    const secret = world.view.get<Secret>('secrets', namespace, name)
    if (!secret) return secretKeyRef.optional ? undefined : { error: `secret "${name}" not found` }
    const value = ownEntry(secret.data, secretKeyRef.key)
    if (value === undefined && !secretKeyRef.optional)
      return { error: `couldn't find key ${secretKeyRef.key} in Secret ${namespace}/${name}` }
    return value === undefined ? undefined : decode(value)
  }
  return ''
}

/** A field of the Pod as the downward API gives it. */
export function podField(world: World, pod: Pod, path: string, podIp = pod.status?.podIP): string {
  const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path)
  if (subscript) return ownEntry(pod.metadata[subscript[1] as 'labels' | 'annotations'], subscript[2]) ?? ''
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid
    case 'metadata.labels':
      return formatMap(pod.metadata.labels)
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations)
    case 'spec.nodeName':
      return pod.spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? ''
    case 'status.podIP':
    case 'status.podIPs':
      return podIp ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return pod.status?.hostIP ?? nodeAddress(world, pod.spec.nodeName)
    default:
      return ''
  }
}

function nodeAddress(world: World, name: string | undefined): string {
  const node = name ? world.view.get('nodes', undefined, name) : undefined
  const status = node?.['status'] as { addresses?: { type: string; address: string }[] } | undefined
  return status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? ''
}

/** Lines `key="value"` sorted by key, as the downward API writes maps. */
function formatMap(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/** A container's resource in units of the divisor, rounded up; without a limit the node's allocatable amount. */
export function resourceField(world: World, pod: Pod, container: Container, resource: string, divisor: string | undefined): string {
  const [kind, name] = [resource.slice(0, resource.indexOf('.')), resource.slice(resource.indexOf('.') + 1)]
  const own = container.resources?.[kind as 'limits' | 'requests']?.[name]
  const node = pod.spec.nodeName ? world.view.get('nodes', undefined, pod.spec.nodeName) : undefined
  const allocatable = (node?.['status'] as { allocatable?: Record<string, string> } | undefined)?.allocatable?.[name]
  const text = own ?? (kind === 'limits' ? allocatable : undefined) ?? '0'
  const unit = divisor === undefined || divisor === '0' || divisor === '' ? '1' : divisor
  return String(Math.ceil(quantityToFloat(quantityOf(text)) / quantityToFloat(quantityOf(unit)) - 1e-9))
}
