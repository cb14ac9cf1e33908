// The addresses behind a Service as describe shows them. Follows formatEndpointSlices of kubectl's pkg/describe.
import type { View } from '../../api/contracts'
import type { EndpointSlice, SliceEndpoint } from '../../api/types'
import type { DescribeWriter } from './writer'

/** `10.1.2.3:80`, `[fd00::1]:80`. Upstream: net.JoinHostPort. */
export function hostPort(host: string, port: number | string): string {
  return host.includes(':') || host.includes('%') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The slices of a Service, as its label says. */
export function slicesOf(view: View, namespace: string | undefined, service: string): EndpointSlice[] {
  const slices = view.list<EndpointSlice>('endpointslices.discovery.k8s.io', namespace)
  return slices.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service)
}

function isReady(endpoint: SliceEndpoint): boolean {
  return endpoint.conditions?.ready ?? true
}

/**
 * Ready addresses of one port, three at most and then ` + N more...`; `<none>` without any slice, empty without a ready address.
 * A fourth endpoint that is not ready also makes upstream say `+ N more`, with N counting ready ones only; so does this.
 */
export function endpointsText(slices: EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>'
  const list: string[] = []
  let more = false
  let total = 0
  const add = (endpoint: SliceEndpoint, port?: number) => {
    if (list.length === 3) more = true
    if (!isReady(endpoint)) return
    const address = endpoint.addresses[0]
    if (!more) list.push(port === undefined ? address : hostPort(address, port))
    total++
  }
  for (const slice of slices) {
    const endpoints = slice.endpoints ?? []
    const ports = slice.ports ?? []
    if (ports.length === 0) for (const endpoint of endpoints) add(endpoint)
    for (const port of ports) if ((port.name ?? '') === portName) for (const endpoint of endpoints) add(endpoint, port.port ?? 0)
  }
  return more ? `${list.join(',')} + ${total - 3} more...` : list.join(',')
}

interface NamedPort {
  name?: string
  port?: number
  protocol?: string
}

/** `Ports:` and its table. */
export function portTable(w: DescribeWriter, ports: NamedPort[], level: number): void {
  w.write(level, 'Ports:\n')
  w.write(level + 1, 'Name\tPort\tProtocol\n')
  w.write(level + 1, '----\t----\t--------\n')
  for (const { name, port, protocol } of ports) w.write(level + 1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol ?? ''}\n`)
}
