// The hash a Deployment puts into its ReplicaSets' names and labels: of the pod template as Go's spew prints it.
// Upstream: pkg/controller/controller_utils.go (ComputeHash), apimachinery/pkg/util/dump/dump.go (ForHash), davecgh/go-spew format.go.
import { parseData } from '../lib/data'
import { fnv32aOf, safeEncode } from '../lib/fnv'
import source from './pod-template-types.json'

/**
 * The fields of Go's types, `Name:Type` in their order; `Name=key:Type` where the manifest's key is another than the name with a small
 * letter, and `-` for a key when the fields of an embedded type stand among its own.
 */
let types: Record<string, string> | undefined

type Fields = Record<string, unknown>

const NUMBERS = /^(u?int(8|16|32|64)?)$/

/**
 * At most 10 characters of the safe alphabet. `template`: with all defaults, as it is stored. The same template has the same hash in a
 * real cluster of this version.
 */
export function podTemplateHash(template: unknown, collisionCount?: number): string {
  types ??= parseData<Record<string, string>>(source)
  const text = Buffer.from(typed('v1.PodTemplateSpec', template, types))
  if (collisionCount === undefined) return safeEncode(String(fnv32aOf(text)))
  const count = Buffer.alloc(8)
  count.writeUInt32LE(collisionCount)
  return safeEncode(String(fnv32aOf(Buffer.concat([text, count]))))
}

/** `(*int64)30` */
function typed(type: string, value: unknown, known: Record<string, string>): string {
  return `(${type})${bare(type, value, known)}`
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function bare(type: string, value: unknown, known: Record<string, string>): string {
  if (type[0] === '*') return isNothing(value) ? '<nil>' : bare(type.slice(1), value, known)
  if (type.startsWith('[]')) return list(type.slice(2), value, known)
  if (type === 'v1.ResourceList') return map('resource.Quantity', value, known)
  if (type.startsWith('map[')) return map(type.slice(type.indexOf(']') + 1), value, known)
  const struct = STRUCTS[type]?.(value) ?? (Object.hasOwn(known, type) ? known[type] : undefined)
  if (struct !== undefined) return Object.hasOwn(STRUCTS, type) ? struct : fields(struct, (value ?? {}) as Fields, known)
  if (type === 'bool') return String(value ?? false)
  if (NUMBERS.test(type)) return String(value ?? 0)
  return String(value ?? '')
}

/** What holds nothing does not come through the wire's format. */
function list(type: string, value: unknown, known: Record<string, string>): string {
  if (!Array.isArray(value) || !value.length) return '<nil>'
  return `[${value.map((item) => bare(type, item, known)).join(' ')}]`
}

function map(type: string, value: unknown, known: Record<string, string>): string {
  const entries = Object.entries((value ?? {}) as Fields)
  if (!entries.length) return '<nil>'
  const sorted = entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `map[${sorted.map(([key, item]) => `${key}:${bare(type, item, known)}`).join(' ')}]`
}

function fields(struct: string, value: Fields, known: Record<string, string>): string {
  const shown = (struct ? struct.split(' ') : []).map((entry) => {
    const colon = entry.indexOf(':')
    const [name, key = name[0].toLowerCase() + name.slice(1)] = entry.slice(0, colon).split('=')
    return `${name}:${typed(entry.slice(colon + 1), key === '-' ? value : value[key], known)}`
  })
  return `{${shown.join(' ')}}`
}

/** Types that are no plain structs in manifests. */
const STRUCTS: Record<string, (value: unknown) => string> = {
  'v1.Time': () => '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}',
  'intstr.IntOrString': (value) => {
    const text = typeof value === 'string' ? value : ''
    const kind = typeof value === 'string' ? 1 : 0
    return `{Type:(intstr.Type)${kind} IntVal:(int32)${kind ? 0 : (value ?? 0)} StrVal:(string)${text}}`
  },
  'resource.Quantity': (value) => quantity(isNothing(value) ? '' : String(value)),
}

const SUFFIX = /^([-+]?)(\d*)(?:\.(\d*))?(?:([eE])([-+]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE]?))$/
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const MOST = 2n ** 63n

function quantityParts(value: string, scale: number, decimal: string, text: string, format: string): string {
  const small = `i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`
  return `{${small} d:(resource.infDecAmount){Dec:(*inf.Dec)${decimal}} s:(string)${text} Format:(resource.Format)${format}}`
}

/** A quantity as Go holds it, which depends on how it is written. Upstream: apimachinery/pkg/api/resource/quantity.go (ParseQuantity). */
function quantity(text: string): string {
  if (text === '' || text === '0') return quantityParts('0', 0, '<nil>', text, text && 'DecimalSI')
  const match = SUFFIX.exec(text)
  if (!match) return quantityParts('0', 0, '<nil>', '', '')
  const [, sign, whole, fraction = '', e, power, binary] = match
  const num = whole.replace(/^0+/, '')
  const denom = fraction.replace(/0+$/, '')
  const exponent = binary ? 10 * BINARY.indexOf(binary) : e ? Number(power) : DECIMAL[match[7] ?? '']
  const format = binary ? 'BinarySI' : e ? 'DecimalExponent' : 'DecimalSI'
  const precision = binary ? (denom ? -1 : 14 - num.length - Math.trunc((exponent * 3) / 10)) : 18 - num.length - denom.length
  const scale = (binary ? 0 : exponent) - denom.length
  const digits = (num || '0') + denom
  const amount = BigInt(digits) * (binary ? 2n ** BigInt(exponent) : 1n)
  const signed = `${sign === '-' ? '-' : ''}${amount}`
  if (precision >= 0 && scale >= -9 && amount < MOST) {
    const canonical = binary ? (BigInt(digits) & 7n) !== 0n : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
    return quantityParts(signed, scale, '<nil>', canonical ? text : '', format)
  }
  return quantityParts('0', 0, bigDecimal(amount * 10n ** BigInt(Math.max(scale + 9, 0)), sign === '-'), '', format)
}

/** With nine digits after the point, in words of 64 bits. */
function bigDecimal(unscaled: bigint, negative: boolean): string {
  const words: string[] = []
  for (let rest = unscaled; rest > 0n; rest >>= 64n) words.push(String(rest & (2n ** 64n - 1n)))
  return `{unscaled:(big.Int){neg:(bool)${negative} abs:(big.nat)[${words.join(' ')}]} scale:(inf.Scale)9}`
}
