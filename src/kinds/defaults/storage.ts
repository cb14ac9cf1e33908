// Defaults and preparation of volumes, claims and classes. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go.
import type { KubeObject } from '../../api/types'
import { timestamp } from '../../lib/time'
import type { PrepareContext } from '../kind'
import { childOf, type Fields, fieldsOf, fill } from './fields'
import { defaultClaimSpec, defaultVolumeSource } from './volumes'

export function defaultPersistentVolume(pv: KubeObject): void {
  const spec = childOf(pv, 'spec')
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })
  defaultVolumeSource(spec)
}

export function preparePersistentVolume(pv: KubeObject, context: PrepareContext): void {
  pv.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(context.env.now()) }
}

/** Others are dropped from the old field, as they always were. Upstream: pkg/api/persistentvolumeclaim (EnforceDataSourceBackwardsCompatibility). */
function isVolumeSource(source: Fields | undefined): boolean {
  const group = source?.apiGroup ?? ''
  if (source?.kind === 'PersistentVolumeClaim') return group === ''
  return source?.kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io'
}

export function defaultPersistentVolumeClaim(claim: KubeObject): void {
  const spec = childOf(claim, 'spec')
  defaultClaimSpec(spec)
  // Sources of a volume's content: the old field and the new one follow each other.
  const reference = fieldsOf(spec.dataSourceRef)
  if (!reference && !isVolumeSource(fieldsOf(spec.dataSource))) delete spec.dataSource
  const source = fieldsOf(spec.dataSource)
  if (source && !reference) spec.dataSourceRef = { ...source }
  if (reference && !source && !reference.namespace) spec.dataSource = { ...reference }
}

/** A source in another namespace is a feature that is off. */
export function preparePersistentVolumeClaim(claim: KubeObject): void {
  const spec = childOf(claim, 'spec')
  if (fieldsOf(spec.dataSourceRef)?.namespace) delete spec.dataSourceRef
  if (!fieldsOf(spec.dataSourceRef) && isVolumeSource(fieldsOf(spec.dataSource))) spec.dataSourceRef = { ...fieldsOf(spec.dataSource) }
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
    preventPodSchedulingIfMissing: false,
    volumeLifecycleModes: ['Persistent'],
  })
}
