// DNS packets made to hurt: whatever the bytes, the server lives, answers who asked within the size allowed or not at all, and says of
// what it cannot read that it cannot. What it can read survives a way back through bytes.
import fc from 'fast-check'
import { type Message, RCODES, TYPES } from '../../src/network/dns/message'
import { serve, type Transport } from '../../src/network/dns/server'
import { dnsSource } from '../../src/network/dns/source'
import { decode, decodeHeader, encode, truncate, WireError } from '../../src/network/dns/wire'
import { endpoint, fakeEnv, fakeView, service, slice } from '../network/fake'
import { rounds, seed, tried } from '../torture/tried'

const runs = { seed, numRuns: rounds(20_000) }
afterEach(() => tried('a DNS packet made to hurt', runs.numRuns))

const many = Array.from({ length: 250 }, (_, i) => endpoint(1, i + 2))
const source = dnsSource(
  fakeView([
    { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default' } },
    service('web'),
    service('many', { clusterIP: 'None' }),
    slice('many-1', 'many', many),
    service('out', { type: 'ExternalName', clusterIP: undefined, externalName: 'a.example.com' }),
  ]),
)
const { random } = fakeEnv()

const u16 = (n: number) => [(n >> 8) & 255, n & 255]
const byte = fc.integer({ min: 0, max: 255 })
const known = fc.constantFrom(
  'web',
  'many',
  'out',
  'default',
  'svc',
  'pod',
  'cluster',
  'local',
  'in-addr',
  'arpa',
  '_tcp',
  '_',
  '10-244-0-2',
)

/** Labels that are right, empty, as long as may be, longer than there are bytes; pointers back, forth, to themselves and nowhere. */
const label: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 6, arbitrary: known.map((text) => [text.length, ...Buffer.from(text)]) },
  { weight: 1, arbitrary: fc.array(byte, { maxLength: 63 }).map((bytes) => [bytes.length, ...bytes]) },
  { weight: 1, arbitrary: fc.constant([63, ...Array<number>(63).fill(97)] as number[]) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0xc0, max: 0xff }), byte).map(([high, low]) => [high, low]) },
  { weight: 1, arbitrary: fc.constantFrom<number[]>([0xc0, 12], [0xc0, 0], [0xff, 0xff], [0x40], [0x80, 1], [63]) },
)
const name = fc.oneof(
  { weight: 4, arbitrary: fc.array(label, { maxLength: 8 }).map((labels) => [...labels.flat(), 0]) },
  { weight: 4, arbitrary: fc.constantFrom('web', 'many', 'out').map((first) => qname(`${first}.default.svc.cluster.local`)) },
  { weight: 1, arbitrary: fc.array(label, { minLength: 100, maxLength: 140 }).map((labels) => labels.flat()) },
)
const type = fc.oneof(fc.constantFrom(...Object.values(TYPES)), fc.integer({ min: 0, max: 0xffff }))

function qname(text: string): number[] {
  return [...text.split('.').flatMap((part) => [part.length, ...Buffer.from(part)]), 0]
}

const question = fc.tuple(name, type, fc.constantFrom(1, 1, 1, 255, 3)).map(([n, t, c]) => [...n, ...u16(t), ...u16(c)])
const record = fc
  .tuple(name, type, byte, fc.array(byte, { maxLength: 40 }), fc.constantFrom(0, 0, 0, -1, 5, 60000))
  .map(([n, t, ttl, data, lie]) => [...n, ...u16(t), ...u16(1), 0, 0, 0, ttl, ...u16(Math.max(0, data.length + lie)), ...data])
const option = fc
  .tuple(fc.constantFrom(3, 8, 10, 12, 65001), fc.array(byte, { maxLength: 30 }), fc.constantFrom(0, 0, 0, 4, 60000))
  .map(([code, data, lie]) => [...u16(code), ...u16(data.length + lie), ...data])
const edns = fc
  .tuple(fc.constantFrom(0, 1, 511, 512, 1232, 4096, 65535), byte, fc.constantFrom(0, 0, 0, 1, 255), fc.array(option, { maxLength: 3 }))
  .map(([size, extended, version, options]) => {
    const data = options.flat()
    return [0, ...u16(TYPES.OPT), ...u16(size), extended, version, 0x80, 0, ...u16(data.length), ...data]
  })

const packet = fc
  .record({
    id: fc.integer({ min: 0, max: 0xffff }),
    bits: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(0x100, 0, 0x120, 0x110) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
    ),
    questions: fc.oneof({ weight: 6, arbitrary: fc.tuple(question) }, { weight: 1, arbitrary: fc.array(question, { maxLength: 40 }) }),
    answers: fc.array(record, { maxLength: 1 }),
    additional: fc.array(fc.oneof(edns, record), { maxLength: 2 }),
    lie: fc.constantFrom(0, 0, 0, 0, 1, 7, 0xffff),
  })
  .map(({ id, bits, questions, answers, additional, lie }) => {
    const counts = [questions.length, answers.length, 0, additional.length + lie]
    return Buffer.from([...u16(id), ...u16(bits), ...counts.flatMap(u16), ...questions.flat(), ...answers.flat(), ...additional.flat()])
  })

/** The packet as it is, cut somewhere, with a byte changed, with something after it; or no packet at all. */
const bytes = fc.oneof(
  { weight: 4, arbitrary: packet },
  { weight: 1, arbitrary: fc.tuple(packet, fc.nat()).map(([b, at]) => b.subarray(0, at % (b.length + 1))) },
  {
    weight: 2,
    arbitrary: fc.tuple(packet, fc.nat(), byte).map(([b, at, value]) => {
      b[at % b.length] = value
      return b
    }),
  },
  { weight: 1, arbitrary: fc.tuple(packet, fc.uint8Array({ maxLength: 600 })).map(([b, more]) => Buffer.concat([b, more])) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 700 }).map((b) => Buffer.from(b)) },
)

function read(packet: Buffer): Message | undefined {
  try {
    return decode(packet)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

test('every packet is answered in its bounds, or not at all', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom<Transport>('udp', 'tcp'), async (request, transport) => {
      const reply = await serve({ source, localIps: [], serial: 1, random }, request, transport)
      const header = decodeHeader(request)
      const outcome = reply ? RCODES[decode(reply).rcode] : 'none'
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      // Noise and other servers' replies get no answer; everything else gets one.
      expect(reply === undefined).toBe(header === undefined || (header.bits & 0x8000) !== 0)
      if (!reply || !header) return
      const message = decode(reply)
      expect(message).toMatchObject({ id: header.id, response: true })
      expect(message.questions.length).toBeLessThanOrEqual(1)
      const asked = read(request)
      const room = transport === 'tcp' ? 65535 : Math.max(512, asked?.edns?.udpSize ?? 0)
      // What cannot be read comes back with its questions, which are no longer than they were.
      expect(reply.length).toBeLessThanOrEqual(asked ? room : Math.max(room, request.length + 300))
      if (!asked && (header.bits & 0x7800) === 0) expect(RCODES[message.rcode]).toBe('FORMERR')
    }),
    runs,
  )
  // The packets are no noise alone: all that can come of one did.
  for (const outcome of ['none', 'NOERROR', 'FORMERR', 'NXDOMAIN', 'NOTIMP', 'SERVFAIL']) expect([...seen.keys()]).toContain(outcome)
}, 600_000)

test('what can be read is the same after a way through bytes, compressed or not, and cut to any size', () => {
  fc.assert(
    fc.property(bytes, fc.boolean(), fc.integer({ min: 0, max: 1500 }), (request, compress, size) => {
      const message = read(request)
      if (!message) return
      expect(decode(encode(message, compress))).toEqual(message)
      const cut = truncate(message, size)
      expect(encode(cut.message, cut.compress).length).toBeLessThanOrEqual(
        Math.max(size, 512, encode({ ...message, answers: [], authority: [], additional: [] }, true).length),
      )
    }),
    runs,
  )
}, 600_000)
