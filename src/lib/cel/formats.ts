// CEL's named formats, `format.dns1123Label().validate(text)`, and the format of strings, `'%d'.format([1])`.
// Upstream: apiserver/pkg/cel/library/format.go, cel-go/ext/strings.go.
import { isDns1035Label, isDns1123Label, isDns1123Subdomain, isLabelKey, isLabelValue } from '../names'
import { CelError, Optional, spend, textOf, typeName } from './values'

type Validate = (text: string) => string[]

export class FormatValue {
  constructor(readonly validate: Validate) {}
}

/** What may go on: a dash at the end is masked by a letter. */
function prefixOf(validate: Validate): Validate {
  return (text) => validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text)
}

function unless(good: (text: string) => boolean, complaint: (text: string) => string): Validate {
  return (text) => (good(text) ? [] : [complaint(text)])
}

const FORMATS: Record<string, Validate> = {
  dns1123Label: isDns1123Label,
  dns1123Subdomain: isDns1123Subdomain,
  dns1035Label: isDns1035Label,
  qualifiedName: isLabelKey,
  dns1123LabelPrefix: prefixOf(isDns1123Label),
  dns1123SubdomainPrefix: prefixOf(isDns1123Subdomain),
  dns1035LabelPrefix: prefixOf(isDns1035Label),
  labelValue: isLabelValue,
  uri: unless(
    (text) => text.startsWith('/') || URL.canParse(text),
    (text) => `parse ${JSON.stringify(text)}: invalid URI for request`,
  ),
  uuid: unless(
    (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
    () => 'does not match the UUID format',
  ),
  byte: unless(
    (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
    () => 'invalid base64',
  ),
  date: unless(
    (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
    () => 'invalid date',
  ),
  datetime: unless(
    (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
    () => 'invalid datetime',
  ),
}

export const FORMAT_NAMES = Object.keys(FORMATS)

/** Throws CelError when there is no format of that name. */
export function formatNamed(name: string): FormatValue {
  if (!Object.hasOwn(FORMATS, name)) throw new CelError(`undeclared reference to 'format.${name}' (in container '')`)
  return new FormatValue(FORMATS[name])
}

export function findFormat(name: string): Optional {
  return new Optional(Object.hasOwn(FORMATS, name) ? new FormatValue(FORMATS[name]) : undefined)
}

/** What is wrong with a text, as an optional list. */
export function validateFormat({ validate }: FormatValue, text: string): Optional {
  const complaints = validate(text)
  return new Optional(complaints.length ? complaints : undefined)
}

function plain(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, inner]) => `${plain(key)}: ${plain(inner)}`)
      .sort()
      .join(', ')}}`
  return textOf(value)
}

function based(verb: string, value: unknown): string {
  const radix = verb === 'b' ? 2 : verb === 'o' ? 8 : 16
  let text: string
  if (typeof value === 'bigint') text = value.toString(radix)
  else if (typeof value === 'boolean' && verb === 'b') text = value ? '1' : '0'
  else if (radix === 16 && (typeof value === 'string' || value instanceof Uint8Array)) text = Buffer.from(value as string).toString('hex')
  else throw new CelError(`could not convert argument ${typeName(value)} to ${verb}`)
  return verb === 'X' ? text.toUpperCase() : text
}

/** So many digits JavaScript gives; hardly any number has more of its own. */
const MOST_DIGITS = 100

function number(verb: string, value: unknown, digits: number): string {
  if (verb === 'd') {
    if (typeof value === 'bigint' || typeof value === 'number') return String(value)
    throw new CelError(`error during formatting: decimal clause can only be used on integers, was given ${typeName(value)}`)
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    const clause = verb === 'f' ? 'fixed-point' : 'scientific'
    throw new CelError(`error during formatting: ${clause} clause can only be used on doubles, was given ${typeName(value)}`)
  }
  spend(digits)
  const zeros = '0'.repeat(Math.max(0, digits - MOST_DIGITS))
  const given = Math.min(digits, MOST_DIGITS)
  if (verb === 'f') return Number(value).toFixed(given) + zeros
  return Number(value)
    .toExponential(given)
    .replace(/e([+-])(\d)$/, 'e$10$2')
    .replace('e', `${zeros}e`)
}

/** `'%s is %d'.format(['a', 1])`. Throws CelError for values that do not fit. */
export function formatText(text: string, args: unknown[]): string {
  let next = 0
  return text.replace(/%(?:%|(?:\.(\d+))?([sdfeobxX])|(.?))/gs, (clause, digits: string | undefined, verb: string | undefined) => {
    if (clause === '%%') return '%'
    if (verb === undefined) throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${clause.slice(1)}"`)
    if (next >= args.length) throw new CelError(`index ${next} out of range`)
    const value = args[next++]
    if (verb === 's') return plain(value)
    return 'dfe'.includes(verb) ? number(verb, value, Number(digits ?? 6)) : based(verb, value)
  })
}
