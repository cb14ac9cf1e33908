// Defaults and preparation of volumes, claims and classes. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go.
import type { KubeObject } from '../../api/types'
import { timestamp } from '../../lib/time'
import type { PrepareContext } from '../kind'
import { childOf, fieldsOf, fill } from './fields'
import { defaultClaimSpec, defaultVolumeSource } from './volumes'

export function defaultPersistentVolume(pv: KubeObject): void {
  const spec = childOf(pv, 'spec')
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })
  defaultVolumeSource(spec)
}

export function preparePersistentVolume(pv: KubeObject, context: PrepareContext): void {
  pv.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(context.env.now()) }
}

export function defaultPersistentVolumeClaim(claim: KubeObject): void {
  const spec = childOf(claim, 'spec')
  defaultClaimSpec(spec)
  // Sources of a volume's content: the old field and the new one follow each other.
  const source = fieldsOf(spec.dataSource)
  const reference = fieldsOf(spec.dataSourceRef)
  if (source && !reference) spec.dataSourceRef = { ...source }
  if (reference && !source && !reference.namespace) spec.dataSource = { ...reference }
}

export function preparePersistentVolumeClaim(claim: KubeObject): void {
  claim.status = { phase: 'Pending' }
}

export function defaultStorageClass(storageClass: KubeObject): void {
  fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
}

export function defaultCsiDriver(driver: KubeObject): void {
  fill(childOf(driver, 'spec'), {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
    volumeLifecycleModes: ['Persistent'],
  })
}
