// printf(1)'s conversions: the format again and again, until the arguments are used up.
import { unescapeText } from './words'

const CONVERSION = /%(?:%|([-0 +#']*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\(([^)]*)\)(?=T))?(?:[hlLjzt]+(?=[a-zA-Z\\]|$))?([a-zA-Z(]|\\|$))/g

/** What came of a format: how many arguments it used, what was wrong with some, and where it had to stop. */
export interface Formatted {
  text: string
  used: number
  /** Arguments that are no numbers. */
  bad: string[]
  /** The conversion that there is none of. */
  unknown?: string
  /** `\c` ended the output. */
  ended?: boolean
}

export interface PrintfStyle {
  /** bash: %q, %(...)T, \u. */
  bash: boolean
  date(time: number | undefined, format: string): string
}

/** One pass over the format. */
export function formatPrintf(format: string, args: string[], { bash, date }: PrintfStyle): Formatted {
  const result: Formatted = { text: '', used: 0, bad: [] }
  const next = () => args[result.used++]
  const number = () => {
    const arg = next()
    const value = numberOf(arg)
    if (Number.isNaN(value)) result.bad.push(arg)
    return Number.isNaN(value) ? Number.parseInt(arg, 10) || 0 : value
  }
  let last = 0
  for (const match of format.matchAll(CONVERSION)) {
    result.text += unescapeText(format.slice(last, match.index), bash ? 'bash' : 'ash')
    last = match.index + match[0].length
    if (match[0] === '%%') {
      result.text += '%'
      continue
    }
    const [, flags, widthText, precisionText, dated, kind] = match
    const width = widthText === '*' ? number() : Number(widthText ?? 0)
    const precision = precisionText === '*' ? number() : precisionText === undefined ? undefined : Number(precisionText)
    const converted = convert(kind, { flags, precision, dated }, { next, number, bash, date, result })
    if (converted === undefined) {
      result.unknown = format.slice(match.index)
      return result
    }
    result.text += padded(converted, flags, width, 'diouxXeEfFgG'.includes(kind))
    if (result.ended) return result
  }
  result.text += unescapeText(format.slice(last), bash ? 'bash' : 'ash')
  return result
}

interface Source extends PrintfStyle {
  next(): string | undefined
  number(): number
  result: Formatted
}

function convert(
  kind: string,
  { flags, precision, dated }: { flags: string; precision?: number; dated?: string },
  source: Source,
): string | undefined {
  const signed = (value: number, text: string) =>
    value < 0 || Object.is(value, -0) ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
  switch (kind) {
    case 's':
      return (source.next() ?? '').slice(0, precision)
    case 'b': {
      const text = source.next() ?? ''
      const stop = text.indexOf('\\c')
      if (stop >= 0) source.result.ended = true
      return unescapeText(stop < 0 ? text : text.slice(0, stop)).slice(0, precision)
    }
    case 'c':
      return (source.next() ?? '').slice(0, 1)
    case 'q':
      return source.bash ? shellQuoted(source.next() ?? '') : undefined
    case 'T': {
      if (!source.bash || dated === undefined) return undefined
      const given = source.next()
      const now = given === undefined || given === '-1' || given === '-2'
      return source.date(now ? undefined : Number(given) * 1000, dated === '' ? '%X' : dated)
    }
    case 'd':
    case 'i':
    case 'u': {
      const value = Math.trunc(source.number())
      const digits = String(Math.abs(value)).padStart(precision ?? 0, '0')
      return signed(value, value < 0 ? `-${digits}` : digits)
    }
    case 'x':
    case 'X':
    case 'o': {
      const value = BigInt.asUintN(64, BigInt(Math.trunc(source.number())))
      const digits = value.toString(kind === 'o' ? 8 : 16).padStart(precision ?? 0, '0')
      const text = flags.includes('#') && value !== 0n ? `${kind === 'o' ? '0' : '0x'}${digits}` : digits
      return kind === 'X' ? text.toUpperCase() : text
    }
    case 'f':
    case 'F': {
      const value = source.number()
      return signed(value, value.toFixed(precision ?? 6))
    }
    case 'e':
    case 'E': {
      const value = source.number()
      const text = exponential(value, precision ?? 6)
      return signed(value, kind === 'E' ? text.toUpperCase() : text)
    }
    case 'g':
    case 'G': {
      const value = source.number()
      return signed(value, general(value, precision ?? 6))
    }
    default:
      return undefined
  }
}

function exponential(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
}

function general(value: number, precision: number): string {
  const digits = precision || 1
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))))
  const short = exponent < -4 || exponent >= digits
  const text = short ? exponential(value, digits - 1) : value.toFixed(Math.max(0, digits - 1 - exponent))
  return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text
}

function padded(text: string, flags: string, width: number, numeric: boolean): string {
  if (width < 0 || flags.includes('-')) return text.padEnd(Math.abs(width))
  if (!flags.includes('0') || !numeric) return text.padStart(width)
  const sign = /^[-+ ]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

/** As C reads it: decimal, octal, hexadecimal, or the code of a quoted character; NaN when it is none. */
function numberOf(arg: string | undefined): number {
  if (arg === undefined || arg === '') return 0
  if (/^["']/.test(arg)) return arg.codePointAt(1) ?? 0
  if (/^[-+]?0[0-7]+$/.test(arg)) return Number.parseInt(arg, 8)
  if (/^[-+]0[xX]/.test(arg)) return (arg.startsWith('-') ? -1 : 1) * Number(arg.slice(1))
  return Number(arg)
}

/** A text that the shell reads back as it is. */
export function shellQuoted(text: string): string {
  if (text === '') return "''"
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const letters: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\x1b': '\\E', "'": "\\'", '\\': '\\\\' }
    return `$'${text.replace(/[\x00-\x1f\x7f'\\]/g, (c) => letters[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}'`
  }
  return text.replace(/[^\w@%+=:,./\-\u0080-\uffff]|^[~#]/g, '\\$&')
}

/** Formats again and again until the arguments are used up; stops at what it cannot convert. */
export function printfText(format: string, args: string[], style: PrintfStyle): Omit<Formatted, 'used'> {
  let rest = args
  let text = ''
  const bad: string[] = []
  for (;;) {
    const pass = formatPrintf(format, rest, style)
    text += pass.text
    bad.push(...pass.bad)
    rest = rest.slice(pass.used)
    if (pass.unknown !== undefined || pass.ended || rest.length === 0 || pass.used === 0) return { ...pass, text, bad }
  }
}
