// CEL's IP addresses and networks, as Kubernetes adds them. Upstream: apiserver/pkg/cel/library/ip.go, cidr.go.
import ipaddr from 'ipaddr.js'
import { isIPv4, isIPv6 } from '../is-ip'
import { CelError, LibraryValue } from './values'

type Address = ipaddr.IPv4 | ipaddr.IPv6

export class IpValue extends LibraryValue {
  constructor(readonly address: Address) {
    super()
  }
  equals(other: unknown): boolean {
    return other instanceof IpValue && addressText(this) === addressText(other)
  }
}

/** A network keeps the address it was written with. */
export class CidrValue extends LibraryValue {
  constructor(
    readonly address: Address,
    readonly bits: number,
  ) {
    super()
  }
  equals(other: unknown): boolean {
    return other instanceof CidrValue && addressText(this) === addressText(other)
  }
}

/** IPv6 by RFC 5952. */
function textOfAddress(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

export function addressText(value: IpValue | CidrValue): string {
  const address = textOfAddress(value.address)
  return value instanceof CidrValue ? `${address}/${value.bits}` : address
}

/** Why a text is no address, undefined when it is one. */
function complaint(text: string): string | undefined {
  if (text.includes('%') && isIPv6(text)) return `IP address ${JSON.stringify(text)} with zone value is not allowed`
  if (!isIPv4(text) && !isIPv6(text)) {
    return `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`
  }
  const address = ipaddr.parse(text)
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    return `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`
  }
  return undefined
}

export function isAddress(text: string): boolean {
  return complaint(text) === undefined
}

/** Throws CelError for what is no address. */
export function ip(text: string): IpValue {
  const why = complaint(text)
  if (why !== undefined) throw new CelError(why)
  return new IpValue(ipaddr.parse(text))
}

export function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/')
  if (rest.length || !isAddress(address) || !/^(0|[1-9]\d{0,2})$/.test(bits ?? '')) return false
  return Number(bits) <= (isIPv4(address) ? 32 : 128)
}

/** Throws CelError for what is no network. */
export function cidr(text: string): CidrValue {
  if (!isNetwork(text))
    throw new CelError(`network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)})`)
  const [address, bits] = text.split('/')
  return new CidrValue(ipaddr.parse(address), Number(bits))
}

export function isCanonical(text: string): boolean {
  return textOfAddress(ip(text).address) === text
}

const IP_METHODS: Record<string, (address: Address) => unknown> = {
  family: (address) => (address.kind() === 'ipv4' ? 4n : 6n),
  isUnspecified: (address) => address.range() === 'unspecified',
  isLoopback: (address) => address.range() === 'loopback',
  isLinkLocalUnicast: (address) => address.range() === 'linkLocal',
  isLinkLocalMulticast: (address) => address.match(ipaddr.parseCIDR(address.kind() === 'ipv4' ? '224.0.0.0/24' : 'ff02::/16') as never),
  isGlobalUnicast: (address) => !['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'].includes(address.range()),
}

/** Undefined when addresses have no such function. */
export function callOfIp({ address }: IpValue, name: string): unknown {
  return Object.hasOwn(IP_METHODS, name) ? IP_METHODS[name](address) : undefined
}

function contains(network: CidrValue, address: Address): boolean {
  return network.address.kind() === address.kind() && address.match(network.address as never, network.bits)
}

function masked({ address, bits }: CidrValue): CidrValue {
  const bytes = address.toByteArray().map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))) & 0xff)
  return new CidrValue(ipaddr.fromByteArray(bytes), bits)
}

/** Undefined when networks have no such function. Addresses and networks may be given as texts. */
export function callOfCidr(value: CidrValue, name: string, [argument]: unknown[]): unknown {
  switch (name) {
    case 'containsIP':
      return contains(value, (argument instanceof IpValue ? argument : ip(String(argument))).address)
    case 'containsCIDR': {
      const other = argument instanceof CidrValue ? argument : cidr(String(argument))
      return value.bits <= other.bits && contains(value, other.address)
    }
    case 'ip':
      return new IpValue(value.address)
    case 'masked':
      return masked(value)
    case 'prefixLength':
      return BigInt(value.bits)
    default:
      return undefined
  }
}
