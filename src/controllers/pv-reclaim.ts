// What becomes of a volume whose claim is gone: kept, scrubbed or deleted. Follows reclaimVolume of pkg/controller/volume/persistentvolume.
import type { ControllerContext } from '../api/contracts'
import type { PersistentVolume } from '../api/workloads'
import { timestamp } from '../lib/time'
import { isProvisionedLocally } from './pv-provision'

/** Marks a claimRef that the controller, not the user, wrote. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'

export function setPhase(volume: PersistentVolume, phase: string, { api, env }: ControllerContext, message?: string): PersistentVolume {
  const { phase: old, message: oldMessage, lastPhaseTransitionTime } = volume.status ?? {}
  if (old === phase && oldMessage === message) return volume
  const time = old === phase && lastPhaseTransitionTime ? lastPhaseTransitionTime : timestamp(env.now())
  return api.updateStatus<PersistentVolume>({ ...volume, status: { phase, lastPhaseTransitionTime: time, ...(message && { message }) } })
}

/** Frees a volume. */
export function unbind(volume: PersistentVolume, context: ControllerContext): void {
  const { claimRef, ...spec } = volume.spec
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {}
  const { uid: _, resourceVersion: __, ...named } = claimRef ?? {}
  // What a user reserved stays reserved for a claim of that name.
  const next = byController
    ? { ...volume, metadata: { ...volume.metadata, annotations }, spec }
    : { ...volume, spec: { ...spec, claimRef: named } }
  setPhase(context.api.update<PersistentVolume>(next), 'Available', context)
}

export function reclaim(volume: PersistentVolume, context: ControllerContext): void {
  const { api } = context
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case 'Delete': {
      const why = undeletable(volume)
      if (why === undefined) api.delete('persistentvolumes', undefined, volume.metadata.name)
      else fail(volume, 'VolumeFailedDelete', why, context)
      return
    }
    case 'Recycle':
      if (volume.spec['hostPath'] || volume.spec['nfs']) {
        api.event(volume, { type: 'Normal', reason: 'VolumeRecycled', message: 'Volume recycled' })
        unbind(volume, context)
      } else fail(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', context)
  }
}

function fail(volume: PersistentVolume, reason: string, message: string, context: ControllerContext): void {
  context.api.event(setPhase(volume, 'Failed', context, message), { type: 'Warning', reason, message })
}

/** Why the controller cannot delete what is behind a volume; only directories under /tmp and volumes it made itself can go. */
function undeletable(volume: PersistentVolume): string | undefined {
  if (isProvisionedLocally(volume)) return undefined
  const path = (volume.spec['hostPath'] as { path: string } | undefined)?.path
  if (path === undefined)
    return `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`
  return /^\/tmp\/.+/.test(path) ? undefined : `host_path deleter only supports /tmp/.+ but received provided ${path}`
}
