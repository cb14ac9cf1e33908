// What the API server warns of in Pods and templates. Upstream: pkg/api/pod/warnings.go, pkg/api/node/util.go.
import type { Container, ContainerPort, ObjectMeta, Pod, PodSpec } from '../../api/types'
import { deepEqual } from '../../lib/equal'
import { isDns1123Label, isLabelValue } from '../../lib/names'
import { ownEntry } from '../../lib/own-entry'
import { canonicalQuantity, quantityMilliValue, quantityOf } from '../../lib/quantity'
import { appArmorProfile } from '../defaults/app-armor'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { ipWarnings } from './addresses'
import { overlapWarnings } from './volume-paths'

const OLD_LABELS: Record<string, string> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

export function oldLabel(key: string): string | undefined {
  return ownEntry(OLD_LABELS, key)
}

const OLD_ANNOTATIONS: [string, string][] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
]

export const OLD_VOLUMES: [string, string, string][] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** `preferred`: values that no label can have are warned of, too. */
export function nodeTermWarnings(term: Fields | undefined, path: string, preferred = false): string[] {
  return listOf(term?.matchExpressions).flatMap((expression, i) => {
    const message = oldLabel(String(expression.key))
    const here = `${path}.matchExpressions[${i}]`
    const values = preferred ? ((expression.values ?? []) as string[]) : []
    return [
      ...(message ? [`${here}.key: ${expression.key} is ${message}`] : []),
      ...values.flatMap((value, j) => isLabelValue(value).map((why) => `${here}.values[${j}]: ${value} is invalid, ${why}`)),
    ]
  })
}

function placementWarnings(spec: PodSpec, path: string): string[] {
  const warnings = Object.keys(spec.nodeSelector ?? {})
    .sort()
    .flatMap((key) => {
      const message = oldLabel(key)
      return message ? [`${path}.nodeSelector[${key}]: ${message}`] : []
    })
  const affinity = fieldsOf(fieldsOf(spec.affinity)?.nodeAffinity)
  const base = `${path}.affinity.nodeAffinity`
  for (const [i, term] of listOf(fieldsOf(affinity?.requiredDuringSchedulingIgnoredDuringExecution)?.nodeSelectorTerms).entries()) {
    warnings.push(...nodeTermWarnings(term, `${base}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`))
  }
  for (const [i, term] of listOf(affinity?.preferredDuringSchedulingIgnoredDuringExecution).entries()) {
    const here = `${base}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`
    warnings.push(...nodeTermWarnings(fieldsOf(term.preference), here, true))
  }
  for (const [i, constraint] of listOf(spec.topologySpreadConstraints).entries()) {
    const here = `${path}.topologySpreadConstraints[${i}]`
    const message = oldLabel(String(constraint.topologyKey))
    if (message) warnings.push(`${here}.topologyKey: ${constraint.topologyKey} is ${message}`)
    if (!constraint.labelSelector) warnings.push(`${here}.labelSelector: a null labelSelector results in matching no pod`)
  }
  return warnings
}

function duplicates(values: string[], describe: (value: string, i: number) => string): string[] {
  const seen = new Set<string>()
  return values.flatMap((value, i) => (seen.size === seen.add(value).size ? [describe(value, i)] : []))
}

function namedContainers(spec: PodSpec, path: string): [Container, string][] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((key) =>
    (spec[key] ?? []).map((container, i): [Container, string] => [container, `${path}.${key}[${i}]`]),
  )
}

function envWarnings(container: Container, path: string): string[] {
  const seen = new Set<string>()
  return (container.env ?? []).flatMap((variable, i) => {
    if (!seen.has(variable.name)) {
      seen.add(variable.name)
      return []
    }
    const reference = `$(${variable.name})`
    const value = variable.value ?? ''
    const bad = variable.valueFrom !== undefined || value === reference || !value.includes(reference)
    return bad ? [`${path}.env[${i}]: hides previous definition of "${variable.name}", which may be dropped when using apply`] : []
  })
}

/** Bytes are whole. */
function isFractional(amount: unknown): amount is string | number {
  return (typeof amount === 'string' || typeof amount === 'number') && quantityMilliValue(quantityOf(amount)) % 1000 !== 0
}

function fractional(field: string, amount: string | number): string {
  return `${field}: fractional byte value ${JSON.stringify(canonicalQuantity(amount))} is invalid, must be an integer`
}

/** `path` is that of a claim's spec. */
export function claimSpecWarnings(spec: Fields, path: string): string[] {
  return ['requests', 'limits'].flatMap((key) => {
    const amount = fieldsOf(fieldsOf(spec.resources)?.[key])?.storage
    return isFractional(amount) ? [fractional(`${path}.resources.${key}[storage]`, amount)] : []
  })
}

function fractionWarnings(container: Container, path: string): string[] {
  const warnings: string[] = []
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const list of ['limits', 'requests'] as const) {
      const value = container.resources?.[list]?.[name]
      if (isFractional(value)) warnings.push(fractional(`${path}.resources.${list}[${name}]`, value))
    }
  }
  return warnings
}

function portWarnings(containers: [Container, string][]): string[] {
  const warnings: string[] = []
  const all = new Map<string, { field: string; port: ContainerPort }[]>()
  for (const [container, path] of containers) {
    for (const [i, port] of (container.ports ?? []).entries()) {
      const field = `${path}.ports[${i}]`
      if (port.hostIP && !port.hostPort) {
        const { name = '', containerPort, protocol = '', hostIP } = port
        const shown = `{Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
        warnings.push(`${field}: hostIP set without hostPort: ${shown}`)
      }
      const key = `${port.containerPort}/${port.protocol}`
      const others = all.get(key) ?? []
      for (const other of others) {
        const [a, b] = [port.hostIP ?? '', other.port.hostIP ?? '']
        const [x, y] = [port.hostPort ?? 0, other.port.hostPort ?? 0]
        if (a === b && x === y) warnings.push(`${field}: duplicate port definition with ${other.field}`)
        else if (x === 0 || y === 0) warnings.push(`${field}: overlapping port definition with ${other.field}`)
        else if (x === y && (a === '') !== (b === '')) warnings.push(`${field}: dangerously ambiguous port definition with ${other.field}`)
      }
      all.set(key, [...others, { field, port }])
    }
  }
  return [...warnings, ...portNameWarnings(containers)]
}

function portNameWarnings(containers: [Container, string][]): string[] {
  const warnings: string[] = []
  const known = new Map<string, string>()
  for (const [{ ports = [] }, path] of containers) {
    for (const [i, { name }] of ports.entries()) {
      if (!name) continue
      const field = `${path}.ports[${i}]`
      const other = known.get(name)
      if (other === undefined) known.set(name, field)
      else
        warnings.push(
          `${field}: duplicate port name "${name}" with ${other}, services and probes that select ports by name will use ${other}`,
        )
    }
  }
  return warnings
}

function affinityWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = []
  const nothing = 'a null labelSelector results in matching no pod'
  for (const key of ['podAffinity', 'podAntiAffinity']) {
    const affinity = fieldsOf(fieldsOf(spec.affinity)?.[key])
    const base = `${path}.affinity.${key}`
    for (const [i, term] of listOf(affinity?.requiredDuringSchedulingIgnoredDuringExecution).entries()) {
      if (!term.labelSelector) warnings.push(`${base}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${nothing}`)
    }
    for (const [i, term] of listOf(affinity?.preferredDuringSchedulingIgnoredDuringExecution).entries()) {
      if (fieldsOf(term.podAffinityTerm)?.labelSelector) continue
      warnings.push(`${base}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${nothing}`)
    }
  }
  return warnings
}

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** Of annotations where the field is not used. */
function appArmorWarnings(
  containers: [Container, string][],
  spec: PodSpec,
  meta: Partial<ObjectMeta> | undefined,
  prefix: string,
): string[] {
  const own = fieldsOf(fieldsOf(spec.securityContext)?.appArmorProfile)
  return containers.flatMap(([{ name, securityContext }]) => {
    const key = APPARMOR + name
    const annotation = meta?.annotations?.[key]
    if (annotation === undefined || fieldsOf(fieldsOf(securityContext)?.appArmorProfile)) return []
    if (own && deepEqual(own, appArmorProfile(annotation))) return []
    return [`${prefix}metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
  })
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

function seccompWarning(key: string, securityContext: unknown, meta: Partial<ObjectMeta> | undefined, prefix: string): string[] {
  if (meta?.annotations?.[key] === undefined || fieldsOf(fieldsOf(securityContext)?.seccompProfile)) return []
  return [`${prefix}metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`]
}

function overheadWarnings(spec: PodSpec, path: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => {
    const amount = fieldsOf(spec.overhead)?.[name]
    return isFractional(amount) ? [fractional(`${path}.overhead[${name}]`, amount)] : []
  })
}

/** `prefix` is empty for a Pod, `spec.template.` for a Deployment's template. */
function specWarnings(spec: PodSpec, meta: Partial<ObjectMeta> | undefined, prefix: string): string[] {
  const path = `${prefix}spec`
  const warnings = placementWarnings(spec, path)
  for (const [key, message] of OLD_ANNOTATIONS) {
    if (meta?.annotations?.[key] !== undefined) warnings.push(`${prefix}metadata.annotations[${key}]: ${message}`)
  }
  for (const [i, volume] of (spec.volumes ?? []).entries()) {
    for (const [key, shown, message] of OLD_VOLUMES) if (volume[key]) warnings.push(`${path}.volumes[${i}].${shown}: ${message}`)
    const claim = fieldsOf(fieldsOf(volume.ephemeral)?.volumeClaimTemplate)
    if (claim) {
      const here = `${path}.volumes[${i}].ephemeral.volumeClaimTemplate.spec`
      warnings.push(...claimSpecWarnings(fieldsOf(claim.spec) ?? {}, here))
    }
  }
  warnings.push(...overlapWarnings(listOf(spec.volumes)))
  const aliases = (spec.hostAliases ?? []).map((alias) => alias.ip)
  warnings.push(...duplicates(aliases, (ip, i) => `${path}.hostAliases[${i}].ip: duplicate ip ${JSON.stringify(ip)}`))
  const secrets = listOf(spec.imagePullSecrets).map((secret) => String(secret.name ?? ''))
  warnings.push(...duplicates(secrets, (name, i) => `${path}.imagePullSecrets[${i}].name: duplicate name ${JSON.stringify(name)}`))
  for (const [i, name] of secrets.entries()) if (!name) warnings.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`)
  const containers = namedContainers(spec, path)
  warnings.push(...overheadWarnings(spec, path), ...seccompWarning(SECCOMP_POD, spec.securityContext, meta, prefix))
  for (const [container] of containers) {
    warnings.push(...seccompWarning(SECCOMP_CONTAINER + container.name, container.securityContext, meta, prefix))
  }
  // Of a Pod's own it is told where they become fields.
  if (prefix) warnings.push(...appArmorWarnings(containers, spec, meta, prefix))
  for (const [container, here] of containers) warnings.push(...fractionWarnings(container, here), ...envWarnings(container, here))
  warnings.push(...portWarnings(containers))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  }
  warnings.push(...affinityWarnings(spec, path))
  const servers = (fieldsOf(spec.dnsConfig)?.nameservers ?? []) as string[]
  warnings.push(...servers.flatMap((ip, i) => ipWarnings(ip, `${path}.dnsConfig.nameservers[${i}]`)))
  return [...warnings, ...aliases.flatMap((ip, i) => ipWarnings(String(ip ?? ''), `${path}.hostAliases[${i}].ip`))]
}

/** A new object whose name serves as a host name, or begins one, had better be a label. `use` is what the name is used in. */
export function nameWarnings(name: string, old: unknown, use = 'Pod names and hostnames'): string[] {
  const complaints = old === undefined ? isDns1123Label(name) : []
  if (!complaints.length) return []
  const why = 'which can result in surprising behavior; a DNS label is recommended'
  return [`metadata.name: this is used in ${use}, ${why}: [${complaints.join(' ')}]`]
}

export function podWarnings(pod: Pod, old?: Pod): string[] {
  return [...nameWarnings(pod.metadata.name, old, "the Pod's hostname"), ...specWarnings(pod.spec, pod.metadata, '')]
}

/** `path` is where the template stands: `spec.template`. */
export function templateWarnings(template: unknown, path: string): string[] {
  const fields = fieldsOf(template)
  const spec = fieldsOf(fields?.spec)
  return spec ? specWarnings(spec as PodSpec, fieldsOf(fields?.metadata) as Partial<ObjectMeta>, `${path}.`) : []
}
