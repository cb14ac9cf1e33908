// What a real CoreDNS answered to 166 questions, against our server's bytes for the same objects.
import fs from 'node:fs'
import path from 'node:path'
import { queryFor, RCODES, recordText, typeNumber } from '../../src/network/dns/message'
import { serve } from '../../src/network/dns/server'
import { dnsSource } from '../../src/network/dns/source'
import { decode, encode } from '../../src/network/dns/wire'
import { endpoint, fakeEnv, fakeView, service, slice } from './fake'

interface Recording {
  objects: object[]
  queries: { name: string; type: string; status: string; flags: string[]; answer: string[]; authority: string[]; additional: string[] }[]
}
const recorded = JSON.parse(fs.readFileSync(path.join(__dirname, '../conformance/dns/services.json'), 'utf8')) as Recording

const builtIn = [
  ...['default', 'kube-system'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  service('kubernetes', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP' }] }),
  service('kube-dns', { clusterIP: '10.96.0.10' }, { namespace: 'kube-system' }),
  {
    ...slice('kube-dns-1', 'kube-dns', [endpoint(1, 200)]),
    metadata: { name: 'kube-dns-1', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
  },
]
const source = dnsSource(fakeView([...builtIn, ...recorded.objects]))

test.each(recorded.queries.map((q) => [`${q.type} ${q.name}`, q] as const))('%s', async (_name, query) => {
  const bytes = encode(queryFor(query.name, typeNumber(query.type)!, 4711))
  const context = { source, localIps: [], serial: 1, random: fakeEnv().random }
  const reply = decode((await serve(context, bytes, 'udp'))!)
  const text = (records: typeof reply.answers) =>
    records
      .map(recordText)
      .map((t) => t.replace(/( SOA \S+ \S+) \d+/, '$1 SERIAL'))
      .sort()
  const flags = [reply.response && 'qr', reply.authoritative && 'aa', reply.recursionDesired && 'rd', reply.recursionAvailable && 'ra']
  expect({
    id: reply.id,
    status: RCODES[reply.rcode],
    flags: flags.filter(Boolean).sort(),
    answer: text(reply.answers),
    authority: text(reply.authority),
    additional: text(reply.additional),
  }).toEqual({
    id: 4711,
    status: query.status,
    flags: [...query.flags].sort(),
    answer: [...query.answer].sort(),
    authority: [...query.authority].sort(),
    additional: [...query.additional].sort(),
  })
})
