// The DNS server's manners: what it refuses, EDNS, size and order of answers, other kinds of names; and bytes there and back.
import fc from 'fast-check'
import { CLASS_IN, type Message, queryFor, type ResourceRecord, recordText, TYPES, typeNumber } from '../../src/network/dns/message'
import { type ServeContext, serve, type Transport } from '../../src/network/dns/server'
import { dnsSource } from '../../src/network/dns/source'
import { decode, encode } from '../../src/network/dns/wire'
import { endpoint, fakeEnv, fakeView, service, slice } from './fake'

const many = Array.from({ length: 60 }, (_, i) => endpoint(1, i + 2))
const objects = [
  { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default' } },
  { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'kube-system' } },
  service('web'),
  service('many', { clusterIP: 'None' }),
  slice('many-1', 'many', many),
  service('few', { clusterIP: 'None' }),
  slice('few-1', 'few', many.slice(0, 4)),
  service('dual', { clusterIP: '10.96.1.7', clusterIPs: ['10.96.1.7', 'fd00::7'] }),
  service('ext', { type: 'ExternalName', clusterIP: undefined, externalName: 'Example.COM' }),
  service('loop', { type: 'ExternalName', clusterIP: undefined, externalName: 'pool.default.svc.cluster.local' }),
  service('pool', { type: 'ExternalName', clusterIP: undefined, externalName: 'loop.default.svc.cluster.local' }),
  service('noports', { clusterIP: 'None', ports: [] }),
  { ...slice('noports-1', 'noports', many.slice(0, 1)), ports: [] },
  service('kube-dns', { clusterIP: '10.96.0.10' }, { namespace: 'kube-system' }),
  {
    ...slice('dns-1', 'kube-dns', [endpoint(1, 200)]),
    metadata: { name: 'dns-1', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
  },
]
const source = dnsSource(fakeView(objects))

async function exchange(bytes: Buffer, more: Partial<ServeContext> = {}, transport: Transport = 'udp') {
  return serve({ source, localIps: [], serial: 1, random: fakeEnv().random, ...more }, bytes, transport)
}
async function ask(
  name: string,
  type: string,
  change: Partial<Message> = {},
  more: Partial<ServeContext> = {},
  transport: Transport = 'udp',
) {
  return decode((await exchange(encode({ ...queryFor(name, typeNumber(type)!, 7), ...change }), more, transport))!)
}
const texts = (records: ResourceRecord[]) => records.map(recordText)
const edns = (udpSize: number, change = {}) => ({ edns: { udpSize, extendedRcode: 0, version: 0, flags: 0, options: [], ...change } })

test.each<[string, string, string, number, string[]]>([
  ['both families', 'dual.default.svc.cluster.local.', 'AAAA', 0, ['dual.default.svc.cluster.local. 30 IN AAAA fd00::7']],
  [
    'CNAME keeps the letters of the Service',
    'ext.default.svc.cluster.local.',
    'A',
    0,
    ['ext.default.svc.cluster.local. 30 IN CNAME Example.COM.'],
  ],
  ['a circle of CNAMEs has no data', 'loop.default.svc.cluster.local.', 'A', 0, []],
  ['ANY has no data where there is a name', 'web.default.svc.cluster.local.', 'ANY', 0, []],
  ['ANY of nothing', 'nope.default.svc.cluster.local.', 'ANY', 3, []],
  ['a type nobody knows', 'web.default.svc.cluster.local.', 'TYPE65', 0, []],
  ['SOA inside the zone', 'web.default.svc.cluster.local.', 'SOA', 0, []],
  [
    'headless without ports: addresses',
    'noports.default.svc.cluster.local.',
    'A',
    0,
    ['noports.default.svc.cluster.local. 30 IN A 10.244.0.2'],
  ],
  ['headless without ports: no SRV', 'noports.default.svc.cluster.local.', 'SRV', 0, []],
  ['IPv6 Pod', 'fd00--5.default.pod.cluster.local.', 'AAAA', 0, ['fd00--5.default.pod.cluster.local. 30 IN AAAA fd00::5']],
  [
    'reverse IPv6',
    '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.',
    'PTR',
    0,
    ['7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 30 IN PTR dual.default.svc.cluster.local.'],
  ],
  ['transfer', 'cluster.local.', 'AXFR', 5, []],
  ['reverse questions do not know the name of the server', 'ns.dns.cluster.local.', 'PTR', 3, []],
  ['too many labels', 'a.b.c.web.default.svc.cluster.local.', 'A', 3, []],
])('%s', async (_name, name, type, rcode, expected) => {
  const reply = await ask(name, type)
  expect({ rcode: reply.rcode, answers: texts(reply.answers) }).toEqual({ rcode, answers: expected })
})

test('a server that is an endpoint of its Service names it', async () => {
  const reply = await ask('cluster.local.', 'NS', {}, { localIps: ['10.244.0.200'] })
  expect(texts(reply.answers)).toEqual(['cluster.local. 30 IN NS kube-dns.kube-system.svc.cluster.local.'])
  expect(texts(reply.additional)).toEqual(['kube-dns.kube-system.svc.cluster.local. 30 IN A 10.96.0.10'])
  expect(texts((await ask('ns.dns.cluster.local.', 'A', {}, { localIps: ['10.244.0.200'] })).answers)).toEqual([
    'ns.dns.cluster.local. 30 IN A 10.96.0.10',
  ])
  expect(texts((await ask('cluster.local.', 'NS', {}, { localIps: ['192.0.2.1'] })).additional)).toEqual([
    'ns.dns.cluster.local. 30 IN A 192.0.2.1',
  ])
})

test('addresses come in changing order, all of them each time', async () => {
  const { random } = fakeEnv(5)
  const seen = new Set<string>()
  for (let i = 0; i < 200; i++) {
    const { answers } = await ask('few.default.svc.cluster.local.', 'A', {}, { random })
    seen.add(texts(answers).join())
    expect(new Set(texts(answers)).size).toBe(4)
  }
  expect(seen.size).toBe(24)
})

describe('size', () => {
  test.each<[string, Partial<Message>, Transport, boolean, number, (n: number) => boolean]>([
    ['512 bytes without EDNS', {}, 'udp', true, 512, (n) => n < 60],
    ['smaller advertisements count as 512', edns(100), 'udp', true, 512, (n) => n < 60],
    ['as much as advertised', edns(700), 'udp', true, 700, (n) => n < 60],
    ['whole when it fits', edns(4096), 'udp', false, 4096, (n) => n === 60],
    ['whole over TCP', {}, 'tcp', false, 65535, (n) => n === 60],
  ])('%s', async (_name, change, transport, truncated, most, count) => {
    const bytes = (await exchange(encode({ ...queryFor('many.default.svc.cluster.local.', TYPES.A), ...change }), {}, transport))!
    const reply = decode(bytes)
    expect(reply.truncated).toBe(truncated)
    expect(bytes.length).toBeLessThanOrEqual(most)
    expect(count(reply.answers.length)).toBe(true)
    // As much as fits: one more compressed record of 16 bytes would not.
    if (truncated) expect(bytes.length).toBeGreaterThan(most - 16 - 11)
    expect(reply.edns !== undefined).toBe('edns' in change)
  })

  test('what fits is not compressed, what is long for a datagram is', async () => {
    const small = (await exchange(encode(queryFor('few.default.svc.cluster.local.', TYPES.A))))!
    expect(small.length).toBe(12 + 35 + 4 * 45)
    const long = (await exchange(encode({ ...queryFor('many.default.svc.cluster.local.', TYPES.A), ...edns(4096) })))!
    expect(long.length).toBe(12 + 36 + 60 * 16 + 11)
  })
})

describe('EDNS', () => {
  test('the OPT record comes back with the same size and DO, options it may repeat', async () => {
    const options = [
      { code: 10, data: Buffer.from('0011223344556677', 'hex') },
      { code: 8, data: Buffer.from([0, 1, 24, 0]) },
    ]
    const reply = await ask('web.default.svc.cluster.local.', 'A', edns(1232, { flags: 0x8000, options }))
    expect(reply.edns).toMatchObject({ udpSize: 1232, version: 0, flags: 0x8000 })
    expect(reply.edns!.options.map((o) => o.code)).toEqual([10])
  })
  test('another version is BADVERS', async () => {
    const reply = await ask('web.default.svc.cluster.local.', 'A', edns(1232, { version: 1 }))
    expect([reply.edns?.extendedRcode, reply.rcode, reply.answers.length]).toEqual([1, 0, 0])
  })
})

describe('refusals', () => {
  const web = queryFor('web.default.svc.cluster.local.', TYPES.A, 9)
  const header = (bits: number, counts: number[]) => {
    const bytes = Buffer.alloc(12)
    for (const [i, n] of [9, bits, ...counts].entries()) bytes.writeUInt16BE(n, 2 * i)
    return bytes
  }
  test.each<[string, Buffer, number | undefined]>([
    ['a reply is ignored', encode({ ...web, response: true }), undefined],
    ['less than a header is ignored', Buffer.from([0, 9, 1]), undefined],
    ['two questions', encode({ ...web, questions: [web.questions[0], web.questions[0]] }), 1],
    ['no question', header(0x100, [0, 0, 0, 0]), 1],
    ['an update', encode({ ...web, opcode: 5 }), 4],
    ['a status request', encode({ ...web, opcode: 2 }), 4],
    ['a name that ends early', Buffer.concat([header(0x100, [1, 0, 0, 0]), Buffer.from([3, 119, 101])]), 1],
    ['a name that refers to itself', Buffer.concat([header(0x100, [1, 0, 0, 0]), Buffer.from([0xc0, 12, 0, 1, 0, 1])]), 1],
    ['only a header that promises a question', header(0x100, [1, 0, 0, 0]), 2],
    ['another class', encode({ ...web, questions: [{ ...web.questions[0], class: 3 }] }), 5],
    ['a name outside', encode(queryFor('example.com.', TYPES.A, 9)), 2],
  ])('%s', async (_name, bytes, rcode) => {
    const reply = await exchange(bytes)
    expect(reply && decode(reply).rcode).toBe(rcode)
    if (reply) expect(decode(reply)).toMatchObject({ id: 9, response: true, authoritative: false })
  })

  const www = '03777777' // the label www
  test.each<[string, string, string]>([
    [
      'a question that ends after its name has type and class 0',
      `000901000001000000000000${www}00`,
      `000981050001000000000000${www}0000000000`,
    ],
    ['a record that is promised and is not there', `000901000001000000000001${www}0000010001`, `000981020001000000000000${www}0000010001`],
    [
      'a record that ends early: the question comes back',
      `000901000001000000000001${www}00000100010000290000`,
      `000981010001000000000000${www}0000010001`,
    ],
    [
      'record data longer than its type has',
      `000901000001000000000001${www}0000010001000001000100000000000501020304050`.padEnd(94, '0'),
      `000981010001000000000000${www}0000010001`,
    ],
    ['AD stays in a refusal, Z goes', '0009296000010000000000', '0009a9240000000000000000'],
    [
      'the class goes before the version of EDNS',
      `000901000001000000000001${www}0000010003000029100000010000 0000`.replace(' ', ''),
      `000981050001000000000001${www}00000100030000291000000000000000`,
    ],
  ])('%s', async (_name, request, reply) => {
    const bytes = Buffer.from(request.padEnd(24, '0'), 'hex')
    expect((await exchange(bytes))?.toString('hex')).toBe(reply)
  })

  test('no bytes whatever make it throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await exchange(Buffer.from(bytes))
        await exchange(Buffer.concat([header(0x100, [1, 0, 0, 1]), bytes]))
      }),
      { numRuns: 500 },
    )
  })
})

test('forwarding: names outside, what follows a CNAME, and reverse names nobody has', async () => {
  const asked: string[] = []
  const forward = async (request: Message) => {
    asked.push(request.questions[0].name)
    const record: ResourceRecord = { name: request.questions[0].name, ttl: 60, type: 'A', address: '192.0.2.1' }
    return { ...request, response: true, recursionAvailable: true, answers: [record] }
  }
  expect(texts((await ask('example.com.', 'A', {}, { forward })).answers)).toEqual(['example.com. 60 IN A 192.0.2.1'])
  expect(texts((await ask('ext.default.svc.cluster.local.', 'A', {}, { forward })).answers)).toEqual([
    'ext.default.svc.cluster.local. 30 IN CNAME Example.COM.',
    'Example.COM. 60 IN A 192.0.2.1',
  ])
  await ask('8.8.8.8.in-addr.arpa.', 'PTR', {}, { forward })
  await ask('nope.default.svc.cluster.local.', 'A', {}, { forward })
  expect(asked).toEqual(['example.com.', 'Example.COM.', '8.8.8.8.in-addr.arpa.'])
  expect((await ask('example.com.', 'A', {}, { forward: async () => undefined })).rcode).toBe(2)
  const chaos = { questions: [{ name: 'web.default.svc.cluster.local.', type: TYPES.A, class: 3 }] }
  expect(texts((await ask('', 'A', chaos, { forward })).answers)).toEqual(['web.default.svc.cluster.local. 30 IN A 10.96.1.1'])
  expect((await ask('', 'A', chaos)).rcode).toBe(5)
})

test('others are asked over what one was asked over, and a truncated answer stays one', async () => {
  const ways: string[] = []
  const forward = async (request: Message, transport: Transport) => {
    ways.push(transport)
    return { ...request, response: true, truncated: transport === 'udp' }
  }
  expect((await ask('example.com.', 'A', {}, { forward })).truncated).toBe(true)
  expect((await ask('example.com.', 'A', {}, { forward }, 'tcp')).truncated).toBe(false)
  expect(ways).toEqual(['udp', 'tcp'])
})

test('a message survives the wire, compressed or not', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)
  const name = fc.array(label, { maxLength: 6 }).map((l) => (l.length ? `${l.join('.')}.` : '.'))
  const u16 = fc.integer({ min: 0, max: 0xffff })
  const ip = fc.ipV4().filter((a) => /^\d+\.\d+\.\d+\.\d+$/.test(a))
  const data = fc.oneof(
    ip.map((address) => ({ type: 'A' as const, address })),
    name.map((target) => ({ type: 'CNAME' as const, target })),
    fc.record({ type: fc.constant('SRV' as const), priority: u16, weight: u16, port: u16, target: name }),
    fc.record({ type: fc.constant('TXT' as const), texts: fc.array(fc.string({ maxLength: 20, unit: 'binary-ascii' })) }),
  )
  const record = fc.tuple(name, u16, data).map(([n, ttl, d]) => ({ name: n, ttl, ...d }) as ResourceRecord)
  fc.assert(
    fc.property(name, fc.array(record, { maxLength: 8 }), fc.boolean(), (question, answers, compress) => {
      const message = {
        ...queryFor(question, TYPES.A, 5),
        response: true,
        answers,
        questions: [{ name: question, type: 1, class: CLASS_IN }],
      }
      expect(decode(encode(message, compress))).toEqual({ ...message })
      expect(encode(message, true).length).toBeLessThanOrEqual(encode(message).length)
    }),
  )
})
