// The containers of a Pod or a template. Follows describeContainers of kubectl's pkg/describe.
import type { Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, Pod, ResourceRequirements } from '../../api/types'
import { fieldRefValue, resourceRefValue } from './env-values'
import { compare, rfc1123z } from './metadata'
import { probeText } from './probe'
import type { DescribeWriter } from './writer'

export interface ContainerListing {
  label: string
  containers: Container[]
  /** Absent for a template. */
  statuses?: ContainerStatus[]
  /** Gives field references their values; a template has none. */
  pod?: Pod
  /** `  ` inside a pod template. */
  indent: string
}

export function describeContainers(w: DescribeWriter, { label, containers, statuses = [], pod, indent }: ContainerListing): void {
  const byName = new Map(statuses.map((status) => [status.name, status]))
  w.write(0, `${indent}${label}:${containers.length === 0 ? ' <none>' : ''}\n`)
  for (const container of containers) {
    const status = byName.get(container.name)
    w.write(1, `${indent ? ' ' : ''}${container.name}:\n`)
    identityLines(w, container, status)
    portLines(w, container.ports ?? [])
    seccompLines(w, container)
    wordLines(w, 'Command', container.command)
    wordLines(w, 'Args', container.args)
    if (status) statusLines(w, status)
    resourceLines(w, container.resources, 2)
    if (container.livenessProbe) w.write(2, `Liveness:\t${probeText(container.livenessProbe)}\n`)
    if (container.readinessProbe) w.write(2, `Readiness:\t${probeText(container.readinessProbe)}\n`)
    if (container.startupProbe) w.write(2, `Startup:\t${probeText(container.startupProbe)}\n`)
    envFromLines(w, container)
    envLines(w, container, pod)
    mountLines(w, container)
  }
}

function identityLines(w: DescribeWriter, container: Container, status: ContainerStatus | undefined): void {
  if (status) w.write(2, `Container ID:\t${status.containerID ?? ''}\n`)
  w.write(2, `Image:\t${container.image ?? ''}\n`)
  if (status) w.write(2, `Image ID:\t${status.imageID ?? ''}\n`)
}

function portLines(w: DescribeWriter, ports: ContainerPort[]): void {
  const list = (title: string, number: (port: ContainerPort) => number) => {
    const texts = ports.map((port) => `${number(port)}/${port.protocol}${port.name ? ` (${port.name})` : ''}`)
    w.write(2, `${title}${texts.length > 1 ? 's' : ''}:\t${texts.join(', ') || '<none>'}\n`)
  }
  list('Port', (port) => port.containerPort)
  list('Host Port', (port) => port.hostPort ?? 0)
}

function seccompLines(w: DescribeWriter, container: Container): void {
  const profile = container.securityContext?.seccompProfile as { type?: string; localhostProfile?: string } | undefined
  if (!profile) return
  w.write(2, `SeccompProfile:\t${profile.type ?? ''}\n`)
  if (profile.type === 'Localhost') w.write(3, `LocalhostProfile:\t${profile.localhostProfile ?? ''}\n`)
}

function wordLines(w: DescribeWriter, title: string, words: string[] | undefined): void {
  if (!words?.length) return
  w.write(2, `${title}:\n`)
  for (const word of words) for (const line of word.split('\n')) w.write(3, `${line}\n`)
}

function statusLines(w: DescribeWriter, status: ContainerStatus): void {
  stateLines(w, 'State', status.state)
  if (status.lastState?.terminated) stateLines(w, 'Last State', status.lastState)
  w.write(2, `Ready:\t${status.ready ? 'True' : 'False'}\n`)
  w.write(2, `Restart Count:\t${status.restartCount ?? 0}\n`)
}

function stateLines(w: DescribeWriter, title: string, state: ContainerState | undefined): void {
  const { running, waiting, terminated } = state ?? {}
  if (running) {
    w.write(2, `${title}:\tRunning\n`)
    w.write(3, `Started:\t${rfc1123z(running.startedAt)}\n`)
  } else if (waiting || !terminated) {
    w.write(2, `${title}:\tWaiting\n`)
    if (waiting?.reason) w.write(3, `Reason:\t${waiting.reason}\n`)
  } else {
    w.write(2, `${title}:\tTerminated\n`)
    if (terminated.reason) w.write(3, `Reason:\t${terminated.reason}\n`)
    if (terminated.message) w.write(3, `Message:\t${terminated.message}\n`)
    w.write(3, `Exit Code:\t${terminated.exitCode}\n`)
    if (terminated.signal) w.write(3, `Signal:\t${terminated.signal}\n`)
    w.write(3, `Started:\t${rfc1123z(terminated.startedAt)}\n`)
    w.write(3, `Finished:\t${rfc1123z(terminated.finishedAt)}\n`)
  }
}

/** `Limits:` and `Requests:` with a line each. */
export function resourceLines(w: DescribeWriter, resources: ResourceRequirements | undefined, level: number): void {
  const list = (title: string, amounts: Record<string, string | number> | undefined) => {
    const names = Object.keys(amounts ?? {}).sort()
    if (names.length > 0) w.write(level, `${title}:\n`)
    for (const name of names) w.write(level + 1, `${name}:\t${amounts?.[name]}\n`)
  }
  list('Limits', resources?.limits)
  list('Requests', resources?.requests)
}

function envFromLines(w: DescribeWriter, { envFrom = [] }: Container): void {
  if (envFrom.length === 0) return
  w.write(2, 'Environment Variables from:\n')
  for (const { configMapRef, secretRef, prefix } of envFrom) {
    const source = configMapRef ?? secretRef
    const kind = configMapRef ? 'ConfigMap' : secretRef ? 'Secret' : ''
    const named = prefix ? `${kind} with prefix '${prefix}'` : kind
    w.write(3, `${source?.name ?? ''}\t${named}\tOptional: ${source?.optional ?? false}\n`)
  }
}

function envLines(w: DescribeWriter, container: Container, pod: Pod | undefined): void {
  const env = container.env ?? []
  w.write(2, `Environment:${env.length === 0 ? '\t<none>' : ''}\n`)
  for (const entry of env) {
    if (entry.valueFrom) {
      const text = sourceText(entry, container, pod)
      if (text !== undefined) w.write(3, `${entry.name}:\t${text}\n`)
      continue
    }
    const [first, ...others] = (entry.value ?? '').split('\n')
    w.write(3, `${entry.name}:\t${first}\n`)
    for (const line of others) w.write(3, `\t${line}\n`)
  }
}

function sourceText({ valueFrom }: EnvVar, container: Container, pod: Pod | undefined): string | undefined {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {}
  if (fieldRef) return `${pod ? fieldRefValue(pod, fieldRef.fieldPath) : ''} (${fieldRef.apiVersion ?? ''}:${fieldRef.fieldPath})`
  if (resourceFieldRef) {
    const value = resourceRefValue(resourceFieldRef, container)
    const { resource } = resourceFieldRef
    const unlimited = value === '0' && (resource === 'limits.cpu' || resource === 'limits.memory')
    return `${unlimited ? 'node allocatable' : value} (${resource})`
  }
  if (secretKeyRef) {
    return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional ?? false}`
  }
  if (!configMapKeyRef) return undefined
  const { key, name = '', optional = false } = configMapKeyRef
  return `<set to the key '${key}' of config map '${name}'>\tOptional: ${optional}`
}

function mountLines(w: DescribeWriter, container: Container): void {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => compare(a.mountPath, b.mountPath))
  const none = mounts.length === 0 ? '\t<none>' : ''
  w.write(2, `Mounts:${none}\n`)
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path=${JSON.stringify(subPath)}`] : [])]
    w.write(3, `${mountPath} from ${name} (${flags.join(',')})\n`)
  }
  const { volumeDevices = [] } = container as Container & { volumeDevices?: { name: string; devicePath: string }[] }
  if (volumeDevices.length === 0) return
  w.write(2, `Devices:${none}\n`)
  for (const { devicePath, name } of [...volumeDevices].sort((a, b) => compare(a.devicePath, b.devicePath))) {
    w.write(3, `${devicePath} from ${name}\n`)
  }
}
