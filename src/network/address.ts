// IP addresses and networks: the cluster's ranges, membership, order and the names of reverse DNS.
import ipaddr from 'ipaddr.js'
import { isIP, isIPv4, isIPv6 } from '../lib/is-ip'

export { isIP, isIPv4, isIPv6 }

/** All Pods; kube-proxy's --cluster-cidr, which tells Pod traffic from the rest. */
export const CLUSTER_CIDR = '10.244.0.0/16'

/** An IPv4 address as a number; the caller has checked that it is one. */
export function ipv4Number(ip: string): number {
  let n = 0
  for (const part of ip.split('.')) n = n * 256 + Number(part)
  return n
}

export function ipv4Text(n: number): string {
  return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.')
}

/** Network address, prefix length and last address of an IPv4 network, as numbers. */
export function ipv4Network(cidr: string): { first: number; last: number; bits: number } {
  const [ip, bits] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(ipv4Number(ip) / size) * size
  return { first, last: first + size - 1, bits: Number(bits) }
}

/** The number of an IPv4 address; -1 for other texts. Packets are compared with networks all the time: no regular expressions here. */
function parseIpv4(text: string): number {
  let n = 0
  let part = -1
  let dots = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 46) {
      if (part < 0 || ++dots > 3) return -1
      n = n * 256 + part
      part = -1
    } else {
      if (c < 48 || c > 57 || part === 0) return -1
      part = (part < 0 ? 0 : part * 10) + c - 48
      if (part > 255) return -1
    }
  }
  return dots === 3 && part >= 0 ? n * 256 + part : -1
}

/** Networks seen so far: there are few, and the same ones again and again. */
const networks = new Map<string, { first: number; size: number } | undefined>()
const MOST_NETWORKS = 10_000

function parseNetwork(cidr: string): { first: number; size: number } | undefined {
  if (networks.has(cidr)) return networks.get(cidr)
  const at = cidr.indexOf('/')
  const ip = at < 0 ? -1 : parseIpv4(cidr.slice(0, at))
  const size = 2 ** (32 - Number(cidr.slice(at + 1)))
  const found = ip < 0 ? undefined : { first: Math.floor(ip / size) * size, size }
  if (networks.size >= MOST_NETWORKS) networks.clear()
  networks.set(cidr, found)
  return found
}

/** Is the address in the network (`10.0.0.0/8`)? False across families and for what is no network. */
export function inNetwork(ip: string, cidr: string): boolean {
  const n = parseIpv4(ip)
  if (n >= 0) {
    const network = parseNetwork(cidr)
    return network !== undefined && n >= network.first && n < network.first + network.size
  }
  if (!isIPv6(ip) || !ipaddr.IPv6.isValidCIDR(cidr)) return false
  return ipaddr.IPv6.parse(ip).match(ipaddr.IPv6.parseCIDR(cidr))
}

/** The text Go's net.IP prints: IPv6 in its shortest form (RFC 5952). */
export function canonicalIp(ip: string): string {
  return isIPv6(ip) ? ipaddr.IPv6.parse(ip).toRFC5952String() : ip
}

/** The sixteen bytes of an IPv6 address. */
export function ipv6Bytes(ip: string): number[] {
  return ipaddr.IPv6.parse(ip).toByteArray()
}
