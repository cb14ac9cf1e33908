// The rules for names, label keys and values, and their sentences (apimachinery's pkg/util/validation). Each returns its complaints.

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?'
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${LABEL_KEY})?`
const CONFIG_KEY = '[-._a-zA-Z0-9]+'

function whole(pattern: string, value: string): boolean {
  return new RegExp(`^${pattern}$`).test(value)
}

/** A sentence, examples and the pattern, as RegexError joins them (two blanks before `or` are upstream's). */
export function regexError(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`
  return `${message} (e.g. ${examples.map((e) => `'${e}', `).join(' or ')}regex used for validation is '${pattern}')`
}

function tooLong(value: string, limit: number): string[] {
  return Buffer.byteLength(value) > limit ? [`must be no more than ${limit} characters`] : []
}

function tooManyBytes(value: string, limit: number): string[] {
  return Buffer.byteLength(value) > limit ? [`must be no more than ${limit} bytes`] : []
}

const SUBDOMAIN_SENTENCE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"

/** `my-name`, at most 63 bytes. */
export function isDns1123Label(value: string): string[] {
  const errors = tooLong(value, 63)
  if (whole(DNS_LABEL, value)) return errors
  if (whole(DNS_SUBDOMAIN, value)) return [...errors, 'must not contain dots']
  const sentence =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return [...errors, regexError(sentence, DNS_LABEL, 'my-name', '123-abc')]
}

/** `example.com`, at most 253 bytes: the names of most objects. */
export function isDns1123Subdomain(value: string): string[] {
  const errors = tooLong(value, 253)
  return whole(DNS_SUBDOMAIN, value) ? errors : [...errors, regexError(SUBDOMAIN_SENTENCE, DNS_SUBDOMAIN, 'example.com')]
}

/** The domains in which names are searched may have underscores. */
export function isDns1123SubdomainWithUnderscore(value: string): string[] {
  const errors = tooLong(value, 253)
  const label = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
  const pattern = `${label}(\\.${label})*`
  const sentence = SUBDOMAIN_SENTENCE.replace("'-' or", "'_', '-' or")
  return whole(pattern, value) ? errors : [...errors, regexError(sentence, pattern, 'example.com')]
}

/** `my-name` beginning with a letter, at most 63 bytes: the names of Services. */
export function isDns1035Label(value: string): string[] {
  const errors = tooLong(value, 63)
  if (whole(DNS_1035_LABEL, value)) return errors
  const sentence =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return [...errors, regexError(sentence, DNS_1035_LABEL, 'my-name', 'abc-123')]
}

/** `*.example.com`: hosts of an Ingress. */
export function isWildcardDns1123Subdomain(value: string): string[] {
  const errors = tooLong(value, 253)
  const pattern = `\\*\\.${DNS_SUBDOMAIN}`
  if (whole(pattern, value)) return errors
  const sentence =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
  return [...errors, regexError(sentence, pattern, '*.example.com')]
}

const KEY_SENTENCE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

/** A label or annotation key, resource or taint name: `name` or `example.com/name` (IsQualifiedName). */
export function isLabelKey(value: string): string[] {
  const errors: string[] = []
  const parts = value.split('/')
  const sentence = regexError(KEY_SENTENCE, LABEL_KEY, 'MyName', 'my.name', '123-abc')
  if (parts.length > 2) {
    return [`a valid label key ${sentence} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  if (parts.length === 2) {
    const prefix = parts[0] === '' ? ['must be non-empty'] : subdomainInBytes(parts[0])
    errors.push(...prefix.map((e) => `prefix part ${e}`))
  }
  const name = parts[parts.length - 1]
  const length = name === '' ? ['must be non-empty'] : tooManyBytes(name, 63)
  errors.push(...length.map((e) => `name part ${e}`))
  if (!whole(LABEL_KEY, name)) errors.push(`name part ${sentence}`)
  return errors
}

function subdomainInBytes(value: string): string[] {
  return isDns1123Subdomain(value).map((e) => e.replace(/^(must be no more than \d+) characters$/, '$1 bytes'))
}

/** A label value: empty, or like a label key's name. */
export function isLabelValue(value: string): string[] {
  const errors = tooManyBytes(value, 63)
  if (whole(LABEL_VALUE, value)) return errors
  return [
    ...errors,
    regexError(`a valid label must be an empty string or ${KEY_SENTENCE.slice(5)}`, LABEL_VALUE, 'MyValue', 'my_value', '12345'),
  ]
}

/** A key of a ConfigMap or Secret. */
export function isConfigMapKey(value: string): string[] {
  const errors = tooLong(value, 253)
  if (!whole(CONFIG_KEY, value)) {
    const sentence = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    errors.push(regexError(sentence, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'))
  }
  if (value === '.') errors.push("must not be '.'")
  else if (value === '..') errors.push("must not be '..'")
  else if (value.startsWith('..')) errors.push("must not start with '..'")
  return errors
}

/** The strict form of an environment variable's name, as kubectl checks it. */
export function isEnvVarName(value: string): string[] {
  const errors: string[] = []
  const pattern = '[-._a-zA-Z][-._a-zA-Z0-9]*'
  if (!whole(pattern, value)) {
    const sentence =
      "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
    errors.push(regexError(sentence, pattern, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1'))
  }
  if (value === '.') errors.push("must not be '.'")
  else if (value === '..') errors.push("must not be '..'")
  else if (value.startsWith('..')) errors.push("must not start with '..'")
  return errors
}

/** What the API server asks of an environment variable's name. */
export function isRelaxedEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  for (const char of value) {
    if (char < ' ' || char > '~' || char === '=') {
      return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }
  }
  return []
}

/** The name of a container's port: at most 15, lower case letters, digits and single hyphens, with a letter. */
export function isPortName(value: string): string[] {
  const errors = tooLong(value, 15)
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

export function isPortNumber(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive']
}

/** Go's `%q` for the strings that occur in messages. */
export function quote(value: string): string {
  return JSON.stringify(value)
}
