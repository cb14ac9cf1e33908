// Keeps a bound volume from going. Follows pkg/controller/volume/pvprotection.
import type { Controller } from '../api/contracts'
import type { PersistentVolume } from '../api/workloads'

const RESOURCE = 'persistentvolumes'
const FINALIZER = 'kubernetes.io/pv-protection'

export const pvProtectionController: Controller = {
  name: 'pv-protection-controller',
  watches: { [RESOURCE]: ({ after }) => (after?.metadata.deletionTimestamp ? [after.metadata.name] : []) },
  reconcile(key, { api }) {
    const volume = api.get<PersistentVolume>(RESOURCE, undefined, key)
    if (!volume?.metadata.deletionTimestamp || volume.status?.phase === 'Bound') return
    const { finalizers = [] } = volume.metadata
    if (!finalizers.includes(FINALIZER)) return
    api.update<PersistentVolume>({ ...volume, metadata: { ...volume.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) } })
  },
}
