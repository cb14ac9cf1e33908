// DefaultStorageClass, StorageObjectInUseProtection and PersistentVolumeClaimResize: what claims get and may not do.
// Upstream: plugin/pkg/admission/storage.
import type { KubeObject } from '../../api/types'
import type { PersistentVolumeClaim, StorageClass } from '../../api/workloads'
import { compareQuantities, quantityOf } from '../../lib/quantity'
import { type AdmissionPlugin, refusal } from './plugin'

const CLASSES = 'storageclasses.storage.k8s.io'
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

function isDefault(object: KubeObject): boolean {
  const { annotations } = object.metadata
  const names = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
  return names.some((name) => annotations?.[name] === 'true')
}

/** The newest comes first; of equally old ones the first by name. */
export function newestFirst(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a.metadata, b.metadata]
  if (x.creationTimestamp !== y.creationTimestamp) return x.creationTimestamp < y.creationTimestamp ? 1 : -1
  return x.name < y.name ? -1 : 1
}

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  create(object, context) {
    const claim = object as PersistentVolumeClaim
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined) return
    const chosen = context.view.list(CLASSES).filter(isDefault).sort(newestFirst)[0]
    if (chosen) claim.spec.storageClassName = chosen.metadata.name
  },
}

const PROTECTION: Record<string, string> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
}

export const storageInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: Object.keys(PROTECTION),
  create(object, _context, info) {
    const finalizer = PROTECTION[info.resource]
    const finalizers = object.metadata.finalizers ?? []
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer]
  },
}

export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  checkUpdate(object, old, context, info) {
    const size = (claim: KubeObject) => quantityOf((claim as PersistentVolumeClaim).spec.resources?.requests?.storage)
    if (compareQuantities(size(object), size(old)) <= 0) return
    const before = old as PersistentVolumeClaim
    if (before.status.phase !== 'Bound') throw refusal(info, object, 'Only bound persistent volume claims can be expanded')
    const name = before.metadata.annotations?.[BETA_CLASS] ?? before.spec.storageClassName
    const found = name ? context.view.get<StorageClass>(CLASSES, undefined, name) : undefined
    if (!found?.allowVolumeExpansion) {
      const why = 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
      throw refusal(info, object, why)
    }
  },
}
