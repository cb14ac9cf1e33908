// JSON as Go's encoding/json prints it: sorted keys, `<`, `>` and `&` as \u escapes; compact, or indented as `-o json` does.

const UNSAFE = /[<>&\u2028\u2029\u0000-\u001f\ud800-\udfff]/
const UNSAFE_ALL = /[<>&\u2028\u2029]|[\u0000-\u001f]|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/g
const KEPT_SHORT = '\b\f\n\r\t'

export interface JsonOptions {
  /** False keeps keys in the order they have, as typed Go objects print. Default true. */
  sort?: boolean
  /** False as with SetEscapeHTML(false). Default true. */
  escapeHtml?: boolean
}

/** `-o json`: four spaces a level, newline at the end. Members that are `undefined` are left out. */
export function toJson(value: unknown, options: JsonOptions = {}): string {
  return `${write(value, '    ', '\n', options)}\n`
}

/** json.Marshal: no spaces, no newline. */
export function toCompactJson(value: unknown, options: JsonOptions = {}): string {
  return write(value, '', '', options)
}

/** json.MarshalIndent(value, "", indent) without a newline at its end. */
export function toIndentedJson(value: unknown, indent: string, options: JsonOptions = {}): string {
  return write(value, indent, '\n', options)
}

function write(value: unknown, indent: string, line: string, options: JsonOptions): string {
  if (typeof value === 'string') return quoteJson(value, options.escapeHtml ?? true)
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value)
  const inner = line + indent
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[${inner}${value.map((item) => write(item, indent, inner, options)).join(`,${inner}`)}${line}]`
  }
  const object = value as Record<string, unknown>
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  if (keys.length === 0) return '{}'
  if (options.sort ?? true) keys.sort()
  const colon = indent === '' ? ':' : ': '
  const members = keys.map((key) => quoteJson(key, options.escapeHtml ?? true) + colon + write(object[key], indent, inner, options))
  return `{${inner}${members.join(`,${inner}`)}${line}}`
}

/** A JSON string literal with Go's escapes. */
export function quoteJson(text: string, escapeHtml: boolean): string {
  const quoted = `"${text.includes('"') || text.includes('\\') ? text.replace(/["\\]/g, '\\$&') : text}"`
  if (!UNSAFE.test(text)) return quoted
  return quoted.replace(UNSAFE_ALL, (char) => {
    if ('<>&'.includes(char) && !escapeHtml) return char
    if (KEPT_SHORT.includes(char)) return JSON.stringify(char).slice(1, -1)
    const code = char.charCodeAt(0)
    return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
