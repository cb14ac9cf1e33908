// The names of a Service port and of its chains. Follows pkg/proxy/iptables/proxier.go (portProtoHash and its users).
import crypto from 'node:crypto'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first sixteen characters of the base32 of the SHA-256. */
function shortHash(text: string): string {
  const digest = crypto.createHash('sha256').update(text).digest()
  let out = ''
  for (let byte = 0; byte < 10; byte += 5) {
    // Five bytes are eight letters; 40 bits fit a number exactly.
    let group = digest.readUIntBE(byte, 5)
    let letters = ''
    for (let i = 0; i < 8; i++) {
      letters = BASE32[group % 32] + letters
      group = Math.floor(group / 32)
    }
    out += letters
  }
  return out
}

/** `namespace/name:port`, or `namespace/name` when the port has no name. */
export function servicePortName(namespace: string, name: string, port: string | undefined): string {
  return port ? `${namespace}/${name}:${port}` : `${namespace}/${name}`
}

/** SVC: cluster traffic policy, SVL: local, EXT: external destinations, FW: load balancer source ranges. `protocol` in lower case. */
export function serviceChain(kind: 'SVC' | 'SVL' | 'EXT' | 'FW', portName: string, protocol: string): string {
  return `KUBE-${kind}-${shortHash(portName + protocol)}`
}

/** `endpoint` is `ip:port`. */
export function endpointChain(portName: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${shortHash(portName + protocol + endpoint)}`
}
