// DNS messages as data: questions, records, types and response codes.

export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const

export const CLASS_IN = 1

export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const
export type Rcode = (typeof RCODES)[number]

/** `A`, `SRV`, or `TYPE65` for what has no name here. */
export function typeName(type: number): string {
  return Object.entries(TYPES).find(([, n]) => n === type)?.[0] ?? `TYPE${type}`
}

/** The number of a type's name in any case; undefined for an unknown one. */
export function typeNumber(name: string): number | undefined {
  const upper = name.toUpperCase()
  const numbered = /^TYPE(\d{1,5})$/.exec(upper)
  if (numbered) return Number(numbered[1]) <= 0xffff ? Number(numbered[1]) : undefined
  return (TYPES as Record<string, number>)[upper]
}

export interface Question {
  /** In presentation form with its final dot, letters in the case they were sent. */
  name: string
  type: number
  class: number
}

/** Names are in presentation form, with their final dot. */
export type RecordData =
  | { type: 'A' | 'AAAA'; address: string }
  | { type: 'CNAME' | 'PTR' | 'NS'; target: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'SOA'; ns: string; mailbox: string; serial: number; refresh: number; retry: number; expire: number; minimum: number }
  | { type: 'TXT'; texts: string[] }
  | { type: 'MX'; preference: number; target: string }
  | { type: 'other'; number: number; data: Uint8Array }

/** A record of class IN. */
export type ResourceRecord = { name: string; ttl: number } & RecordData

/** EDNS (RFC 6891): the OPT record. Options are kept as bytes. */
export interface Edns {
  udpSize: number
  extendedRcode: number
  version: number
  /** DO and the reserved bits. */
  flags: number
  options: { code: number; data: Uint8Array }[]
}

export interface Message {
  id: number
  response: boolean
  opcode: number
  authoritative: boolean
  truncated: boolean
  recursionDesired: boolean
  recursionAvailable: boolean
  authenticData: boolean
  checkingDisabled: boolean
  rcode: number
  questions: Question[]
  answers: ResourceRecord[]
  authority: ResourceRecord[]
  additional: ResourceRecord[]
  edns?: Edns
}

/** miekg/dns Msg.SetReply: the request's id, opcode, RD and CD bits and its first question. */
export function replyTo(request: Message, rcode: Rcode = 'NOERROR'): Message {
  const query = request.opcode === 0
  return {
    id: request.id,
    response: true,
    opcode: request.opcode,
    authoritative: false,
    truncated: false,
    recursionDesired: query && request.recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: query && request.checkingDisabled,
    rcode: RCODES.indexOf(rcode),
    questions: request.questions.slice(0, 1),
    answers: [],
    authority: [],
    additional: [],
  }
}

export function queryFor(name: string, type: number, id = 0): Message {
  return {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name, type, class: CLASS_IN }],
    answers: [],
    authority: [],
    additional: [],
  }
}

/** A record as dig and zone files print it: `web.shop.svc.cluster.local. 30 IN A 10.96.1.1`. */
export function recordText(record: ResourceRecord): string {
  const type = record.type === 'other' ? typeName(record.number) : record.type
  return `${record.name} ${record.ttl} IN ${type} ${dataText(record)}`
}

export function dataText(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address
    case 'CNAME':
    case 'PTR':
    case 'NS':
      return data.target
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${data.target}`
    case 'MX':
      return `${data.preference} ${data.target}`
    case 'TXT':
      return data.texts.map((t) => `"${t.replace(/(["\\])/g, '\\$1')}"`).join(' ')
    case 'SOA':
      return `${data.ns} ${data.mailbox} ${data.serial} ${data.refresh} ${data.retry} ${data.expire} ${data.minimum}`
    case 'other':
      return `\\# ${data.data.length} ${Buffer.from(data.data).toString('hex')}`
  }
}

// ---------------------------------------------------------------- names

/** The labels of a name, escapes left as they are; none for the root. */
export function labelsOf(name: string): string[] {
  const labels: string[] = []
  let label = ''
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '\\') {
      const length = /^\d{3}/.test(name.slice(i + 1)) ? 4 : 2
      label += name.slice(i, i + length)
      i += length - 1
    } else if (name[i] === '.') {
      if (label) labels.push(label)
      label = ''
    } else label += name[i]
  }
  if (label) labels.push(label)
  return labels
}

/** With its final dot. */
export function qualified(name: string): string {
  return name.endsWith('.') && !name.endsWith('\\.') ? name : `${name}.`
}

/** Is `name` the zone or below it? Letters' case does not count. */
export function isInZone(name: string, zone: string): boolean {
  const lower = name.toLowerCase()
  const root = zone.toLowerCase()
  return root === '.' || lower === root || lower.endsWith(`.${root}`)
}
