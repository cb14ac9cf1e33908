// The ports and addresses of port-forward: names to numbers, Service ports to container ports, what listens where.
// Upstream: kubectl/pkg/cmd/portforward/portforward.go, kubectl/pkg/util/{service_port,pod_port}.go, client-go/tools/portforward.
import type { Pod, Service } from '../api/types'
import { CommandError } from '../errors'
import { isIP, isIPv6 } from '../network/address'

export interface ForwardedPort {
  local: number
  remote: number
}

function split(port: string): [local: string, remote: string] {
  const parts = port.split(':')
  return parts.length === 2 ? [parts[0], parts[1]] : [parts[0], parts[0]]
}

/** strconv.Atoi, as far as it matters. */
function asNumber(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined
}

function servicePortNamed(service: Service, name: string): number {
  const found = service.spec.ports?.find((p) => p.name === name)
  if (!found) throw new CommandError(`Service '${service.metadata.name}' does not have a named port '${name}'`)
  return found.port
}

function containerPorts(pod: Pod) {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
  return [...pod.spec.containers, ...sidecars].flatMap((c) => c.ports ?? [])
}

function containerPortNamed(pod: Pod, name: string): number {
  const found = containerPorts(pod).find((p) => p.name === name)
  if (!found) throw new CommandError(`Pod '${pod.metadata.name}' does not have a named port '${name}'`)
  return found.containerPort
}

/** Ports that only UDP has cannot be forwarded. Throws CommandError. */
function refuseUdp(ports: string[], declared: { number: number; protocol?: string }[], named: (name: string) => number): void {
  for (const port of ports) {
    const remote = split(port)[1]
    const number = asNumber(remote) ?? named(remote)
    const same = declared.filter((d) => d.number === number)
    if (same.some((d) => d.protocol === 'UDP') && !same.some((d) => (d.protocol ?? 'TCP') === 'TCP')) {
      throw new CommandError(`UDP protocol is not supported for ${remote}`)
    }
  }
}

/** `8080:http` and the like of a Service as `local:containerPort`. Throws CommandError. */
export function translateServicePorts(ports: string[], service: Service, pod: Pod): string[] {
  const declared = (service.spec.ports ?? []).map((p) => ({ number: p.port, protocol: p.protocol }))
  refuseUdp(ports, declared, (name) => servicePortNamed(service, name))
  return ports.map((port) => {
    let [local, remote] = split(port)
    let number = asNumber(remote)
    if (number === undefined) {
      number = servicePortNamed(service, remote)
      if (local === remote) local = String(number)
    }
    remote = String(containerPortOf(service, pod, number))
    return local === remote ? remote : `${local}:${remote}`
  })
}

function containerPortOf(service: Service, pod: Pod, number: number): number {
  const port = service.spec.ports?.find((p) => p.port === number)
  if (!port) throw new CommandError(`Service ${service.metadata.name} does not have a service port ${number}`)
  if (service.spec.clusterIP === 'None') return number
  if (typeof port.targetPort === 'string') return containerPortNamed(pod, port.targetPort)
  return port.targetPort || port.port
}

/** Port names of a Pod as numbers. Throws CommandError. */
export function translatePodPorts(ports: string[], pod: Pod): string[] {
  const declared = containerPorts(pod).map((p) => ({ number: p.containerPort, protocol: p.protocol }))
  refuseUdp(ports, declared, (name) => containerPortNamed(pod, name))
  return ports.map((port) => {
    const [local, remote] = split(port)
    const number = asNumber(remote) === undefined ? String(containerPortNamed(pod, remote)) : remote
    return local === remote ? number : `${local}:${number}`
  })
}

/** Throws CommandError with strconv's words. */
export function parsePorts(ports: string[]): ForwardedPort[] {
  return ports.map((port) => {
    const parts = port.split(':')
    if (parts.length > 2) throw new CommandError(`invalid port format '${port}'`)
    const remote = parts.at(-1)!
    const forwarded = { local: portNumber('local', parts.length === 2 ? parts[0] || '0' : remote), remote: portNumber('remote', remote) }
    if (forwarded.remote === 0) throw new CommandError('remote port must be > 0')
    return forwarded
  })
}

function portNumber(which: 'local' | 'remote', text: string): number {
  const fail = (why: string) =>
    new CommandError(`error parsing ${which} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`)
  if (!/^\d+$/.test(text)) throw fail('invalid syntax')
  if (Number(text) > 65535) throw fail('value out of range')
  return Number(text)
}

export interface ListenAddress {
  address: string
  network: 'tcp4' | 'tcp6'
  /** One of the addresses of localhost is enough; of those given by number each must do. */
  mustListen: boolean
}

/** The addresses of `--address`, ordered. Throws CommandError. */
export function parseAddresses(given: string[]): ListenAddress[] {
  const found = new Map<string, ListenAddress>()
  for (const text of given) {
    if (text === 'localhost') {
      if (!found.has('127.0.0.1')) found.set('127.0.0.1', { address: '127.0.0.1', network: 'tcp4', mustListen: false })
      if (!found.has('::1')) found.set('::1', { address: '::1', network: 'tcp6', mustListen: false })
    } else if (isIP(text)) found.set(text, { address: text, network: isIPv6(text) ? 'tcp6' : 'tcp4', mustListen: true })
    else throw new CommandError(`${text} is not a valid IP`)
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
}

/** `127.0.0.1:80`, `[::1]:80` */
export function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
