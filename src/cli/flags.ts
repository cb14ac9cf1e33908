// Parses a command line as spf13/pflag does (commander differs: it lets a bare `--dry-run` swallow the next word, has no
// `-owide`, and says other words on errors). Upstream: github.com/spf13/pflag flag.go.
import { UsageError } from '../errors'
import { parseDuration } from '../lib/ages'
import { quote, quoteRune } from '../lib/go-values'
import type { FlagSpec } from './flag-table'

export type FlagValue = boolean | string | number | string[] | Record<string, string>

/** Flags as typed values. Asking for a flag the command does not have is a programming error and throws. */
export class Flags {
  /** Words that are no flags. */
  args: string[] = []
  /** How many of `args` stood before `--`; -1 when there was none. */
  dash = -1
  /** Lines for stderr about flags that were used and should not be. */
  readonly notices: string[] = []
  /** The flags of the command line with their values, in order. */
  readonly order: [name: string, text: string][] = []
  private readonly values = new Map<string, FlagValue>()
  private readonly given = new Set<string>()
  private readonly specs = new Map<string, FlagSpec>()

  constructor(specs: FlagSpec[]) {
    for (const s of specs) this.specs.set(s.name, s)
  }

  has(name: string): boolean {
    return this.specs.has(name)
  }
  /** Does it hold one text? A command's own flag may hide a global one of the same name and hold a list. */
  holdsText(name: string): boolean {
    return this.specs.get(name)?.type === 'string'
  }
  /** Was it on the command line? */
  changed(name: string): boolean {
    return this.given.has(name)
  }
  private value(name: string): FlagValue {
    const known = this.values.get(name)
    if (known !== undefined) return known
    const spec = this.specs.get(name)
    if (!spec) throw new Error(`flag accessed but not defined: ${name}`)
    // Of some forty flags a command asks for a few.
    const value = initial(spec)
    this.values.set(name, value)
    return value
  }
  bool(name: string): boolean {
    return this.value(name) === true
  }
  string(name: string): string {
    return String(this.value(name))
  }
  number(name: string): number {
    return this.value(name) as number
  }
  list(name: string): string[] {
    return this.value(name) as string[]
  }
  map(name: string): Record<string, string> {
    return this.value(name) as Record<string, string>
  }
  /** A duration in milliseconds. */
  duration(name: string): number {
    return this.value(name) as number
  }

  set(name: string, text: string): void {
    const spec = this.specs.get(name) as FlagSpec
    const label = spec.short && !spec.shortDeprecated ? `-${spec.short}, --${name}` : `--${name}`
    let value: FlagValue
    try {
      value = convert(spec, text, this.given.has(name) ? this.value(name) : undefined)
    } catch (error) {
      throw new UsageError(`invalid argument ${quote(text)} for ${quote(label)} flag: ${(error as Error).message}`)
    }
    this.values.set(name, value)
    this.given.add(name)
    this.order.push([name, text])
    if (spec.deprecated) this.notices.push(`Flag --${name} has been deprecated, ${spec.deprecated}\n`)
  }
}

function initial(spec: FlagSpec): FlagValue {
  switch (spec.type) {
    case 'bool':
      return spec.default === 'true'
    case 'stringSlice':
    case 'stringArray':
      return spec.default && spec.default !== '[]' ? spec.default.slice(1, -1).split(',') : []
    case 'stringToString':
    case 'mapStringString':
      return Object.create(null) as Record<string, string>
    case 'int':
    case 'int32':
    case 'int64':
      return Number(spec.default ?? 0)
    case 'duration':
      return parseDuration(spec.default ?? '0s')
    default:
      return spec.default ?? ''
  }
}

const LIMITS: Record<string, bigint> = { int: 1n << 63n, int64: 1n << 63n, int32: 1n << 31n }

function integer(text: string, type: string): number {
  const failure = (why: string) => new Error(`strconv.ParseInt: parsing ${quote(text)}: ${why}`)
  if (!/^[+-]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9_]*)$/.test(text)) throw failure('invalid syntax')
  const digits = text.replace(/^[+-]/, '').replaceAll('_', '')
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits)
  const value = text.startsWith('-') ? -magnitude : magnitude
  if (value >= LIMITS[type] || value < -LIMITS[type]) throw failure('value out of range')
  return Number(value)
}

function boolean(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false
  throw new Error(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`)
}

/** One CSV record, as pflag reads a slice value. Upstream: encoding/csv. */
export function csv(text: string): string[] {
  if (text === '') return []
  const fields: string[] = []
  const failure = (at: number, why: string) =>
    new Error(`parse error on line 1, column ${Buffer.byteLength(text.slice(0, at)) + 1}: ${why}`)
  let at = 0
  for (;;) {
    let field = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const close = text.indexOf('"', at)
        if (close < 0) throw failure(text.length, 'extraneous or missing " in quoted-field')
        field += text.slice(at, close)
        at = close + 1
        if (text[at] !== '"') break
        field += '"'
        at++
      }
      if (at < text.length && text[at] !== ',') throw failure(at - 1, 'extraneous or missing " in quoted-field')
    } else {
      const comma = text.indexOf(',', at)
      field = text.slice(at, comma < 0 ? text.length : comma)
      if (field.includes('"')) throw failure(at + field.indexOf('"'), 'bare " in non-quoted-field')
      at += field.length
    }
    fields.push(field)
    if (at >= text.length) return fields
    at++
    if (at === text.length) {
      fields.push('')
      return fields
    }
  }
}

function pairs(text: string, separatorOnly: boolean): Record<string, string> {
  const out: Record<string, string> = Object.create(null)
  const parts = separatorOnly || (text.match(/=/g)?.length ?? 0) !== 1 ? csv(text) : [text.replace(/^"+|"+$/g, '')]
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals < 0) throw new Error(separatorOnly ? `malformed pair, expect string=string` : `${part} must be formatted as key=value`)
    out[part.slice(0, equals)] = part.slice(equals + 1)
  }
  return out
}

function convert(spec: FlagSpec, text: string, before: FlagValue | undefined): FlagValue {
  switch (spec.type) {
    case 'bool':
      return boolean(text)
    case 'tristate':
      return String(boolean(text))
    case 'stringSlice':
      return [...((before as string[]) ?? []), ...csv(text)]
    case 'stringArray':
      return [...((before as string[]) ?? []), text]
    case 'stringToString':
      return Object.assign(Object.create(null), before, pairs(text, false)) as Record<string, string>
    case 'mapStringString':
      return Object.assign(Object.create(null), before, pairs(text, true)) as Record<string, string>
    case 'int':
    case 'int32':
    case 'int64':
      return integer(text, spec.type)
    case 'duration':
      return parseDuration(text)
    default:
      return text
  }
}

/** Parses the words after the command's name; `presets` count as given before them. Throws UsageError in pflag's words. */
export function parseFlags(specs: FlagSpec[], words: string[], presets: [name: string, text: string][] = []): Flags {
  const flags = new Flags(specs)
  for (const [name, text] of presets) flags.set(name, text)
  const names = new Map(specs.map((s) => [s.name, s]))
  const letters = new Map(specs.filter((s) => s.short).map((s) => [s.short, s]))
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word.length < 2 || word[0] !== '-') {
      flags.args.push(word)
    } else if (word === '--') {
      flags.dash = flags.args.length
      flags.args.push(...words.slice(i + 1))
      break
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
      if (name === '' || name.startsWith('-') || name.startsWith('=')) throw new UsageError(`bad flag syntax: ${word}`)
      const spec = names.get(name) ?? names.get(name.replaceAll('_', '-'))
      if (!spec) throw new UsageError(`unknown flag: --${name}`)
      if (equals >= 0) flags.set(spec.name, word.slice(equals + 1))
      else if (spec.noValue !== undefined) flags.set(spec.name, spec.noValue)
      else if (i + 1 < words.length) flags.set(spec.name, words[++i])
      else throw new UsageError(`flag needs an argument: --${name}`)
    } else {
      i = parseLetters(flags, letters, words, i)
    }
  }
  return flags
}

/** `-it`, `-owide`, `-o=wide`, `-o wide`; returns the index of the last word used. */
function parseLetters(flags: Flags, letters: Map<string | undefined, FlagSpec>, words: string[], at: number): number {
  let rest = words[at].slice(1)
  while (rest) {
    const letter = rest[0]
    const spec = letters.get(letter)
    // pflag takes a byte for a letter.
    if (!spec) throw new UsageError(`unknown shorthand flag: ${quoteRune(Buffer.from(rest)[0])} in -${rest}`)
    if (spec.shortDeprecated && (rest.length > 1 || at + 1 < words.length)) {
      flags.notices.push(`Flag shorthand -${letter} has been deprecated, ${spec.shortDeprecated}\n`)
    }
    if (rest.length > 2 && rest[1] === '=') {
      flags.set(spec.name, rest.slice(2))
      return at
    }
    if (spec.noValue !== undefined) {
      flags.set(spec.name, spec.noValue)
      rest = rest.slice(1)
      continue
    }
    if (rest.length > 1) {
      flags.set(spec.name, rest.slice(1))
      return at
    }
    if (at + 1 >= words.length) throw new UsageError(`flag needs an argument: ${quoteRune(letter.charCodeAt(0))} in -${rest}`)
    flags.set(spec.name, words[at + 1])
    return at + 1
  }
  return at
}
