// What a debugging profile gives or takes from the container that looks into a Pod or node. Upstream: kubectl/pkg/cmd/debug/profiles.go.
import type { Container, Pod, PodSpec } from '../api/types'
import { CommandError } from '../errors'

/** How one looks: from a new container in the Pod, from a copy of the Pod, from a Pod on the node. */
export type Style = 'ephemeral' | 'copy' | 'node'

/** What a copy keeps of the Pod. */
export interface Keep {
  labels: boolean
  annotations: boolean
  liveness: boolean
  readiness: boolean
  startup: boolean
  initContainers: boolean
}

type SecurityContext = NonNullable<Container['securityContext']>

const PROFILES: Record<string, (pod: Pod, name: string, style: Style, keep: Keep) => Pod> = {
  legacy(pod, name, style) {
    if (style === 'node') return hostNamespaces(withRootMount(pod, name))
    return style === 'copy' ? { ...pod, metadata: without(pod.metadata, 'labels') } : pod
  },
  general(pod, name, style, keep) {
    if (style === 'node') return hostNamespaces(secured(withRootMount(pod, name), name, () => undefined))
    const traced = secured(style === 'copy' ? kept(pod, keep) : pod, name, (security) => adding(security, 'SYS_PTRACE'))
    return style === 'copy' ? sharing(traced) : traced
  },
  baseline(pod, name, style, keep) {
    const plain = secured(pod, name, () => undefined)
    return style === 'copy' ? sharing(kept(plain, keep)) : plain
  },
  restricted(pod, name, style, keep) {
    const restricted = secured(pod, name, () => ({
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'RuntimeDefault' },
    }))
    return style === 'copy' ? sharing(kept(restricted, keep)) : restricted
  },
  netadmin(pod, name, style, keep) {
    const able = secured(pod, name, (security) => adding(security, 'NET_ADMIN', 'NET_RAW'))
    if (style === 'node') return hostNamespaces(able)
    return style === 'copy' ? sharing(kept(able, keep)) : able
  },
  sysadmin(pod, name, style, keep) {
    const privileged = secured(pod, name, (security) => ({ ...security, privileged: true }))
    if (style === 'node') return withRootMount(hostNamespaces(privileged), name)
    return style === 'copy' ? sharing(kept(privileged, keep)) : privileged
  },
}

/** Throws CommandError for a profile there is not. */
export function profileNamed(name: string): (pod: Pod, container: string, style: Style, keep: Keep) => Pod {
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined
  if (!profile) throw new CommandError(`unknown profile: ${name}`)
  return profile
}

function without<T extends object, K extends keyof T>(object: T, key: K): T {
  const { [key]: _, ...rest } = object
  return rest as T
}

/** The Pod with one of its containers changed. */
export function withContainer(pod: Pod, name: string, change: (container: Container) => Container): Pod {
  const map = (list: Container[] | undefined) => list?.map((container) => (container.name === name ? change(container) : container))
  const { initContainers, containers, ephemeralContainers } = pod.spec
  const spec: PodSpec = {
    ...pod.spec,
    ...(initContainers ? { initContainers: map(initContainers) } : {}),
    containers: map(containers) as Container[],
    ...(ephemeralContainers ? { ephemeralContainers: map(ephemeralContainers) } : {}),
  }
  return { ...pod, spec }
}

function secured(pod: Pod, name: string, change: (security: SecurityContext) => SecurityContext | undefined): Pod {
  return withContainer(pod, name, (container) => {
    const securityContext = change(container.securityContext ?? {})
    return securityContext ? { ...container, securityContext } : without(container, 'securityContext')
  })
}

function adding(security: SecurityContext, ...capabilities: string[]): SecurityContext {
  const { capabilities: before } = security as { capabilities?: { add?: string[] } }
  return { ...security, capabilities: { ...before, add: [...(before?.add ?? []), ...capabilities] } }
}

function kept(pod: Pod, keep: Keep): Pod {
  let { metadata, spec } = pod
  if (!keep.labels) metadata = without(metadata, 'labels')
  if (!keep.annotations) metadata = without(metadata, 'annotations')
  const unprobed = (container: Container) => {
    let plain = container
    if (!keep.liveness) plain = without(plain, 'livenessProbe')
    if (!keep.readiness) plain = without(plain, 'readinessProbe')
    return keep.startup ? plain : without(plain, 'startupProbe')
  }
  spec = { ...spec, containers: spec.containers.map(unprobed) }
  return { ...pod, metadata, spec: keep.initContainers ? spec : without(spec, 'initContainers') }
}

function sharing(pod: Pod): Pod {
  return { ...pod, spec: { shareProcessNamespace: true, ...pod.spec } }
}

function hostNamespaces(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, hostNetwork: true, hostPID: true, hostIPC: true } as PodSpec }
}

const ROOT = 'host-root'

function withRootMount(pod: Pod, name: string): Pod {
  const mounted = withContainer(pod, name, (container) => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), { name: ROOT, mountPath: '/host' }],
  }))
  const volume = { name: ROOT, hostPath: { path: '/' } } as NonNullable<PodSpec['volumes']>[number]
  return { ...mounted, spec: { ...mounted.spec, volumes: [...(mounted.spec.volumes ?? []), volume] } }
}
