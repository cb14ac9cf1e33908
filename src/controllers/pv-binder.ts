// Binds claims to volumes, provisions and reclaims volumes. Follows pkg/controller/volume/persistentvolume/pv_controller.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { Pod } from '../api/types'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../api/workloads'
import { semanticEqual } from '../lib/equal'
import { fromTime } from '../lib/time'
import { hasLocalProvisioner, provision } from './pv-provision'
import { BOUND_BY_CONTROLLER, reclaim, setPhase, unbind } from './pv-reclaim'
import { keyOf } from './shared/ownership'
import { isPodTerminal } from './shared/pods'
import { bestVolume, classOf, isFor, mismatch, SELECTED_NODE } from './shared/volume-match'

const CLAIMS = 'persistentvolumeclaims'
const VOLUMES = 'persistentvolumes'
const CLASSES = 'storageclasses.storage.k8s.io'
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
const RESYNC_MS = 15_000
/** After so long the recorder lets an event through every 5 min only. */
const PATIENCE_MS = 25 * RESYNC_MS
const LATE_RESYNC_MS = 300_000

function claimKeys({ before, after }: Change): string[] {
  const claim = (after ?? before) as PersistentVolumeClaim
  const volumes = [before, after].map((c) => (c as PersistentVolumeClaim | undefined)?.spec.volumeName).filter((v) => v !== undefined)
  return [`claim/${keyOf(claim)}`, ...volumes.map((v) => `volume/${v}`)]
}

/** A volume concerns its claim, and while it is free the claims that wait for one. */
function volumeKeys({ before, after }: Change, view: View): string[] {
  const volume = (after ?? before) as PersistentVolume
  const keys = [`volume/${volume.metadata.name}`]
  for (const v of [before, after] as (PersistentVolume | undefined)[]) {
    const ref = v?.spec.claimRef
    if (ref) keys.push(`claim/${ref.namespace}/${ref.name}`)
  }
  if (after && (after as PersistentVolume).status?.phase === 'Available') {
    for (const claim of view.list<PersistentVolumeClaim>(CLAIMS)) if (claim.status?.phase === 'Pending') keys.push(`claim/${keyOf(claim)}`)
  }
  return keys
}

/** Keys are `claim/namespace/name` and `volume/name`. */
export const persistentVolumeController: Controller = {
  name: 'persistentvolume-controller',
  watches: {
    [CLAIMS]: claimKeys,
    [VOLUMES]: volumeKeys,
    [CLASSES]: (_change, view) =>
      view
        .list<PersistentVolumeClaim>(CLAIMS)
        .filter((c) => c.status?.phase === 'Pending')
        .map((c) => `claim/${keyOf(c)}`),
  },
  reconcile(key, context) {
    const [sort, first, second] = key.split('/')
    if (sort === 'volume') {
      const volume = context.api.get<PersistentVolume>(VOLUMES, undefined, first)
      if (volume) syncVolume(volume, context)
      return
    }
    const claim = context.api.get<PersistentVolumeClaim>(CLAIMS, first, second)
    if (!claim) return
    if (claim.metadata.annotations?.[BIND_COMPLETED]) syncBoundClaim(claim, context)
    else if (!claim.metadata.deletionTimestamp) syncUnboundClaim(claim, context)
  },
}

// ---------------------------------------------------------------- volumes

function syncVolume(volume: PersistentVolume, context: ControllerContext): void {
  const { api } = context
  const ref = volume.spec.claimRef
  if (!ref?.uid) {
    setPhase(volume, 'Available', context)
    return
  }
  const claim = api.get<PersistentVolumeClaim>(CLAIMS, ref.namespace, ref.name!)
  if (!claim || claim.metadata.uid !== ref.uid) {
    if (volume.status?.phase === 'Failed') return
    reclaim(setPhase(volume, 'Released', context), context)
    return
  }
  if (claim.spec.volumeName === volume.metadata.name) {
    if (claim.metadata.annotations?.[BIND_COMPLETED]) setPhase(volume, 'Bound', context)
    return
  }
  // The claim went elsewhere: a volume that was bound for it is freed again.
  if (claim.spec.volumeName && volume.metadata.annotations?.[BOUND_BY_CONTROLLER]) unbind(volume, context)
}

// ---------------------------------------------------------------- claims

function syncBoundClaim(claim: PersistentVolumeClaim, context: ControllerContext): void {
  const { api } = context
  const volume = claim.spec.volumeName ? api.get<PersistentVolume>(VOLUMES, undefined, claim.spec.volumeName) : undefined
  if (!volume) {
    lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!', context)
    return
  }
  const ref = volume.spec.claimRef
  if (!ref) bind(claim, volume, context)
  else if (ref.uid === claim.metadata.uid) finishBinding(claim, volume, context)
  else lose(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly', context)
}

function lose(claim: PersistentVolumeClaim, reason: string, message: string, { api }: ControllerContext): void {
  if (claim.status?.phase === 'Lost') return
  const { capacity: _, accessModes: __, ...status } = claim.status
  api.event(api.updateStatus<PersistentVolumeClaim>({ ...claim, status: { ...status, phase: 'Lost' } }), {
    type: 'Warning',
    reason,
    message,
  })
}

function syncUnboundClaim(claim: PersistentVolumeClaim, context: ControllerContext): void {
  const { api } = context
  const wanted = claim.spec.volumeName
  if (wanted) {
    const volume = api.get<PersistentVolume>(VOLUMES, undefined, wanted)
    const ref = volume?.spec.claimRef
    if (!volume) pend(claim, context)
    else if (!ref || isFor(volume, claim)) {
      const why = mismatch(volume, claim)
      if (!why) {
        bind(claim, volume, context)
        return
      }
      api.event(claim, { type: 'Warning', reason: 'VolumeMismatch', message: `Cannot bind to requested volume "${wanted}": ${why}` })
      pend(claim, context)
    } else {
      api.event(claim, { type: 'Warning', reason: 'FailedBinding', message: `volume "${wanted}" already bound to a different claim.` })
      pend(claim, context)
    }
    return
  }
  const name = classOf(claim)
  const storageClass = name ? api.get<StorageClass>(CLASSES, undefined, name) : undefined
  // Volumes for such claims are reserved by the scheduler, or made for the node that it chose.
  const late = storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
  const volume = bestVolume(claim, api.list<PersistentVolume>(VOLUMES), { reservedOnly: late })
  if (volume) {
    bind(claim, volume, context)
    return
  }
  pend(claim, context)
  if (late && !claim.metadata.annotations?.[SELECTED_NODE]) {
    delay(claim, context)
  } else if (!name) {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    api.event(claim, { type: 'Normal', reason: 'FailedBinding', message })
  } else if (!storageClass) {
    const message = `storageclass.storage.k8s.io "${name}" not found`
    api.event(claim, { type: 'Warning', reason: 'ProvisioningFailed', message })
  } else if (storageClass.provisioner !== 'kubernetes.io/no-provisioner') {
    const made = provision(claim, storageClass, context)
    if (made && hasLocalProvisioner(storageClass))
      bind(api.get<PersistentVolumeClaim>(CLAIMS, claim.metadata.namespace, claim.metadata.name)!, made, context)
  }
}

/** Who waits for the claim without a node of its own. */
function unscheduledPods({ metadata }: PersistentVolumeClaim, view: View): string[] {
  const mounts = ({ spec }: Pod) =>
    spec.volumes?.some((v) => (v['persistentVolumeClaim'] as { claimName?: string } | undefined)?.claimName === metadata.name)
  const pods = view.list<Pod>('pods', metadata.namespace).filter((pod) => !pod.spec.nodeName && !isPodTerminal(pod) && mounts(pod))
  return pods.map((pod) => pod.metadata.name)
}

function delay(claim: PersistentVolumeClaim, { api }: ControllerContext): void {
  const pods = unscheduledPods(claim, api)
  const who = `pod${pods.length > 1 ? 's' : ''} ${pods.join(',')}`
  const [reason, message] = pods.length
    ? ['WaitForPodScheduled', `waiting for ${who} to be scheduled`]
    : ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding']
  api.event(claim, { type: 'Normal', reason, message })
}

/** The claim stays as it is and is looked at again, which repeats its events: every 15 s, later every 5 min. */
function pend(claim: PersistentVolumeClaim, { api, env, wakeAt }: ControllerContext): void {
  const now = env.now()
  wakeAt(now + (now - fromTime(claim.metadata.creationTimestamp) < PATIENCE_MS ? RESYNC_MS : LATE_RESYNC_MS))
  if (claim.status?.phase !== 'Pending')
    api.updateStatus<PersistentVolumeClaim>({ ...claim, status: { ...claim.status, phase: 'Pending' } })
}

// ---------------------------------------------------------------- binding

function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, context: ControllerContext): void {
  const { api } = context
  const { namespace, name, uid, resourceVersion } = claim.metadata
  let bound = volume
  if (volume.spec.claimRef?.uid !== uid) {
    const byController = !isFor(volume, claim)
    const annotations = { ...volume.metadata.annotations, ...(byController && { [BOUND_BY_CONTROLLER]: 'yes' }) }
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid }
    const metadata = Object.keys(annotations).length ? { ...volume.metadata, annotations } : volume.metadata
    bound = api.update<PersistentVolume>({ ...volume, metadata, spec: { ...volume.spec, claimRef } })
  }
  finishBinding(claim, setPhase(bound, 'Bound', context), context)
}

function finishBinding(claim: PersistentVolumeClaim, volume: PersistentVolume, { api }: ControllerContext): void {
  const { annotations = {} } = claim.metadata
  const chosen = claim.spec.volumeName !== volume.metadata.name
  let bound = claim
  if (chosen || annotations[BIND_COMPLETED] !== 'yes') {
    const next = { ...annotations, [BIND_COMPLETED]: 'yes', ...(chosen && { [BOUND_BY_CONTROLLER]: 'yes' }) }
    const spec = { ...claim.spec, volumeName: volume.metadata.name }
    bound = api.update<PersistentVolumeClaim>({ ...claim, metadata: { ...claim.metadata, annotations: next }, spec })
  }
  const { accessModes, capacity } = volume.spec
  const status = { ...bound.status, accessModes, capacity, phase: 'Bound' }
  // A claim that grew shows its new size only when its volume has it.
  if (!semanticEqual(status, bound.status)) api.updateStatus<PersistentVolumeClaim>({ ...bound, status })
}
