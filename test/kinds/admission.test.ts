// What admission adds to objects and what it refuses.
import type { Pod } from '../../src/api/types'
import { TestServer } from './server'

const pod = (name: string, spec = '{containers: [{name: c, image: a}]}', namespace = 'default') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}`
const quota = (hard: string) => `{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: default}, spec: {hard: ${hard}}}`
const limits = (items: string) => `{apiVersion: v1, kind: LimitRange, metadata: {name: l, namespace: default}, spec: {limits: ${items}}}`
const asking = (resources: string) => `{containers: [{name: c, image: a, resources: ${resources}}]}`

test('a Pod gets an account, its token, tolerations and a priority', () => {
  const { spec, status } = new TestServer().make(pod('p')) as Pod
  expect(spec).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  })
  expect(spec.tolerations?.map((t) => [t.key, t.tolerationSeconds])).toEqual([
    ['node.kubernetes.io/not-ready', 300],
    ['node.kubernetes.io/unreachable', 300],
  ])
  const [volume] = spec.volumes!
  expect(volume.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/)
  expect(spec.containers[0].volumeMounts).toEqual([
    { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: volume.name, readOnly: true },
  ])
  expect(status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
})

test('a Pod that wants no token gets none', () => {
  const { spec } = new TestServer().make(pod('p', '{automountServiceAccountToken: false, containers: [{name: c, image: a}]}')) as Pod
  expect(spec.volumes).toBeUndefined()
})

test.each<[string, string, string[]]>([
  ['BestEffort', '{}', []],
  ['Burstable', '{requests: {cpu: 100m}}', []],
  ['Guaranteed', '{limits: {cpu: 100m, memory: 1Mi}}', []],
])('%s Pods', (qos, resources) => {
  expect((new TestServer().make(pod('p', asking(resources))) as Pod).status.qosClass).toBe(qos)
})

test.each<[string, string[], string, string]>([
  [
    'an account that is not there',
    [],
    pod('p', '{serviceAccountName: bot, containers: [{name: c, image: a}]}'),
    'pods "p" is forbidden: error looking up service account default/bot: serviceaccount "bot" not found',
  ],
  [
    'a priority class that is not there',
    [],
    pod('p', '{priorityClassName: high, containers: [{name: c, image: a}]}'),
    'pods "p" is forbidden: no PriorityClass with name high was found',
  ],
  ['a namespace that is not there', [], pod('p', undefined, 'nowhere'), 'namespaces "nowhere" not found'],
  [
    'one Pod too many',
    [quota('{pods: 1}'), pod('a')],
    pod('p'),
    'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  ],
  [
    'too much of several things',
    [quota('{requests.cpu: 1, requests.memory: 1Gi}')],
    pod('p', asking('{requests: {cpu: 2, memory: 2Gi}}')),
    'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=2,requests.memory=2Gi, used: requests.cpu=0,requests.memory=0, limited: requests.cpu=1,requests.memory=1Gi',
  ],
  [
    'a Pod that does not say how much',
    [quota('{limits.cpu: 1, requests.memory: 1Gi}')],
    pod('p'),
    'pods "p" is forbidden: failed quota: q: must specify limits.cpu for: c; requests.memory for: c',
  ],
  [
    'one ConfigMap too many',
    [quota('{count/configmaps: 0}')],
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: default}}',
    'configmaps "x" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=0, limited: count/configmaps=0',
  ],
  [
    'more than a container may',
    [limits('[{type: Container, max: {cpu: 1}}]')],
    pod('p', asking('{limits: {cpu: 2}}')),
    'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  ],
  [
    'less than a container must',
    [limits('[{type: Container, min: {memory: 64Mi}}]')],
    pod('p', asking('{requests: {memory: 1Mi}}')),
    'pods "p" is forbidden: minimum memory usage per Container is 64Mi, but request is 1Mi',
  ],
  [
    'more than a Pod may together',
    [limits('[{type: Pod, max: {cpu: 1}}]')],
    pod(
      'p',
      '{containers: [{name: a, image: a, resources: {limits: {cpu: 700m}}}, {name: b, image: a, resources: {limits: {cpu: 700m}}}]}',
    ),
    'pods "p" is forbidden: maximum cpu usage per Pod is 1, but limit is 1400m',
  ],
])('%s is refused', (_name, before, text, message) => {
  const server = new TestServer()
  for (const object of before) server.make(object)
  expect(server.refusal(text)).toBe(message)
})

test('a limit range fills in and says so', () => {
  const server = new TestServer()
  server.make(limits('[{type: Container, default: {cpu: 200m}, defaultRequest: {cpu: 100m, memory: 1Mi}}]'))
  const { spec, metadata } = server.make(pod('p')) as Pod
  expect(spec.containers[0].resources).toEqual({ limits: { cpu: '200m' }, requests: { cpu: '100m', memory: '1Mi' } })
  expect(metadata.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu, memory request for container c; cpu limit for container c',
  })
})

test('a quota counts what is asked for, not what was', () => {
  const server = new TestServer()
  server.make(quota('{requests.cpu: 1}'))
  server.make(pod('a', asking('{requests: {cpu: 600m}}')))
  expect(server.refusal(pod('b', asking('{requests: {cpu: 600m}}')))).toContain('used: requests.cpu=600m')
  const info = server.server.resourceOf({ apiVersion: 'v1', kind: 'Pod' })
  server.server.delete(info, 'default', 'a', { manager: 'test' })
  expect(server.make(pod('b', asking('{requests: {cpu: 600m}}'))).metadata.name).toBe('b')
})

test('claims get the default class and a finalizer', () => {
  const server = new TestServer()
  const standard = 'name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}'
  server.make(`{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {${standard}}, provisioner: x/y}`)
  const claim = server.make(
    '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c, namespace: default}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}',
  )
  expect(claim.spec).toMatchObject({ storageClassName: 'standard', volumeMode: 'Filesystem' })
  expect(claim.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
})

describe('pod security', () => {
  const secured = (labels: string) => {
    const server = new TestServer()
    server.make(`{apiVersion: v1, kind: Namespace, metadata: {name: safe, labels: {${labels}}}}`)
    server.make('{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: safe}}')
    return server
  }
  const restricted =
    'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'

  test('refuses what the enforced level forbids', () => {
    const server = secured('pod-security.kubernetes.io/enforce: restricted')
    expect(server.refusal(pod('p', undefined, 'safe'))).toBe(`pods "p" is forbidden: ${restricted}`)
  })
  test('warns of what another level would forbid', () => {
    const server = secured('pod-security.kubernetes.io/warn: restricted')
    server.make(pod('p', undefined, 'safe'))
    expect(server.server.warnings).toEqual([`would ${restricted.replace('violates', 'violate')}`])
  })
  test('refuses privileged containers at the baseline', () => {
    const server = secured('pod-security.kubernetes.io/enforce: baseline')
    expect(server.refusal(pod('p', '{containers: [{name: c, image: a, securityContext: {privileged: true}}]}', 'safe'))).toBe(
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)',
    )
  })
})
