import type { Pod } from '../../src/api/types'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../src/api/workloads'
import { ephemeralVolumeController } from '../../src/controllers/ephemeral-volume'
import { persistentVolumeController } from '../../src/controllers/pv-binder'
import { pvProtectionController } from '../../src/controllers/pv-protection'
import { pvcProtectionController } from '../../src/controllers/pvc-protection'
import { vacProtectionController } from '../../src/controllers/vac-protection'
import { FakeCluster } from './fake-client'

function cluster(): FakeCluster {
  return new FakeCluster([
    persistentVolumeController,
    pvcProtectionController,
    pvProtectionController,
    vacProtectionController,
    ephemeralVolumeController,
  ])
}
function addVolume(c: FakeCluster, name: string, spec: Partial<PersistentVolume['spec']> = {}): void {
  c.create<PersistentVolume>({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, finalizers: ['kubernetes.io/pv-protection'] },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'manual',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: '/tmp/x' },
      ...spec,
    },
    status: { phase: 'Pending' },
  })
  c.settle()
}
function addClaim(c: FakeCluster, spec: Partial<PersistentVolumeClaim['spec']> = {}, name = 'claim'): void {
  c.create<PersistentVolumeClaim>({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '500Mi' } }, ...spec },
    status: { phase: 'Pending' },
  })
  c.settle()
}
function addClass(c: FakeCluster, provisioner: string, volumeBindingMode = 'Immediate'): void {
  c.create<StorageClass>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'manual' },
    provisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode,
  })
  c.settle()
}
function addPod(c: FakeCluster, source: object, node?: string): void {
  c.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [], volumes: [{ name: 'data', ...source }], ...(node && { nodeName: node }) },
  })
  c.settle()
}
const volume = (c: FakeCluster, name = 'pv1') => c.get<PersistentVolume>('persistentvolumes', undefined, name)
const claim = (c: FakeCluster, name = 'claim') => c.get<PersistentVolumeClaim>('persistentvolumeclaims', 'default', name)

test.each([{ first: 'volume' }, { first: 'claim' }])('a claim binds to a volume, $first first', ({ first }) => {
  const c = cluster()
  if (first === 'volume') addVolume(c, 'pv1')
  addClaim(c)
  if (first === 'claim') addVolume(c, 'pv1')
  const { uid } = claim(c)!.metadata
  expect(volume(c)!.metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' })
  expect(volume(c)!.spec.claimRef).toMatchObject({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: 'claim',
    namespace: 'default',
    uid,
  })
  expect(volume(c)!.status).toEqual({ phase: 'Bound', lastPhaseTransitionTime: '2026-11-23T12:00:00Z' })
  expect(claim(c)!.metadata.annotations).toEqual({
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  })
  expect(claim(c)!.spec.volumeName).toBe('pv1')
  expect(claim(c)!.status).toEqual({
    phase: 'Bound',
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    conditions: [
      {
        type: 'Unused',
        status: 'True',
        reason: 'NoPodsUsingPVC',
        message: 'No pods are currently referencing this PVC',
        lastProbeTime: null,
        lastTransitionTime: '2026-11-23T12:00:00Z',
      },
    ],
  })
})

test('the smallest volume that is large enough is taken', () => {
  const c = cluster()
  addVolume(c, 'large', { capacity: { storage: '10Gi' } })
  addVolume(c, 'small', { capacity: { storage: '100Mi' } })
  addVolume(c, 'right', { capacity: { storage: '600Mi' } })
  addClaim(c)
  expect(claim(c)!.spec.volumeName).toBe('right')
})

test.each([
  { name: 'too small', spec: { capacity: { storage: '1Mi' } } },
  { name: 'of another class', spec: { storageClassName: 'fast' } },
  { name: 'of another mode', spec: { volumeMode: 'Block' } },
  { name: 'without the access mode', spec: { accessModes: ['ReadOnlyMany'] } },
  { name: 'reserved for another', spec: { claimRef: { namespace: 'default', name: 'other' } } },
])('a volume $name is not taken', ({ spec }) => {
  const c = cluster()
  addVolume(c, 'pv1', spec)
  addClaim(c)
  expect(claim(c)!.status.phase).toBe('Pending')
})

test('a claim may name its volume', () => {
  const c = cluster()
  addVolume(c, 'pv1')
  addVolume(c, 'pv2', { capacity: { storage: '9Gi' } })
  addClaim(c, { volumeName: 'pv2' })
  expect(claim(c)!.status).toMatchObject({ phase: 'Bound', capacity: { storage: '9Gi' } })
  expect(claim(c)!.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes' })
})

test.each([
  {
    name: 'no class',
    claim: { storageClassName: '' },
    line: 'Normal FailedBinding no persistent volumes available for this claim and no storage class is set',
  },
  { name: 'an unknown class', claim: {}, line: 'Warning ProvisioningFailed storageclass.storage.k8s.io "manual" not found' },
  {
    name: 'an external provisioner',
    claim: {},
    provisioner: 'ebs.csi.aws.com',
    line: "Normal ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
  },
  {
    name: 'a class that waits',
    claim: {},
    provisioner: 'x',
    mode: 'WaitForFirstConsumer',
    line: 'Normal WaitForFirstConsumer waiting for first consumer to be created before binding',
  },
])('pending with $name', ({ claim: spec, provisioner, mode, line }) => {
  const c = cluster()
  if (provisioner) addClass(c, provisioner, mode)
  addClaim(c, spec)
  expect(claim(c)!.status.phase).toBe('Pending')
  expect(new Set(c.eventLines())).toEqual(new Set([line]))
  const before = c.events.length
  c.advance(31)
  expect(c.events.length).toBe(before + 2)
})

test('a local provisioner makes the volume, once there is a consumer', () => {
  const c = cluster()
  addClass(c, 'rancher.io/local-path', 'WaitForFirstConsumer')
  addClaim(c)
  expect(claim(c)!.status.phase).toBe('Pending')
  addPod(c, { persistentVolumeClaim: { claimName: 'claim' } })
  c.advance(16)
  expect(c.eventLines().at(-1)).toBe('Normal WaitForPodScheduled waiting for pod p to be scheduled')
  const { metadata } = claim(c)!
  c.update<PersistentVolumeClaim>({
    ...claim(c)!,
    metadata: { ...metadata, annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } },
  })
  c.settle()
  const name = `pvc-${claim(c)!.metadata.uid}`
  expect(claim(c)!.status).toMatchObject({ phase: 'Bound', capacity: { storage: '500Mi' } })
  expect(volume(c, name)!.spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Delete', storageClassName: 'manual' })
  c.remove('pods', 'default', 'p')
  c.settle()
  c.delete('persistentvolumeclaims', 'default', 'claim')
  c.settle()
  expect(volume(c, name)).toBeUndefined()
})

test.each([
  { name: 'kept', spec: {}, phase: 'Released' },
  { name: 'deleted', spec: { persistentVolumeReclaimPolicy: 'Delete' }, phase: undefined },
  { name: 'recycled', spec: { persistentVolumeReclaimPolicy: 'Recycle' }, phase: 'Available' },
  { name: 'not deletable', spec: { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/data' } }, phase: 'Failed' },
])('when the claim goes the volume is $name', ({ spec, phase }) => {
  const c = cluster()
  addVolume(c, 'pv1', spec)
  addClaim(c)
  c.delete('persistentvolumeclaims', 'default', 'claim')
  c.settle()
  expect(claim(c)).toBeUndefined()
  expect(volume(c)?.status.phase).toBe(phase)
  if (phase === 'Failed')
    expect(c.eventLines()).toContain('Warning VolumeFailedDelete host_path deleter only supports /tmp/.+ but received provided /data')
})

test('a claim that loses its volume is lost', () => {
  const c = cluster()
  addVolume(c, 'pv1')
  addClaim(c)
  c.remove('persistentvolumes', undefined, 'pv1')
  c.settle()
  expect(claim(c)!.status.phase).toBe('Lost')
  expect(c.eventLines()).toEqual(['Warning ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!'])
})

test('a pod on a node keeps its claim; the claim notes who uses it', () => {
  const c = cluster()
  addVolume(c, 'pv1')
  addClaim(c)
  addPod(c, { persistentVolumeClaim: { claimName: 'claim' } }, 'node-1')
  expect(claim(c)!.status.conditions).toMatchObject([
    { status: 'False', reason: 'PodUsingPVC', message: 'A pod is currently referencing this PVC' },
  ])
  c.delete('persistentvolumeclaims', 'default', 'claim')
  c.settle()
  expect(claim(c)!.metadata.deletionTimestamp).toBeDefined()
  c.remove('pods', 'default', 'p')
  c.settle()
  expect(claim(c)).toBeUndefined()
})

test('a finished pod does not count as use', () => {
  const c = cluster()
  addVolume(c, 'pv1')
  addClaim(c)
  addPod(c, { persistentVolumeClaim: { claimName: 'claim' } }, 'node-1')
  c.setPod('default', 'p', 'Succeeded')
  c.settle()
  expect(claim(c)!.status.conditions).toMatchObject([{ status: 'True', reason: 'NoPodsUsingPVC' }])
})

test('a bound volume is kept until its claim is gone', () => {
  const c = cluster()
  addVolume(c, 'pv1')
  addClaim(c)
  c.delete('persistentvolumes', undefined, 'pv1')
  c.settle()
  expect(volume(c)!.metadata.deletionTimestamp).toBeDefined()
  c.delete('persistentvolumeclaims', 'default', 'claim')
  c.settle()
  expect(volume(c)).toBeUndefined()
})

test('a class of attributes is kept until nothing names it', () => {
  const c = cluster()
  const resource = 'volumeattributesclasses.storage.k8s.io'
  const make = (name: string) => {
    c.create({ apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass', metadata: { name }, driverName: 'd' })
    c.settle()
  }
  for (const name of ['used', 'free']) make(name)
  expect(c.get(resource, undefined, 'used')!.metadata.finalizers).toEqual(['kubernetes.io/vac-protection'])
  addClaim(c, { volumeAttributesClassName: 'used' })
  for (const name of ['used', 'free']) c.delete(resource, undefined, name)
  c.settle()
  expect(c.get(resource, undefined, 'used')!.metadata.deletionTimestamp).toBeDefined()
  expect(c.get(resource, undefined, 'free')).toBeUndefined()
  c.delete('persistentvolumeclaims', 'default', 'claim')
  c.settle()
  expect(c.get(resource, undefined, 'used')).toBeUndefined()
})

test('an ephemeral volume gets a claim that belongs to its pod', () => {
  const c = cluster()
  addPod(c, { ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: { storageClassName: '' } } } })
  expect(claim(c, 'p-data')!.metadata).toMatchObject({
    labels: { a: 'b' },
    ownerReferences: [{ kind: 'Pod', name: 'p', controller: true }],
  })
})
