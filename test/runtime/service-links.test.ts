// What a container is told of Services is what there was when it started, whatever came, changed, went and was forgotten since.
import fc from 'fast-check'
import type { Records } from '../../src/api/contracts'
import type { Pod, Service } from '../../src/api/types'
import { dropServiceLog, serviceLinks, serviceLog } from '../../src/runtime/service-links'
import type { World } from '../../src/runtime/world'

const NOW = Date.parse('2026-11-27T12:00:00Z')

const serviceOf = (name: string, number: number, created = '2026-11-27T11:00:00Z') =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', creationTimestamp: created },
    spec: { clusterIP: `10.96.0.${number}`, ports: [{ port: 80, protocol: 'TCP' }] },
  }) as unknown as Service

function cluster() {
  const services = new Map([['kubernetes', serviceOf('kubernetes', 1)]])
  const table = new Map<string, unknown>()
  const records = {
    get: (name: string, key: string) => table.get(`${name}/${key}`),
    put: (name: string, key: string, value: unknown) =>
      value === undefined ? table.delete(`${name}/${key}`) : table.set(`${name}/${key}`, value),
    list: (name: string, prefix = '') =>
      [...table]
        .filter(([key]) => key.startsWith(`${name}/${prefix}`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key.slice(name.length + 1), value]),
  } as unknown as Records
  const view = {
    get: (_: string, __: string, name: string) => services.get(name),
    list: () => [...services.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
  }
  const world = { view, records, env: { now: () => NOW } } as unknown as World
  return { services, records, world, entries: () => table.size - records.list('containers').length }
}

const pod = (enableServiceLinks?: boolean) => ({ metadata: { name: 'p', namespace: 'default' }, spec: { enableServiceLinks } }) as Pod

/** `A_SERVICE_HOST=10.96.0.7` for each Service, the API server's first. */
function hosts(links: Record<string, string>): string[] {
  return Object.entries(links).flatMap(([name, value]) => (name.endsWith('_SERVICE_HOST') ? [`${name}=${value}`] : []))
}

function expected(services: Map<string, Service>): string[] {
  const others = [...services.keys()].filter((name) => name !== 'kubernetes').sort()
  return ['kubernetes', ...others].map((name) => `${name.toUpperCase()}_SERVICE_HOST=${services.get(name)?.spec.clusterIP}`)
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ name: fc.constantFrom('a', 'b', 'c'), number: fc.integer({ min: 2, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ gone: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 2, arbitrary: fc.record({ ended: fc.nat(50) }) },
)

test('containers started in between', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 80, maxLength: 400 }), (steps) => {
      const { services, records, world, entries } = cluster()
      const running = new Map<number, string[]>()
      for (const [i, one] of steps.entries()) {
        if ('name' in one) services.set(one.name, serviceOf(one.name, one.number))
        else if ('gone' in one) services.delete(one.gone)
        else {
          const ended = [...running.keys()][one.ended]
          running.delete(ended)
          records.put('containers', String(ended), undefined)
        }
        records.put('containers', String(i), { links: serviceLog(world, pod()) })
        running.set(i, expected(services))
        // Few run at a time, so that there is what to forget.
        for (const old of [...running.keys()].slice(0, -5)) {
          running.delete(old)
          records.put('containers', String(old), undefined)
        }
        for (const [key, told] of running)
          expect(hosts(serviceLinks(records, records.get<{ links: string }>('containers', String(key))?.links))).toEqual(told)
      }
      // What is overtaken goes at 64 entries, or at the next power of two when it was still needed then.
      expect(entries()).toBeLessThan(2 * 64 + 16)
    }),
    { numRuns: 15, endOnFailure: true },
  )
})

test('who wants no links is told of the API server alone', () => {
  const { services, records, world } = cluster()
  services.set('a', serviceOf('a', 5))
  expect(hosts(serviceLinks(records, serviceLog(world, pod(false))))).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.1'])
})

test('a cluster that has just come up has not told of its own Service', () => {
  const { services, records, world } = cluster()
  services.set('kubernetes', serviceOf('kubernetes', 1, '2026-11-27T11:59:58Z'))
  expect(serviceLog(world, pod())).toBeUndefined()
  expect(serviceLinks(records, undefined)).toEqual({})
})

test('a namespace of a name that was there before', () => {
  const { services, records, world } = cluster()
  const first = serviceLog(world, pod())
  serviceLinks(records, first)
  dropServiceLog(records, 'default')
  services.set('kubernetes', serviceOf('kubernetes', 8))
  const second = serviceLog(world, pod())
  expect(second).toBe(first)
  expect(hosts(serviceLinks(records, second))).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.8'])
})
