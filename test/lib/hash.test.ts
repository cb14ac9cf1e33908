// Hashes and made-up names: forms, worked examples of kube-proxy's chain names, stability.
import { canonicalJson, controllerRevisionHash, podTemplateHash, sha256Base32, uuid } from '../../src/lib/hash'

test.each([
  ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
  ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
  ['ns1/svc1:p80tcp10.180.0.1:80', 'SXIVWICOYRO3J4NJ'],
])('the chain of %s ends in %s', (text, expected) => {
  expect(sha256Base32(text)).toBe(expected)
})

test('a template hash depends on content, not on the order or absence of keys', () => {
  expect(podTemplateHash({ a: 1, b: [{ c: 2 }] })).toBe(podTemplateHash({ b: [{ d: undefined, c: 2 }], a: 1 }))
  expect(podTemplateHash({ a: 1 })).not.toBe(podTemplateHash({ a: 2 }))
  expect(podTemplateHash({ a: 1 }, 0)).not.toBe(podTemplateHash({ a: 1 }))
  expect(podTemplateHash({ a: 1 })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
})

test('canonical JSON sorts keys at every depth', () => {
  expect(canonicalJson({ b: { d: 1, c: null }, a: ['x', { z: 0, y: true }] })).toBe('{"a":["x",{"y":true,"z":0}],"b":{"d":1}}')
})

test('a uuid is of version 4 and follows the random source', () => {
  expect(uuid(() => 0)).toBe('00000000-0000-4000-8000-000000000000')
  expect(uuid(() => 0.9999)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
})

test('the revision hash of a recorded stateful set comes out as on the real cluster', () => {
  const container = {
    image: 'redis:7',
    imagePullPolicy: 'IfNotPresent',
    name: 'redis',
    ports: [{ containerPort: 6379, name: 'redis', protocol: 'TCP' }],
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  }
  const spec = {
    containers: [container],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  }
  const patch = { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'db' } }, spec } } }
  expect(controllerRevisionHash(patch, 0)).toBe('84bd98bd66')
})
