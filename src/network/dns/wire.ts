// DNS messages on the wire (RFC 1035, EDNS RFC 6891): decoding, encoding with name compression, and truncation to a size.
// Written out because an answer must be cut exactly where CoreDNS cuts it, which takes the length of a compressed record before it is
// added; the packages for DNS packets do not compress. Follows miekg/dns msg.go and msg_truncate.go.
import { canonicalIp, ipv4Number, ipv4Text, ipv6Bytes } from '../address'
import { type Edns, labelsOf, type Message, type Question, type RecordData, type ResourceRecord, TYPES } from './message'

/** Bytes that are no DNS message. */
export class WireError extends Error {
  /** Questions that were read before something could not be. */
  questions: Question[] = []
}

export interface Header {
  id: number
  bits: number
  /** Numbers of questions, answers, authority and additional records. */
  counts: [number, number, number, number]
}

/** Undefined for less than twelve bytes. */
export function decodeHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < 12) return undefined
  const at = (offset: number) => bytes.readUInt16BE(offset)
  return { id: at(0), bits: at(2), counts: [at(4), at(6), at(8), at(10)] }
}

export function messageOf({ id, bits }: Header): Message {
  return {
    id,
    response: (bits & 0x8000) !== 0,
    opcode: (bits >> 11) & 15,
    authoritative: (bits & 0x400) !== 0,
    truncated: (bits & 0x200) !== 0,
    recursionDesired: (bits & 0x100) !== 0,
    recursionAvailable: (bits & 0x80) !== 0,
    authenticData: (bits & 0x20) !== 0,
    checkingDisabled: (bits & 0x10) !== 0,
    rcode: bits & 15,
    questions: [],
    answers: [],
    authority: [],
    additional: [],
  }
}

/** Throws WireError for what ends early or refers to itself. A header alone is a message without sections. */
export function decode(bytes: Buffer): Message {
  const header = decodeHeader(bytes)
  if (!header) throw new WireError('a message has twelve bytes at least')
  const message = messageOf(header)
  if (bytes.length === 12) return message
  try {
    readSections(new Reader(bytes, 12), header, message)
  } catch (error) {
    if (error instanceof WireError) error.questions = message.questions
    throw error
  }
  return message
}

function readSections(reader: Reader, header: Header, message: Message): void {
  for (let i = 0; i < header.counts[0] && !reader.ended; i++) message.questions.push(reader.question())
  const sections = [message.answers, message.authority, message.additional]
  for (const [s, section] of sections.entries()) {
    // Counts may promise more than there is.
    for (let i = 0; i < header.counts[s + 1] && !reader.ended; i++) {
      const record = reader.record()
      if ('udpSize' in record) message.edns = record
      else section.push(record)
    }
  }
}

class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  get ended(): boolean {
    return this.at === this.bytes.length
  }

  private need(length: number): number {
    const start = this.at
    if (start + length > this.bytes.length) throw new WireError('the message ends early')
    this.at += length
    return start
  }
  private u16(): number {
    return this.bytes.readUInt16BE(this.need(2))
  }
  private u32(): number {
    return this.bytes.readUInt32BE(this.need(4))
  }

  /** A message may end within a question: what is missing is 0. */
  question(): Question {
    const name = this.name()
    const rest = () => (this.ended ? 0 : this.u16())
    return { name, type: rest(), class: rest() }
  }

  record(): ResourceRecord | Edns {
    const name = this.name()
    const type = this.u16()
    const klass = this.u16()
    const ttl = this.u32()
    const length = this.u16()
    const end = this.at + length
    if (end > this.bytes.length) throw new WireError('a record ends early')
    if (type === TYPES.OPT) return this.edns(klass, ttl, end)
    // Of any type there may be a record without data (RFC 2136).
    const data: RecordData =
      length === 0 && type !== TYPES.TXT ? { type: 'other', number: type, data: new Uint8Array() } : this.data(type, end)
    if (this.at !== end) throw new WireError('record data is not as long as it says')
    return { name, ttl, ...data }
  }

  private edns(udpSize: number, ttl: number, end: number): Edns {
    const options: Edns['options'] = []
    while (this.at < end) {
      const code = this.u16()
      const length = this.u16()
      const start = this.need(length)
      if (this.at > end) throw new WireError('an option ends early')
      options.push({ code, data: this.bytes.subarray(start, start + length) })
    }
    return { udpSize, extendedRcode: ttl >>> 24, version: (ttl >> 16) & 255, flags: ttl & 0xffff, options }
  }

  private data(type: number, end: number): RecordData {
    switch (type) {
      case TYPES.A:
        return { type: 'A', address: ipv4Text(this.u32()) }
      case TYPES.AAAA: {
        const start = this.need(16)
        const groups = Array.from({ length: 8 }, (_, i) => this.bytes.readUInt16BE(start + 2 * i).toString(16))
        return { type: 'AAAA', address: canonicalIp(groups.join(':')) }
      }
      case TYPES.CNAME:
        return { type: 'CNAME', target: this.name() }
      case TYPES.PTR:
        return { type: 'PTR', target: this.name() }
      case TYPES.NS:
        return { type: 'NS', target: this.name() }
      case TYPES.MX:
        return { type: 'MX', preference: this.u16(), target: this.name() }
      case TYPES.SRV:
        return { type: 'SRV', priority: this.u16(), weight: this.u16(), port: this.u16(), target: this.name() }
      case TYPES.SOA: {
        const [ns, mailbox] = [this.name(), this.name()]
        const [serial, refresh, retry, expire, minimum] = [this.u32(), this.u32(), this.u32(), this.u32(), this.u32()]
        return { type: 'SOA', ns, mailbox, serial, refresh, retry, expire, minimum }
      }
      case TYPES.TXT: {
        const texts: string[] = []
        while (this.at < end) {
          const length = this.bytes[this.need(1)]
          const start = this.need(length)
          texts.push(this.bytes.toString('latin1', start, start + length))
        }
        return { type: 'TXT', texts }
      }
    }
    const start = this.need(end - this.at)
    return { type: 'other', number: type, data: this.bytes.subarray(start, end) }
  }

  private name(): string {
    let text = ''
    let length = 0
    let at = this.at
    let after: number | undefined
    for (let jumps = 0; ; ) {
      const size = this.bytes[at]
      if (size === undefined) throw new WireError('a name ends early')
      if (size === 0) break
      if (size >= 0xc0) {
        if (at + 1 >= this.bytes.length || ++jumps > 126) throw new WireError('a name refers nowhere')
        after ??= at + 2
        at = ((size & 0x3f) << 8) | this.bytes[at + 1]
        continue
      }
      if (size > 63 || at + 1 + size > this.bytes.length) throw new WireError('a label is too long')
      length += size + 1
      if (length > 254) throw new WireError('a name is too long')
      text += `${escapeLabel(this.bytes.subarray(at + 1, at + 1 + size))}.`
      at += size + 1
    }
    this.at = after ?? at + 1
    return text || '.'
  }
}

/** Bytes that would read as something else get a backslash, unprintable ones their number. */
function escapeLabel(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const c = String.fromCharCode(byte)
    if (byte < 32 || byte > 126) text += `\\${String(byte).padStart(3, '0')}`
    else text += '.()@;"\\ '.includes(c) ? `\\${c}` : c
  }
  return text
}

function labelBytes(label: string): number[] {
  const bytes: number[] = []
  for (let i = 0; i < label.length; i++) {
    if (label[i] !== '\\') bytes.push(label.charCodeAt(i) & 255)
    else if (/^\d{3}/.test(label.slice(i + 1))) {
      bytes.push(Number(label.slice(i + 1, i + 4)) & 255)
      i += 3
    } else bytes.push(label.charCodeAt(++i) & 255)
  }
  return bytes
}

/** Names already written, by their text: where a later one may point. Beyond 14 bits there is nothing to point to. */
type Compression = Map<string, number>
const FARTHEST_POINTER = 1 << 14

class Writer {
  private bytes: number[] = []
  constructor(
    private readonly compression: Compression | undefined,
    private readonly offset = 0,
  ) {}

  get length(): number {
    return this.bytes.length
  }
  u8(n: number): void {
    this.bytes.push(n & 255)
  }
  u16(n: number): void {
    this.bytes.push((n >> 8) & 255, n & 255)
  }
  u32(n: number): void {
    this.bytes.push((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255)
  }
  raw(data: Iterable<number>): void {
    for (const byte of data) this.bytes.push(byte)
  }

  /** `compress`: may point to an earlier name; RFC 3597 allows it in the data of the oldest types only. */
  name(name: string, compress: boolean): void {
    const labels = labelsOf(name)
    for (let i = 0; i < labels.length; i++) {
      const rest = labels.slice(i).join('.')
      const known = this.compression?.get(rest)
      if (known !== undefined && compress) {
        this.u16(0xc000 | known)
        return
      }
      const at = this.offset + this.bytes.length
      if (known === undefined && at < FARTHEST_POINTER) this.compression?.set(rest, at)
      const label = labelBytes(labels[i])
      this.u8(label.length)
      this.raw(label)
    }
    this.u8(0)
  }

  question(question: Question): void {
    this.name(question.name, true)
    this.u16(question.type)
    this.u16(question.class)
  }

  record(record: ResourceRecord): void {
    this.name(record.name, true)
    this.u16(record.type === 'other' ? record.number : TYPES[record.type])
    this.u16(1)
    this.u32(record.ttl)
    this.u16(0)
    const start = this.bytes.length
    this.data(record)
    const length = this.bytes.length - start
    this.bytes[start - 2] = length >> 8
    this.bytes[start - 1] = length & 255
  }

  private data(data: RecordData): void {
    switch (data.type) {
      case 'A':
        this.u32(ipv4Number(data.address))
        break
      case 'AAAA':
        this.raw(ipv6Bytes(data.address))
        break
      case 'CNAME':
      case 'PTR':
      case 'NS':
        this.name(data.target, true)
        break
      case 'MX':
        this.u16(data.preference)
        this.name(data.target, true)
        break
      case 'SRV':
        for (const n of [data.priority, data.weight, data.port]) this.u16(n)
        this.name(data.target, false)
        break
      case 'SOA':
        this.name(data.ns, true)
        this.name(data.mailbox, true)
        for (const n of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) this.u32(n)
        break
      case 'TXT':
        for (const text of data.texts) {
          const bytes = Buffer.from(text, 'latin1')
          this.u8(bytes.length)
          this.raw(bytes)
        }
        break
      case 'other':
        this.raw(data.data)
    }
  }

  edns(edns: Edns): void {
    this.u8(0)
    this.u16(TYPES.OPT)
    this.u16(edns.udpSize)
    this.u8(edns.extendedRcode)
    this.u8(edns.version)
    this.u16(edns.flags)
    this.u16(edns.options.reduce((sum, o) => sum + 4 + o.data.length, 0))
    for (const { code, data } of edns.options) {
      this.u16(code)
      this.u16(data.length)
      this.raw(data)
    }
  }

  finish(): Buffer {
    return Buffer.from(this.bytes)
  }
}

export function encode(message: Message, compress = false): Buffer {
  const writer = new Writer(compress ? new Map() : undefined)
  let bits = (message.opcode << 11) | (message.rcode & 15)
  if (message.response) bits |= 0x8000
  if (message.authoritative) bits |= 0x400
  if (message.truncated) bits |= 0x200
  if (message.recursionDesired) bits |= 0x100
  if (message.recursionAvailable) bits |= 0x80
  if (message.authenticData) bits |= 0x20
  if (message.checkingDisabled) bits |= 0x10
  writer.u16(message.id)
  writer.u16(bits)
  writer.u16(message.questions.length)
  writer.u16(message.answers.length)
  writer.u16(message.authority.length)
  writer.u16(message.additional.length + (message.edns ? 1 : 0))
  for (const question of message.questions) writer.question(question)
  for (const record of [...message.answers, ...message.authority, ...message.additional]) writer.record(record)
  if (message.edns) writer.edns(message.edns)
  return writer.finish()
}

const SMALLEST = 512

/**
 * The message cut to `size` bytes (512 at least), TC set when something had to go, and whether it must be compressed to fit.
 * The OPT record stays. Whole records go, from the first that does not fit.
 */
export function truncate(message: Message, size: number): { message: Message; compress: boolean } {
  const limit = Math.max(size, SMALLEST)
  if (encode(message).length <= limit) return { message, compress: false }
  const budget = limit - (message.edns ? ednsLength(message.edns) : 0)
  const compression: Compression = new Map()
  let length = 12
  const add = (write: (w: Writer) => void) => {
    const writer = new Writer(compression, length)
    write(writer)
    return writer.length
  }
  for (const question of message.questions) length += add((w) => w.question(question))
  const cut = (section: ResourceRecord[]): ResourceRecord[] => {
    if (length >= budget) return []
    for (const [i, record] of section.entries()) {
      length += add((w) => w.record(record))
      if (length > budget) {
        // Nothing may follow what was left out.
        length = budget
        return section.slice(0, i)
      }
      if (length === budget) return section.slice(0, i + 1)
    }
    return section
  }
  const answers = cut(message.answers)
  const authority = cut(message.authority)
  const additional = cut(message.additional)
  const left = answers.length + authority.length + additional.length
  const all = message.answers.length + message.authority.length + message.additional.length
  return { message: { ...message, truncated: message.truncated || left < all, answers, authority, additional }, compress: true }
}

function ednsLength(edns: Edns): number {
  return 11 + edns.options.reduce((sum, o) => sum + 4 + o.data.length, 0)
}
