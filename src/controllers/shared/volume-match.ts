// Which volume satisfies a claim. Upstream: component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume).
import type { Node } from '../../api/types'
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/workloads'
import { matchesTerm } from '../../lib/node-match'
import { compareQuantities, quantityOf } from '../../lib/quantity'
import { matchesSelector } from '../../lib/selectors'

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'
/** Where the consumer of a claim goes that is bound late. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

export function classOf(object: PersistentVolumeClaim | PersistentVolume): string {
  return object.metadata.annotations?.[BETA_CLASS] ?? object.spec.storageClassName ?? ''
}

/** The volume names this claim, and no other one of the same name. */
export function isFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec.claimRef
  if (ref?.namespace !== claim.metadata.namespace || ref?.name !== claim.metadata.name) return false
  return !ref?.uid || ref.uid === claim.metadata.uid
}

/** Why a volume does not satisfy a claim. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const size = (q: string | undefined) => quantityOf(q ?? '0')
  if (compareQuantities(size(volume.spec.capacity?.storage), size(claim.spec.resources?.requests?.storage)) < 0)
    return 'requested PV is too small'
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match'
  if ((volume.spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode'
  if (!(claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode))) return 'incompatible accessMode'
  return undefined
}

/** Where a volume can be used. */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms
  return terms === undefined || terms.some((term) => matchesTerm(term, node))
}

/** One reserved for the claim, else the smallest free one that satisfies it; only what `node` reaches, and none of `taken`. */
export function bestVolume(
  claim: PersistentVolumeClaim,
  volumes: PersistentVolume[],
  { reservedOnly = false, node, taken = [] }: { reservedOnly?: boolean; node?: Node; taken?: PersistentVolume[] } = {},
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    if (taken.includes(volume) || volume.metadata.deletionTimestamp || mismatch(volume, claim)) continue
    const reachable = !node || isReachable(volume, node)
    if (volume.spec.claimRef) {
      if (isFor(volume, claim)) return reachable ? volume : undefined
      continue
    }
    if (reservedOnly || !reachable || volume.status?.phase !== 'Available') continue
    if (claim.spec.selector && !matchesSelector(claim.spec.selector, volume.metadata.labels)) continue
    if (!best || isBetter(volume, best)) best = volume
  }
  return best
}

function isBetter(a: PersistentVolume, b: PersistentVolume): boolean {
  const modes = (a.spec.accessModes?.length ?? 0) - (b.spec.accessModes?.length ?? 0)
  if (modes !== 0) return modes < 0
  return compareQuantities(quantityOf(a.spec.capacity?.storage ?? '0'), quantityOf(b.spec.capacity?.storage ?? '0')) < 0
}
