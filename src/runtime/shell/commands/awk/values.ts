// Values of awk: numbers, strings, and strings that look like numbers and compare as such; and how they are printed.

/** Text from outside that looks like a number compares as one. */
export class Numeric {
  constructor(
    readonly text: string,
    readonly number: number,
  ) {}
}

/** undefined: never assigned. */
export type Value = number | string | Numeric | undefined

const NUMBER = /^[ \t\r\n]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\r\n]*$/
const PREFIX = /^[ \t\r\n]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/

/** A field, a line, an argument: what comes from outside. */
export function fromOutside(text: string): Value {
  return NUMBER.test(text) ? new Numeric(text, Number(text)) : text
}

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  if (value instanceof Numeric) return value.number
  const prefix = PREFIX.exec(value)
  return prefix ? Number(prefix[0]) : 0
}

export function textOf(value: Value, format: string): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (value instanceof Numeric) return value.text
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString()
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  return formatted(format, [value], format)
}

export function truth(value: Value): boolean {
  if (typeof value === 'number') return value !== 0
  if (value === undefined) return false
  return value instanceof Numeric ? value.number !== 0 : value !== ''
}

/** Below, at or above zero. */
export function compared(a: Value, b: Value, format: string): number {
  if (typeof a !== 'string' && typeof b !== 'string') return numberOf(a) - numberOf(b)
  const [x, y] = [textOf(a, format), textOf(b, format)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** printf(3). `convert` is how numbers become text under %s. */
export function formatted(format: string, args: Value[], convert: string): string {
  let next = 0
  const take = () => args[next++]
  return format.replace(
    /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlLqjzt]*([a-zA-Z%])/g,
    (whole, flags: string, w: string, p: string, type: string) => {
      if (type === '%') return '%'
      const dotted = /\.\D*[a-zA-Z]$/.test(whole) || whole.includes('.')
      let width = w === '*' ? numberOf(take()) : Number(w ?? 0)
      const precision = p === '*' ? numberOf(take()) : p !== undefined ? Number(p) : dotted ? 0 : undefined
      const left = flags.includes('-') || width < 0
      width = Math.abs(width)
      const body = conversion(type, take(), flags, precision, convert)
      if (body === undefined) return whole
      if (left) return body.padEnd(width)
      const zeros = flags.includes('0') && !'sc'.includes(type) && (precision === undefined || !'diuxXo'.includes(type))
      if (!zeros) return body.padStart(width)
      const sign = /^[-+ ]?(?:0[xX])?/.exec(body)![0]
      return sign + body.slice(sign.length).padStart(width - sign.length, '0')
    },
  )
}

function conversion(type: string, value: Value, flags: string, precision: number | undefined, convert: string): string | undefined {
  const signed = (text: string, n: number) =>
    n < 0 || Object.is(n, -0) ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
  switch (type) {
    case 's':
      return precision === undefined ? textOf(value, convert) : textOf(value, convert).slice(0, precision)
    case 'c':
      return typeof value === 'number' ? String.fromCodePoint(value) : textOf(value, convert).slice(0, 1)
    case 'd':
    case 'i':
    case 'u': {
      const n = Math.trunc(numberOf(value))
      if (!Number.isFinite(n)) return String(n)
      const digits = BigInt(Math.abs(n))
        .toString()
        .padStart(precision ?? 1, '0')
      return signed(n < 0 ? `-${digits}` : digits, n)
    }
    case 'o':
    case 'x':
    case 'X': {
      const n = BigInt.asUintN(64, BigInt(Math.trunc(numberOf(value))))
      const digits = n.toString(type === 'o' ? 8 : 16).padStart(precision ?? 1, '0')
      const marked = flags.includes('#') && n !== 0n ? `${type === 'o' ? '0' : '0x'}${digits}` : digits
      return type === 'X' ? marked.toUpperCase() : marked
    }
    case 'f':
    case 'F':
      return signed(fixed(numberOf(value), precision ?? 6), numberOf(value))
    case 'e':
    case 'E':
      return signed(exponential(numberOf(value), precision ?? 6, type), numberOf(value))
    case 'g':
    case 'G':
      return signed(general(numberOf(value), precision ?? 6, type, flags.includes('#')), numberOf(value))
  }
  return undefined
}

function fixed(n: number, precision: number): string {
  return Number.isFinite(n) ? n.toFixed(Math.min(precision, 100)) : String(n)
}

function exponential(n: number, precision: number, type: string): string {
  const text = n.toExponential(Math.min(precision, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
  return type === 'E' ? text.toUpperCase() : text
}

function general(n: number, precision: number, type: string, keep: boolean): string {
  if (n === 0) return '0'
  const digits = Math.max(1, precision)
  const exponent = Number(n.toExponential(digits - 1).split('e')[1])
  const small = exponent < -4 || exponent >= digits
  const text = small ? exponential(n, digits - 1, type === 'G' ? 'E' : 'e') : n.toFixed(Math.max(0, digits - 1 - exponent))
  return keep ? text : text.replace(/(\.\d*?)0+(?=$|[eE])/, '$1').replace(/\.(?=$|[eE])/, '')
}
