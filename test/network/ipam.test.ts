// Pod addresses: order, reuse, exhaustion, and who owns one.
import type { Pod } from '../../src/api/types'
import { allocatePodIp, podGateway, podMac, podOfIp, releasePodIp } from '../../src/network/ipam'
import { fakeRecords, fakeView, node } from './fake'

function pod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `Pod-${name}` },
    spec: { containers: [] },
    status: {},
  } as unknown as Pod
}

const view = fakeView([node(1), { ...node(2), spec: { podCIDR: '10.244.1.0/29' } }])

test('addresses start at .2 and go on, past released ones, until the network is used up', () => {
  const records = fakeRecords()
  const next = (name: string, on = 'node-2') => allocatePodIp(view, records, on, pod(name))
  expect([next('a'), next('b'), next('c')]).toEqual(['10.244.1.2', '10.244.1.3', '10.244.1.4'])
  releasePodIp(records, '10.244.1.3', 'Pod-b')
  expect([next('d'), next('e')]).toEqual(['10.244.1.5', '10.244.1.6'])
  expect(next('f')).toBe('10.244.1.3')
  expect(next('g')).toBeUndefined()
  releasePodIp(records, '10.244.1.3', 'Pod-b')
  expect(next('h')).toBeUndefined()
  expect(next('i', 'node-1')).toBe('10.244.0.2')
  expect(next('j', 'node-9')).toBeUndefined()
})

test('an address leads to its Pod while it lives', () => {
  const records = fakeRecords()
  const living = { ...pod('a'), status: { phase: 'Running', podIP: '10.244.0.2' } }
  const byHand = { ...pod('b'), status: { phase: 'Running', podIP: '10.244.7.7' } }
  const over = { ...pod('c'), status: { phase: 'Succeeded', podIP: '10.244.7.8' } }
  const world = fakeView([node(1), living, byHand, over])
  allocatePodIp(world, records, 'node-1', pod('a'))
  expect(podOfIp(world, records, '10.244.0.2')?.metadata.name).toBe('a')
  expect(podOfIp(world, records, '10.244.7.7')?.metadata.name).toBe('b')
  expect(podOfIp(world, records, '10.244.7.8')).toBeUndefined()
})

test('MAC and gateway', () => {
  expect(podMac('10.244.0.5')).toBe('0a:58:0a:f4:00:05')
  expect(podGateway(view.get('nodes', undefined, 'node-1')!)).toBe('10.244.0.1')
})
