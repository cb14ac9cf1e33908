// Go's fmt for decoded JSON: Sprintf, Sprint and Sprintln. Upstream: fmt/print.go, fmt/format.go.
import { formatFloat } from './go-format'
import { entries, formatSharpV, GoByte, GoFloat, GoInt, isPrint, quote, quoteRune, typeName } from './go-values'
import { runeCount } from './tabwriter'

interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width?: number
  precision?: number
  /** `%#v`. */
  sharpV: boolean
}

function noFlags(): Flags {
  return { plus: false, minus: false, sharp: false, space: false, zero: false, sharpV: false }
}

/** fmt.Sprint: a space between two neighbours of which neither is a string. `undefined` and `null` print as `<nil>`. */
export function sprint(args: unknown[]): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += formatArg(arg, 'v', noFlags())
  })
  return out
}

/** fmt.Sprintln: spaces between all, a line break at the end. */
export function sprintln(args: unknown[]): string {
  return `${args.map((arg) => formatArg(arg, 'v', noFlags())).join(' ')}\n`
}

/** The longest width and precision fmt takes. */
const MAX_NUMBER = 1e6

/** fmt.Sprintf, errors in the text as Go puts them there (`%!d(string=x)`). */
export function sprintf(format: string, args: unknown[]): string {
  return new Formatter(format, args).run()
}

class Formatter {
  private at = 0
  private argument = 0
  private reordered = false
  private goodIndex = true
  private afterIndex = false
  private out = ''

  constructor(
    private readonly format: string,
    private readonly args: unknown[],
  ) {}

  run(): string {
    while (this.at < this.format.length) {
      const percent = this.format.indexOf('%', this.at)
      const end = percent < 0 ? this.format.length : percent
      this.out += this.format.slice(this.at, end)
      if (percent < 0) break
      this.at = percent + 1
      if (!this.directive()) break
    }
    if (!this.reordered && this.argument < this.args.length) this.out += this.extra()
    return this.out
  }

  private extra(): string {
    const rest = this.args.slice(this.argument).map((arg) => {
      return arg === undefined || arg === null ? '<nil>' : `${typeName(arg)}=${formatArg(arg, 'v', noFlags())}`
    })
    return `%!(EXTRA ${rest.join(', ')})`
  }

  /** One `%…`; false at the end of the format. */
  private directive(): boolean {
    this.goodIndex = true
    this.afterIndex = false
    const flags = this.flags()
    this.index()
    this.width(flags)
    if (this.format[this.at] === '.') this.precision(flags)
    if (!this.afterIndex) this.index()
    if (this.at >= this.format.length) {
      this.out += '%!(NOVERB)'
      return false
    }
    const verb = String.fromCodePoint(this.format.codePointAt(this.at)!)
    this.at += verb.length
    this.out += this.verb(verb, flags)
    return true
  }

  private verb(verb: string, flags: Flags): string {
    if (verb === '%') return '%'
    if (!this.goodIndex) return `%!${verb}(BADINDEX)`
    if (this.argument >= this.args.length) return `%!${verb}(MISSING)`
    if (verb === 'v') {
      flags.sharpV = flags.sharp
      flags.sharp = false
      flags.plus = false
    }
    return formatArg(this.args[this.argument++], verb, flags)
  }

  private flags(): Flags {
    const flags = noFlags()
    for (; ; this.at++) {
      const char = this.format[this.at]
      if (char === '#') flags.sharp = true
      else if (char === '0') flags.zero = true
      else if (char === '+') flags.plus = true
      else if (char === '-') flags.minus = true
      else if (char === ' ') flags.space = true
      else return flags
    }
  }

  /** `[3]`: which argument comes next, counted from 1. */
  private index(): void {
    if (this.format[this.at] !== '[') return
    this.reordered = true
    const end = this.format.indexOf(']', this.at)
    const text = end < 0 ? '' : this.format.slice(this.at + 1, end)
    this.at = end < 0 ? this.at + 1 : end + 1
    const index = /^\d+$/.test(text) ? Number(text) : 0
    if (index < 1 || index > this.args.length) this.goodIndex = false
    else this.argument = index - 1
    this.afterIndex = index >= 1
  }

  private width(flags: Flags): void {
    if (this.format[this.at] !== '*') {
      flags.width = this.number()
      if (this.afterIndex && flags.width !== undefined) this.goodIndex = false
      return
    }
    this.at++
    const width = this.star()
    if (width === undefined) this.out += '%!(BADWIDTH)'
    else {
      flags.width = Math.abs(width)
      if (width < 0) flags.minus = true
    }
    this.afterIndex = false
  }

  private precision(flags: Flags): void {
    this.at++
    if (this.afterIndex) this.goodIndex = false
    this.index()
    if (this.format[this.at] !== '*') {
      flags.precision = this.number() ?? 0
      return
    }
    this.at++
    const precision = this.star()
    if (precision === undefined) this.out += '%!(BADPREC)'
    else if (precision >= 0) flags.precision = precision
    else this.out += '%!(BADPREC)'
    this.afterIndex = false
  }

  private number(): number | undefined {
    const digits = /\d*/y
    digits.lastIndex = this.at
    const text = digits.exec(this.format)![0]
    this.at += text.length
    return text === '' || Number(text) > MAX_NUMBER ? undefined : Number(text)
  }

  private star(): number | undefined {
    const value = this.args[this.argument]
    if (this.argument < this.args.length) this.argument++
    const number = value instanceof GoInt || value instanceof GoByte ? value.value : value
    return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= MAX_NUMBER ? number : undefined
  }
}

function formatArg(arg: unknown, verb: string, flags: Flags): string {
  if (arg === undefined || arg === null) {
    return verb === 'v' || verb === 'T' ? pad('<nil>', flags) : `%!${verb}(<nil>)`
  }
  if (verb === 'T') return pad(truncate(typeName(arg), flags), flags)
  return formatValue(arg, verb, flags)
}

function formatValue(value: unknown, verb: string, flags: Flags): string {
  if (typeof value === 'string') return formatText(value, verb, flags)
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? pad(String(value), flags) : badVerb(value, verb, flags)
  if (value instanceof GoInt) return formatInteger(BigInt(value.value), value, verb, flags)
  if (value instanceof GoByte) return formatInteger(BigInt(value.value), value, verb, flags)
  if (value instanceof GoFloat) return formatNumber(value.value, value, verb, flags)
  if (typeof value === 'number') {
    return Number.isInteger(value) ? formatInteger(BigInt(value), value, verb, flags) : formatNumber(value, value, verb, flags)
  }
  if (flags.sharpV) return formatSharpV(value)
  const member = (item: unknown) => (item === null || item === undefined ? '<nil>' : formatValue(item, verb, flags))
  if (Array.isArray(value)) return `[${value.map(member).join(' ')}]`
  return `map[${entries(value as object)
    .map(([key, item]) => `${formatText(key, verb, flags)}:${member(item)}`)
    .join(' ')}]`
}

function badVerb(value: unknown, verb: string, flags: Flags): string {
  return `%!${verb}(${typeName(value)}=${formatArg(value, 'v', flags)})`
}

/** Padding is spaces, or zeros on the left. */
function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - runeCount(text)
  if (missing <= 0) return text
  if (flags.minus) return text + ' '.repeat(missing)
  return (flags.zero ? '0' : ' ').repeat(missing) + text
}

function truncate(text: string, flags: Flags): string {
  return flags.precision === undefined ? text : Array.from(text).slice(0, flags.precision).join('')
}

function formatText(text: string, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(text, flags) : pad(truncate(text, flags), flags)
    case 's':
      return pad(truncate(text, flags), flags)
    case 'q':
      return formatQuoted(text, flags)
    case 'x':
    case 'X':
      return formatHex(text, verb, flags)
    default:
      return badVerb(text, verb, flags)
  }
}

function formatQuoted(text: string, flags: Flags): string {
  const shown = truncate(text, flags)
  if (flags.sharp && Array.from(shown).every((char) => char !== '`' && (char === '\t' || isPrint(char)))) return pad(`\`${shown}\``, flags)
  return pad(quote(shown, flags.plus), flags)
}

function formatHex(text: string, verb: string, flags: Flags): string {
  const bytes = Array.from(new TextEncoder().encode(text)).slice(0, flags.precision)
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
  const prefix = flags.sharp && digits.length > 0 ? '0x' : ''
  const hex = prefix + digits.join(flags.space ? ` ${prefix}` : '')
  return pad(verb === 'X' ? hex.toUpperCase() : hex, flags)
}

const BASES: Record<string, number> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }

function formatInteger(integer: bigint, value: unknown, verb: string, flags: Flags): string {
  if (verb === 'c') return pad(String.fromCodePoint(validRune(integer)), flags)
  if (verb === 'q') return pad(quoteRune(validRune(integer), flags.plus), flags)
  if (verb === 'U') return pad(formatUnicode(integer, flags), flags)
  if (!(verb in BASES)) return badVerb(value, verb, flags)
  if (flags.sharpV && value instanceof GoByte) return pad(`0x${integer.toString(16)}`, flags)
  const sign = integer < 0n ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  let digits = (integer < 0n ? -integer : integer).toString(BASES[verb])
  if (flags.precision !== undefined) {
    if (flags.precision === 0 && integer === 0n) return ' '.repeat(flags.width ?? 0)
    digits = digits.padStart(flags.precision, '0')
  } else if (flags.zero && !flags.minus && flags.width !== undefined) digits = digits.padStart(flags.width - sign.length, '0')
  const number = sign + basePrefix(verb, flags, digits) + digits
  return pad(verb === 'X' ? number.toUpperCase() : number, { ...flags, zero: false })
}

function basePrefix(verb: string, flags: Flags, digits: string): string {
  if (verb === 'O') return '0o'
  if (!flags.sharp) return ''
  if (verb === 'b') return '0b'
  if (verb === 'o') return digits.startsWith('0') ? '' : '0'
  return verb === 'x' || verb === 'X' ? '0x' : ''
}

function validRune(integer: bigint): number {
  return integer < 0n || integer > 0x10ffffn || (integer >= 0xd800n && integer < 0xe000n) ? 0xfffd : Number(integer)
}

function formatUnicode(integer: bigint, flags: Flags): string {
  const code = `U+${BigInt.asUintN(64, integer)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 4), '0')}`
  if (!flags.sharp || integer < 0n || integer > 0x10ffffn) return code
  const char = String.fromCodePoint(validRune(integer))
  return isPrint(char) ? `${code} '${char}'` : code
}

function formatNumber(number: number, value: unknown, verb: string, flags: Flags): string {
  const format = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb
  if (!/^[eEfgG]$/.test(format)) return badVerb(value, verb, flags)
  const precision = flags.precision ?? (format === 'g' || format === 'G' ? -1 : 6)
  const text = formatFloat(number, format, precision)
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '')
  const sign = negative ? '-' : flags.plus || digits === 'Inf' ? '+' : flags.space ? ' ' : ''
  const finite = Number.isFinite(number)
  if (finite && flags.zero && !flags.minus && flags.width !== undefined) return sign + digits.padStart(flags.width - sign.length, '0')
  return pad(sign + digits, { ...flags, zero: false })
}
