// The names of a Service port and of its chains. Follows pkg/proxy/iptables/proxier.go (portProtoHash and its users).
import { sha256Base32 } from '../../lib/hash'

/** `namespace/name:port`, or `namespace/name` when the port has no name. */
export function servicePortName(namespace: string, name: string, port: string | undefined): string {
  return port ? `${namespace}/${name}:${port}` : `${namespace}/${name}`
}

/** SVC: cluster traffic policy, SVL: local, EXT: external destinations, FW: load balancer source ranges. `protocol` in lower case. */
export function serviceChain(kind: 'SVC' | 'SVL' | 'EXT' | 'FW', portName: string, protocol: string): string {
  return `KUBE-${kind}-${sha256Base32(portName + protocol)}`
}

/** `endpoint` is `ip:port`. */
export function endpointChain(portName: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${sha256Base32(portName + protocol + endpoint)}`
}
