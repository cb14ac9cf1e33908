// The Pod Security Standards: which settings of a Pod the baseline and the restricted level forbid, in upstream's words.
// Upstream: k8s.io/pod-security-admission/policy.
import type { Container, PodSpec, StringMap } from '../../api/types'

export type Level = 'privileged' | 'baseline' | 'restricted'

interface PodLike {
  spec: PodSpec
  metadata?: { annotations?: StringMap }
}

interface Security {
  privileged?: boolean
  allowPrivilegeEscalation?: boolean
  runAsNonRoot?: boolean
  runAsUser?: number
  procMount?: string
  capabilities?: { add?: string[]; drop?: string[] }
  seccompProfile?: { type?: string }
  appArmorProfile?: { type?: string }
  seLinuxOptions?: { type?: string; user?: string; role?: string }
  windowsOptions?: { hostProcess?: boolean }
  sysctls?: { name: string }[]
}

function quoted(values: Iterable<string>): string {
  return [...values].map((v) => JSON.stringify(v)).join(', ')
}

function plural(one: string, values: unknown[]): string {
  return values.length === 1 ? one : `${one}s`
}

function all(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]
}

function security(container: Container): Security {
  return (container.securityContext ?? {}) as Security
}

function names(containers: Container[]): string {
  return `${plural('container', containers)} ${quoted(containers.map((c) => c.name))}`
}

type Check = (pod: PodLike) => string | undefined

const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]

function hostNamespaces({ spec }: PodLike): string | undefined {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => spec[key] === true)
  return used.length ? `host namespaces (${used.map((key) => `${key}=true`).join(', ')})` : undefined
}

function hostPorts({ spec }: PodLike): string | undefined {
  const bad = all(spec).filter((c) => c.ports?.some((p) => p.hostPort))
  if (!bad.length) return undefined
  const ports = [...new Set(bad.flatMap((c) => (c.ports ?? []).map((p) => p.hostPort ?? 0).filter(Boolean)))].sort((a, b) => a - b)
  return `hostPort (${names(bad)} ${bad.length > 1 ? 'use' : 'uses'} ${plural('hostPort', ports)} ${ports.join(', ')})`
}

function hostPathVolumes({ spec }: PodLike): string | undefined {
  const bad = (spec.volumes ?? []).filter((v) => v.hostPath)
  return bad.length ? `hostPath volumes (${plural('volume', bad)} ${quoted(bad.map((v) => v.name))})` : undefined
}

function privileged({ spec }: PodLike): string | undefined {
  const bad = all(spec).filter((c) => security(c).privileged === true)
  return bad.length ? `privileged (${names(bad)} must not set securityContext.privileged=true)` : undefined
}

function baselineCapabilities({ spec }: PodLike): string | undefined {
  const extra = (c: Container) => (security(c).capabilities?.add ?? []).filter((cap) => !BASELINE_CAPABILITIES.includes(cap))
  const bad = all(spec).filter((c) => extra(c).length)
  if (!bad.length) return undefined
  const caps = [...new Set(bad.flatMap(extra))].sort()
  return `non-default capabilities (${names(bad)} must not include ${quoted(caps)} in securityContext.capabilities.add)`
}

function procMount({ spec }: PodLike): string | undefined {
  const bad = all(spec).filter((c) => (security(c).procMount ?? 'Default') !== 'Default')
  if (!bad.length) return undefined
  const kinds = [...new Set(bad.map((c) => security(c).procMount ?? ''))].sort()
  return `procMount (${names(bad)} must not set securityContext.procMount to ${quoted(kinds)})`
}

function baselineSeccomp({ spec }: PodLike): string | undefined {
  const bad = all(spec).filter((c) => security(c).seccompProfile?.type === 'Unconfined')
  const podBad = (spec.securityContext as Security | undefined)?.seccompProfile?.type === 'Unconfined'
  if (!bad.length && !podBad) return undefined
  const who = [...(podBad ? ['pod'] : []), ...(bad.length ? [names(bad)] : [])].join(' and ')
  return `seccompProfile (${who} must not set securityContext.seccompProfile.type to "Unconfined")`
}

function sysctls({ spec }: PodLike): string | undefined {
  const bad = ((spec.securityContext as Security | undefined)?.sysctls ?? []).map((s) => s.name).filter((n) => !SAFE_SYSCTLS.includes(n))
  return bad.length ? `forbidden sysctls (${bad.join(', ')})` : undefined
}

function allowPrivilegeEscalation({ spec }: PodLike): string | undefined {
  const bad = all(spec).filter((c) => security(c).allowPrivilegeEscalation !== false)
  return bad.length
    ? `allowPrivilegeEscalation != false (${names(bad)} must set securityContext.allowPrivilegeEscalation=false)`
    : undefined
}

function restrictedCapabilities({ spec }: PodLike): string | undefined {
  const missing = all(spec).filter((c) => !security(c).capabilities?.drop?.includes('ALL'))
  const extra = (c: Container) => (security(c).capabilities?.add ?? []).filter((cap) => cap !== 'NET_BIND_SERVICE')
  const adding = all(spec).filter((c) => extra(c).length)
  const parts: string[] = []
  if (missing.length) parts.push(`${names(missing)} must set securityContext.capabilities.drop=["ALL"]`)
  if (adding.length) {
    const caps = [...new Set(adding.flatMap(extra))].sort()
    parts.push(`${names(adding)} must not include ${quoted(caps)} in securityContext.capabilities.add`)
  }
  return parts.length ? `unrestricted capabilities (${parts.join('; ')})` : undefined
}

const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'image',
]

function restrictedVolumes({ spec }: PodLike): string | undefined {
  const kind = (v: PodSpec['volumes'] extends (infer V)[] | undefined ? V : never) => Object.keys(v).find((key) => key !== 'name') ?? ''
  const bad = (spec.volumes ?? []).filter((v) => !RESTRICTED_VOLUMES.includes(kind(v)))
  if (!bad.length) return undefined
  const kinds = [...new Set(bad.map(kind))].sort()
  const uses = bad.length > 1 ? 'use' : 'uses'
  return `restricted volume types (${plural('volume', bad)} ${quoted(bad.map((v) => v.name))} ${uses} restricted volume ${plural('type', kinds)} ${quoted(kinds)})`
}

function runAsNonRoot({ spec }: PodLike): string | undefined {
  const pod = (spec.securityContext ?? {}) as Security
  const explicit = all(spec).filter((c) => security(c).runAsNonRoot === false)
  const unset = all(spec).filter((c) => security(c).runAsNonRoot === undefined)
  if (pod.runAsNonRoot === false || explicit.length) {
    const who = [...(pod.runAsNonRoot === false ? ['pod'] : []), ...(explicit.length ? [names(explicit)] : [])].join(' and ')
    return `runAsNonRoot != true (${who} must not set securityContext.runAsNonRoot=false)`
  }
  if (pod.runAsNonRoot === true || !unset.length) return undefined
  return `runAsNonRoot != true (pod or ${names(unset)} must set securityContext.runAsNonRoot=true)`
}

function runAsUser({ spec }: PodLike): string | undefined {
  const podBad = (spec.securityContext as Security | undefined)?.runAsUser === 0
  const bad = all(spec).filter((c) => security(c).runAsUser === 0)
  if (!podBad && !bad.length) return undefined
  const who = [...(podBad ? ['pod'] : []), ...(bad.length ? [names(bad)] : [])].join(' and ')
  return `runAsUser=0 (${who} must not set runAsUser=0)`
}

function restrictedSeccomp({ spec }: PodLike): string | undefined {
  const fine = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost'
  const pod = (spec.securityContext as Security | undefined)?.seccompProfile?.type
  const wrong = all(spec).filter((c) => security(c).seccompProfile?.type !== undefined && !fine(security(c).seccompProfile?.type))
  const podWrong = pod !== undefined && !fine(pod)
  if (podWrong || wrong.length) {
    const who = [...(podWrong ? ['pod'] : []), ...(wrong.length ? [names(wrong)] : [])].join(' and ')
    const kinds = [...new Set([...(podWrong ? [pod] : []), ...wrong.map((c) => security(c).seccompProfile?.type ?? '')])].sort()
    return `seccompProfile (${who} must not set securityContext.seccompProfile.type to ${quoted(kinds)})`
  }
  const unset = all(spec).filter((c) => security(c).seccompProfile?.type === undefined)
  if (pod !== undefined || !unset.length) return undefined
  return `seccompProfile (pod or ${names(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`
}

const BASELINE: Check[] = [
  baselineCapabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  procMount,
  baselineSeccomp,
  sysctls,
]
const RESTRICTED: Check[] = [
  hostNamespaces,
  hostPorts,
  privileged,
  procMount,
  sysctls,
  allowPrivilegeEscalation,
  restrictedCapabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  restrictedSeccomp,
]

/** What a Pod does that its level forbids, each as `reason (detail)`, in the registry's order. */
export function violations(level: Level, pod: PodLike): string[] {
  if (level === 'privileged') return []
  return (level === 'baseline' ? BASELINE : RESTRICTED).map((check) => check(pod)).filter((text) => text !== undefined)
}
