// Why Pods wait for a node, as a v1.37 scheduler said it of the same Pods on the same nodes.
import { type Shell, shell } from './shell'

let sh: Shell
beforeAll(async () => {
  sh = shell(3)
  await sh.kubectl('label node node-1 zone=a')
  await sh.kubectl('label node node-2 node-3 zone=b')
  sh.write('cluster.yaml', CLUSTER)
  await sh.kubectl('create -f cluster.yaml')
})
afterAll(() => sh.remove())

const claim = (name: string, spec: string) =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, ${spec}}}`
const CLUSTER = [
  '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: late}, provisioner: kubernetes.io/no-provisioner, volumeBindingMode: WaitForFirstConsumer}',
  '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: local}, provisioner: kubernetes.io/no-provisioner, volumeBindingMode: WaitForFirstConsumer}',
  '{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: local, local: {path: /x}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-2]}]}]}}}}',
  '{apiVersion: v1, kind: PersistentVolume, metadata: {name: one}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOncePod], storageClassName: m, hostPath: {path: /x}}}',
  '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: one}, spec: {accessModes: [ReadWriteOncePod], storageClassName: m, resources: {requests: {storage: 1Gi}}}}',
  '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}',
  claim('unbound', 'storageClassName: ""'),
  claim('late', 'storageClassName: late'),
  claim('local', 'storageClassName: local'),
  `{apiVersion: v1, kind: Pod, metadata: {name: first}, spec: {containers: [{name: c, image: nginx}], volumes: [{name: v, persistentVolumeClaim: {claimName: one}}]}}`,
  `{apiVersion: v1, kind: Pod, metadata: {name: big}, spec: {nodeSelector: {zone: a}, containers: [{name: c, image: nginx, resources: {requests: {cpu: 6}}}]}}`,
].join('\n---\n')

const uses = (name: string) => `volumes: [{name: v, persistentVolumeClaim: {claimName: ${name}}}]`
const named = (...names: string[]) =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [${names.map((name) => `{key: metadata.name, operator: In, values: [${name}]}`).join(', ')}]}]}}}`
const HELPLESS = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'

test.each<[string, string, string]>([
  ['a claim that is not there', uses('nope'), 'persistentvolumeclaim "nope" not found. not found'],
  ['a claim without a volume', uses('unbound'), 'pod has unbound immediate PersistentVolumeClaims. not found'],
  ['nothing to bind late', uses('late'), `3 node(s) didn't find available persistent volumes to bind. ${HELPLESS}`],
  [
    "another Pod's claim",
    uses('one'),
    '3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
  ],
  ['a node that is not there', named('node-9'), `3 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${HELPLESS}`],
  ['two nodes at once', named('node-1', 'node-2'), 'pod affinity terms conflict. not found'],
  [
    'the only node that it names is full',
    `${named('node-1')}, overhead: {}, resources: {requests: {cpu: 7}}`,
    `1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.`,
  ],
])('%s', async (_name, spec, message) => {
  sh.write('pod.yaml', `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: nginx}], ${spec}}}`)
  await sh.kubectl('create -f pod.yaml')
  const said = await sh.kubectl('get pod p -o jsonpath={.status.conditions[0].message}')
  await sh.kubectl('delete pod p --force')
  expect(said).toBe(`0/3 nodes are available: ${message}`)
})

test('a late claim is bound to the volume of the node that its Pod goes to', async () => {
  sh.write('pod.yaml', `{apiVersion: v1, kind: Pod, metadata: {name: l}, spec: {containers: [{name: c, image: nginx}], ${uses('local')}}}`)
  await sh.kubectl('create -f pod.yaml')
  expect(await sh.kubectl('get pod l -o jsonpath={.spec.nodeName}')).toBe('node-2')
  expect(await sh.kubectl('get pvc local -o jsonpath={.status.phase}/{.spec.volumeName}')).toBe('Bound/disk')
})

test('whoever makes room for a Pod is told of', async () => {
  sh.write(
    'pod.yaml',
    '{apiVersion: v1, kind: Pod, metadata: {name: hi}, spec: {priorityClassName: high, nodeSelector: {zone: a}, containers: [{name: c, image: nginx, resources: {requests: {cpu: 7}}}]}}',
  )
  await sh.kubectl('create -f pod.yaml')
  const events = await sh.kubectl('get events --field-selector involvedObject.name=hi -o jsonpath={.items[*].message}')
  expect(events).toContain(
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector. preemption: found a potential placement for pod on node node-1, preempting 1 victims",
  )
})
