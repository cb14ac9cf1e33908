// The rules a real kube-proxy programmed for 55 sets of Services and EndpointSlices, against ours for the same objects.
import fs from 'node:fs'
import path from 'node:path'
import type { EndpointSlice, Service } from '../../src/api/types'
import { iptablesSave } from '../../src/network/proxy/iptables-save'
import { rulesOfService } from '../../src/network/proxy/service-rules'

const folder = path.join(__dirname, '../conformance/iptables')

const builtIn: (Service | EndpointSlice)[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
  } as Service,
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    endpoints: [{ addresses: ['172.18.0.2'], conditions: { ready: true } }],
  } as unknown as EndpointSlice,
]

// The order of Services in a shared chain is that of a Go map: any.
const SHARED = /^(-A KUBE-(SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL)) /

/** Lines as printed, but shared chains' rules sorted within their chain. */
function comparable(lines: string[]): string[] {
  const out: string[] = []
  let run: string[] = []
  let chain = ''
  for (const line of [...lines.filter((l) => l && !l.startsWith('#')), '']) {
    const shared = SHARED.exec(line)?.[1] ?? ''
    if (shared !== chain) {
      out.push(...run.sort())
      run = []
      chain = shared
    }
    if (shared) run.push(line)
    else out.push(line)
  }
  return out
}

const files = fs.readdirSync(folder).filter((f) => f.endsWith('.json'))

test('there are recordings', () => expect(files.length).toBeGreaterThan(50))

test.each(files)('%s', (file) => {
  const recorded = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as {
    objects: (Service | EndpointSlice)[]
    iptablesSave: string[]
  }
  const objects = [...builtIn, ...recorded.objects].map((o) => ({ ...o, metadata: { namespace: 'default', ...o.metadata } }))
  const slices = objects.filter((o) => o.kind === 'EndpointSlice') as EndpointSlice[]
  const rules = (objects.filter((o) => o.kind === 'Service') as Service[]).map((service) => {
    const own = slices.filter(
      (s) =>
        s.metadata.namespace === service.metadata.namespace && s.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
    )
    return rulesOfService(service, own, { name: 'node-1', ip: '172.18.0.2' })
  })
  const actual = iptablesSave(rules, { largeCluster: false, now: 0 }).split('\n')
  expect(comparable(actual)).toEqual(comparable(recorded.iptablesSave))
})
