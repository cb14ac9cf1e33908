// One request of a DNS server, bytes in, bytes out: what is refused before it is read, EDNS, forwarding, order and size of the answer.
// Follows miekg/dns server.go (serveDNS, DefaultMsgAcceptFunc) and CoreDNS's core/dnsserver, request.Scrub, plugins loadbalance and forward.
import { type AnswerContext, answerTo } from './answer'
import { CLASS_IN, type Edns, type Message, RCODES, type ResourceRecord, replyTo, typeName } from './message'
import { balanced } from './order'
import { decode, decodeHeader, encode, type Header, messageOf, truncate, WireError } from './wire'

export interface ServeContext extends AnswerContext {
  /** For the order of addresses, which changes from answer to answer. */
  random(): number
  /** It is out of order: every question is answered with SERVFAIL. */
  failing?: boolean
  /** Asks somebody else about names outside of the zones; undefined when nobody answered. Absent: there is nobody to ask. */
  forward?(request: Message, transport: Transport): Promise<Message | undefined>
}

export type Transport = 'udp' | 'tcp'

/** The reply's bytes; undefined when there is none to send (noise, or somebody's reply). Never throws for any input. */
export async function serve(context: ServeContext, bytes: Buffer, transport: Transport): Promise<Buffer | undefined> {
  const header = decodeHeader(bytes)
  if (!header) return undefined
  const accepted = accept(header)
  if (accepted === 'ignore') return undefined
  if (accepted !== 'accept') return encode(rejection(header, accepted))
  let request: Message
  try {
    request = decode(bytes)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return encode({ ...rejection(header, 'FORMERR'), questions: error.questions })
  }
  const isWrongVersion = request.edns !== undefined && request.edns.version !== 0
  if (isWrongVersion && request.questions[0] && !isClassRefused(context, request)) return encode(badVersion(request))
  const reply = await respond(context, request, transport)
  return finish(request, reply, transport)
}

type Accepted = 'accept' | 'ignore' | 'FORMERR' | 'NOTIMP'
const OPCODE_QUERY = 0
const OPCODE_NOTIFY = 4

function accept({ bits, counts }: Header): Accepted {
  if (bits & 0x8000) return 'ignore'
  const opcode = (bits >> 11) & 15
  if (opcode !== OPCODE_QUERY && opcode !== OPCODE_NOTIFY) return 'NOTIMP'
  const [questions, answers, authority, additional] = counts
  return questions !== 1 || answers > 1 || authority > 1 || additional > 2 ? 'FORMERR' : 'accept'
}

/** The header goes back, its other bits as they came. */
function rejection(header: Header, rcode: 'FORMERR' | 'NOTIMP'): Message {
  const message = messageOf(header)
  const opcode = rcode === 'NOTIMP' ? message.opcode : OPCODE_QUERY
  return { ...message, response: true, authoritative: false, opcode, rcode: RCODES.indexOf(rcode) }
}

function badVersion(request: Message): Message {
  return { ...replyTo(request), edns: { udpSize: 0, extendedRcode: 1, version: 0, flags: 0, options: [] } }
}

/** A server that may forward lets every class in, and takes them all for IN (dnsserver.EnableChaos). */
function isClassRefused(context: ServeContext, request: Message): boolean {
  return context.forward === undefined && request.questions[0].class !== CLASS_IN
}

async function respond(context: ServeContext, request: Message, transport: Transport): Promise<Message> {
  const question = request.questions[0]
  if (!question || context.failing) return replyTo(request, 'SERVFAIL')
  if (isClassRefused(context, request)) return replyTo(request, 'REFUSED')
  const found = answerTo(context, question)
  const goesOn = found?.rcode === 'NXDOMAIN' && context.forward && /\.arpa\.$/i.test(question.name)
  if (!found || goesOn) {
    // Outside of the zones, and for reverse names nobody here has (`fallthrough`).
    const forwarded = await context.forward?.(request, transport)
    if (!forwarded) return replyTo(request, 'SERVFAIL')
    return { ...forwarded, id: request.id, questions: request.questions, edns: undefined }
  }
  const answers =
    context.forward && typeName(question.type) !== 'CNAME' ? await completed(context, request, found.answers, transport) : found.answers
  const { rcode, authoritative, authority, additional } = found
  const reply = { ...replyTo(request, rcode), authoritative, answers, authority, additional }
  if (rcode !== 'NOERROR') return reply
  const order = (records: ResourceRecord[]) => balanced(records, context.random)
  return { ...reply, answers: order(reply.answers), authority: order(reply.authority), additional: order(reply.additional) }
}

/** A chain that leaves the zone goes on with what others say about its target. */
async function completed(
  context: ServeContext,
  request: Message,
  answers: ResourceRecord[],
  transport: Transport,
): Promise<ResourceRecord[]> {
  const last = answers.at(-1)
  if (last?.type !== 'CNAME') return answers
  const question = { ...request.questions[0], name: last.target }
  const more = await context.forward?.({ ...request, questions: [question] }, transport)
  return [...answers, ...(more?.answers ?? [])]
}

/** Options that go back to whom they came from: NSID, EXPIRE, COOKIE, TCP keepalive, padding. */
const ECHOED_OPTIONS = new Set([3, 9, 10, 11, 12])
const LARGEST = 65535
const SMALLEST = 512
/** Larger UDP replies are compressed even if the asker has room, to spare them fragmentation. */
const UNFRAGMENTED = 1480

function finish(request: Message, reply: Message, transport: Transport): Buffer {
  const edns: Edns | undefined = request.edns && {
    ...request.edns,
    extendedRcode: 0,
    version: 0,
    flags: request.edns.flags & 0xff00,
    options: request.edns.options.filter((o) => ECHOED_OPTIONS.has(o.code)),
  }
  const size = transport === 'tcp' ? LARGEST : Math.max(request.edns?.udpSize ?? 0, SMALLEST)
  const { message, compress } = truncate({ ...reply, edns }, size)
  const plain = compress ? undefined : encode(message)
  if (plain && (transport === 'tcp' || plain.length <= UNFRAGMENTED)) return plain
  return encode(message, true)
}
