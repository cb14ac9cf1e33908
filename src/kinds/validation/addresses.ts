// Validation of IP addresses and networks, in the strict form that v1.37 asks for. Upstream: apimachinery/pkg/util/validation/ip.go.
import type { FieldError } from '../../errors'
import { isIP, isIPv4, isIPv6 } from '../../lib/is-ip'
import { invalidValue } from './errors'

const INVALID_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const INVALID_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** Without the zeros that only Go's older parser let numbers begin with. */
function withoutZeros(ip: string): string {
  return ip.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1')
}

/** An IPv6 address of a host that has no zone. */
function isPlain(ip: string): boolean {
  return isIPv4(ip) || (isIPv6(ip) && !ip.includes('%'))
}

/** Sixteen bits each, as RFC 5952 writes them. */
function canonical(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip
}

function groupsOf(ip: string): string[] {
  const [head, tail] = canonical(ip).split('::')
  const [left, right] = [head ? head.split(':') : [], tail ? tail.split(':') : []]
  return tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

/** All 32 or 128 bits. */
function bitsOf(ip: string): string {
  if (isIPv4(ip))
    return ip
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('')
  return groupsOf(ip)
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
}

function isMapped(ip: string): boolean {
  return isIPv6(ip) && bitsOf(ip).startsWith(`${'0'.repeat(80)}${'1'.repeat(16)}`)
}

export function validateIp(value: string, field: string): FieldError[] {
  const ip = withoutZeros(value)
  if (!isPlain(ip)) return [invalidValue(field, value, INVALID_IP)]
  const errors = isIP(value) ? [] : [invalidValue(field, value, 'must not have leading 0s')]
  return isMapped(ip) ? [...errors, invalidValue(field, value, 'must not be an IPv4-mapped IPv6 address')] : errors
}

/** An address written as everybody writes it. */
export function validateCanonicalIp(value: string, field: string): FieldError[] {
  const errors = validateIp(value, field)
  if (errors.length || canonical(value) === value) return errors
  return [invalidValue(field, value, `must be in canonical form (${JSON.stringify(canonical(value))})`)]
}

export interface Network {
  /** All bits of its first address. */
  bits: string
  length: number
}

/** The network that a text names, of whose address the bits that do not count are left out of account. */
export function networkOf(value: string): Network | undefined {
  const [address, length, ...more] = value.split('/')
  const ip = withoutZeros(address)
  if (more.length || !isPlain(ip) || !/^\d+$/.test(length ?? '')) return undefined
  const bits = bitsOf(ip)
  const size = Number(length)
  return size > bits.length ? undefined : { bits: bits.slice(0, size).padEnd(bits.length, '0'), length: size }
}

export function isStrictlyInside(inner: Network, outer: Network): boolean {
  return inner.bits.length === outer.bits.length && inner.length > outer.length && inner.bits.startsWith(outer.bits.slice(0, outer.length))
}

export function validateCidr(value: string, field: string): FieldError[] {
  const network = networkOf(value)
  if (!network) return [invalidValue(field, value, INVALID_CIDR)]
  const [ip, length] = value.split('/')
  const refuse = (why: string) => [invalidValue(field, value, why)]
  if (!isIP(ip) || /^0\d/.test(length)) return refuse('must not have leading 0s in IP or prefix length')
  if (isMapped(ip)) return refuse('must not have an IPv4-mapped IPv6 address')
  return bitsOf(ip) === network.bits ? [] : refuse('must not have bits set beyond the prefix length')
}

export function validateCanonicalCidr(value: string, field: string): FieldError[] {
  const errors = validateCidr(value, field)
  const [ip, length] = value.split('/')
  const form = `${canonical(ip)}/${length}`
  return errors.length || form === value ? errors : [invalidValue(field, value, `must be in canonical form (${JSON.stringify(form)})`)]
}

/** What is warned of in an address that older rules let pass. */
export function ipWarnings(value: string, field: string): string[] {
  const ip = withoutZeros(value)
  if (!isPlain(ip)) return []
  if (!isIP(value) || isMapped(ip)) {
    const plain = isMapped(ip) ? mappedIpv4(ip) : ip
    return [`${field}: non-standard IP address ${JSON.stringify(value)} is invalid: use ${JSON.stringify(plain)}`]
  }
  if (canonical(value) === value) return []
  const form = JSON.stringify(canonical(value))
  return [`${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${form})`]
}

/** The IPv4 address that an IPv6 address stands for. */
function mappedIpv4(ip: string): string {
  const bits = bitsOf(ip).slice(-32)
  return [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join('.')
}

function textOf(bits: string): string {
  if (bits.length === 32) return [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => Number.parseInt(bits.slice(i * 16, i * 16 + 16), 2).toString(16))
  return canonical(groups.join(':'))
}

/** What is warned of in a network. */
export function cidrWarnings(value: string, field: string): string[] {
  const network = networkOf(value)
  if (!network) return []
  const quote = JSON.stringify
  const [address, length] = value.split('/')
  const ip = withoutZeros(address)
  const right = `${textOf(network.bits)}/${network.length}`
  const warnings: string[] = []
  if (bitsOf(ip) !== network.bits) {
    const single = quote(`${textOf(bitsOf(ip))}/${network.bits.length}`)
    warnings.push(`${field}: CIDR value ${quote(value)} is ambiguous in this context (should be ${quote(right)} or ${single}?)`)
  }
  if (!isIP(address) || /^0\d/.test(length) || isMapped(ip)) {
    warnings.push(`${field}: non-standard CIDR value ${quote(value)} is invalid: use ${quote(right)}`)
  }
  const form = `${canonical(address)}/${length}`
  if (warnings.length || form === value) return warnings
  return [`${field}: IPv6 CIDR value ${quote(value)} should be in RFC 5952 canonical format (${quote(form)})`]
}
