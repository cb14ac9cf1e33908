// Hashes and made-up names: forms, worked examples of kube-proxy's chain names, stability.
import { canonicalJson, configMapHash, controllerRevisionHash, secretHash, sha256Base32 } from '../../src/lib/hash'

test.each([
  ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
  ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
  ['ns1/svc1:p80tcp10.180.0.1:80', 'SXIVWICOYRO3J4NJ'],
])('the chain of %s ends in %s', (text, expected) => {
  expect(sha256Base32(text)).toBe(expected)
})

test('canonical JSON sorts keys at every depth', () => {
  expect(canonicalJson({ b: { d: 1, c: null }, a: ['x', { z: 0, y: true }] })).toBe('{"a":["x",{"y":true,"z":0}],"b":{"d":1}}')
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

test.each([
  ['empty data', { name: '', data: {} }, '42745tchd9'],
  ['one key', { name: '', data: { one: '' } }, '9g67k2htb6'],
  ['three keys', { name: '', data: { two: '2', one: '', three: '3' } }, 'f5h7t85m9b'],
])('the hash of a ConfigMap with %s is %s', (_name, configMap, expected) => {
  expect(configMapHash(configMap)).toBe(expected)
})

test('the hash of a Secret counts its type', () => {
  expect(secretHash({ name: '', type: 'my-type', data: {} })).toBe('t75bgf6ctb')
  expect(secretHash({ name: '', type: 'my-type', data: { one: '' } })).toBe('74bd68bm66')
})
