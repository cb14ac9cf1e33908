// Who a certificate is asked for: the subject and names of a PKCS #10 request, read from its PEM text.
// Follows describeCertificateSigningRequest of kubectl's pkg/describe.
import { CommandError } from '../../errors'
import { decoded } from './base64'

interface Node {
  tag: number
  bytes: Uint8Array
}

const SUBJECT_FIELDS: [title: string, id: string][] = [
  ['Organization', '2.5.4.10'],
  ['Organizational Unit', '2.5.4.11'],
  ['Country', '2.5.4.6'],
  ['Locality', '2.5.4.7'],
  ['Province', '2.5.4.8'],
  ['StreetAddress', '2.5.4.9'],
  ['PostalCode', '2.5.4.17'],
]
const COMMON_NAME = '2.5.4.3'
const SERIAL_NUMBER = '2.5.4.5'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const ALTERNATIVE_NAMES = '2.5.29.17'
/** Context tags of GeneralName. */
const EMAIL = 0x81
const DNS = 0x82
const URI = 0x86
const IP = 0x87

/** The DER elements that follow one another in `bytes`. Throws RangeError on a cut-off element. */
function elements(bytes: Uint8Array): Node[] {
  const found: Node[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at]
    let length = bytes[at + 1]
    at += 2
    if (length > 0x80) {
      const size = length - 0x80
      length = bytes.subarray(at, at + size).reduce((sum, byte) => sum * 256 + byte, 0)
      at += size
    }
    if (length === undefined || at + length > bytes.length) throw new RangeError('data truncated')
    found.push({ tag, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return found
}

function objectId({ bytes }: Node): string {
  const parts = [Math.floor(bytes[0] / 40), bytes[0] % 40]
  let value = 0
  for (const byte of bytes.subarray(1)) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      parts.push(value)
      value = 0
    }
  }
  return parts.join('.')
}

function textOf({ bytes }: Node): string {
  return new TextDecoder().decode(bytes)
}

/** The values of every attribute of a distinguished name. */
function subjectOf(name: Node): Map<string, string[]> {
  const subject = new Map<string, string[]>()
  for (const set of elements(name.bytes)) {
    for (const pair of elements(set.bytes)) {
      const [id, value] = elements(pair.bytes)
      const key = objectId(id)
      subject.set(key, [...(subject.get(key) ?? []), textOf(value)])
    }
  }
  return subject
}

function alternativeNames(attributes: Node | undefined): Node[] {
  for (const attribute of attributes ? elements(attributes.bytes) : []) {
    const [id, values] = elements(attribute.bytes)
    if (objectId(id) !== EXTENSION_REQUEST) continue
    for (const extension of elements(elements(values.bytes)[0].bytes)) {
      const parts = elements(extension.bytes)
      if (objectId(parts[0]) === ALTERNATIVE_NAMES) return elements(elements(parts[parts.length - 1].bytes)[0].bytes)
    }
  }
  return []
}

function ipText({ bytes }: Node): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16))
  const text = groups.join(':')
  const zeros = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0]
  if (!zeros) return text
  return `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`
}

function listText(title: string, values: string[]): string {
  return values.length === 0 ? '' : `\t${title}:\t${values.join('\n\t\t')}\n`
}

/** The lines from `Subject:` on. `request` is base64 of PEM. Throws CommandError `Error parsing CSR: …`. */
export function certificateRequestText(request: string): string {
  try {
    return requestText(request)
  } catch {
    throw new CommandError('Error parsing CSR: PEM block type must be CERTIFICATE REQUEST')
  }
}

function requestText(request: string): string {
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END/.exec(decoded(request))
  if (!body) throw new Error('no certificate request')
  const der = Uint8Array.from(atob(body[1].replace(/\s/g, '')), (char) => char.charCodeAt(0))
  const [info] = elements(elements(der)[0].bytes)
  const [, name, , attributes] = elements(info.bytes)
  const subject = subjectOf(name)
  const last = (id: string) => subject.get(id)?.at(-1) ?? ''
  let text = `Subject:\n\tCommon Name:\t${last(COMMON_NAME)}\n\tSerial Number:\t${last(SERIAL_NUMBER)}\n`
  for (const [title, id] of SUBJECT_FIELDS) text += listText(title, subject.get(id) ?? [])
  const names = alternativeNames(attributes)
  const tagged = (tag: number) => names.filter((entry) => entry.tag === tag)
  const alternatives =
    listText('DNS Names', tagged(DNS).map(textOf)) +
    listText('Email Addresses', tagged(EMAIL).map(textOf)) +
    listText('URIs', tagged(URI).map(textOf)) +
    listText('IP Addresses', tagged(IP).map(ipText))
  return alternatives ? `${text}Subject Alternative Names:\n${alternatives}` : text
}
