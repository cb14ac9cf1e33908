// Claims of a Pod: are they bound, and where may it go with them. Upstream: pkg/scheduler/framework/plugins/{volumebinding,volumerestrictions}.
import type { Client, View } from '../../api/contracts'
import type { Node, Pod } from '../../api/types'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/workloads'
import { BOUND_BY_CONTROLLER } from '../pv-reclaim'
import { claimsOfPod } from '../shared/claims'
import { bestVolume, classOf, isReachable, SELECTED_NODE } from '../shared/volume-match'
import type { Refusal } from './predicates'
import type { NodeInfo } from './snapshot'
import { isOver } from './taken'

/** A claim that is bound once it is known where its consumer goes. */
interface LateClaim {
  claim: PersistentVolumeClaim
  storageClass: StorageClass
}

export interface ClaimState {
  /** Volumes that are already bound to the Pod's claims. */
  volumes: PersistentVolume[]
  late: LateClaim[]
  /** All volumes, when late claims choose from them. */
  choice: PersistentVolume[]
  /** Pods elsewhere that use a claim which only one Pod may use. */
  rivals: Pod[]
}

function claimNames(pod: Pod): { name: string; ephemeral: boolean }[] {
  return (pod.spec.volumes ?? []).flatMap((volume): { name: string; ephemeral: boolean }[] => {
    const source = volume['persistentVolumeClaim'] as { claimName: string } | undefined
    if (source) return [{ name: source.claimName, ephemeral: false }]
    return volume['ephemeral'] ? [{ name: `${pod.metadata.name}-${volume.name}`, ephemeral: true }] : []
  })
}

/** The Pod's claims, or the sentence with which the scheduler refuses the Pod before it looks at nodes. */
export function claimState(view: View, pod: Pod): ClaimState | { refused: string } {
  const state: ClaimState = { volumes: [], late: [], choice: [], rivals: [] }
  let immediate = false
  for (const { name, ephemeral } of claimNames(pod)) {
    const claim = view.get<PersistentVolumeClaim>('persistentvolumeclaims', pod.metadata.namespace, name)
    if (!claim) {
      return {
        refused: ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      }
    }
    if (claim.metadata.deletionTimestamp) return { refused: `persistentvolumeclaim "${name}" is being deleted` }
    if (claim.status?.phase === 'Lost')
      return { refused: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"` }
    if (claim.spec.accessModes?.includes('ReadWriteOncePod')) state.rivals.push(...usersOf(view, pod, name))
    if (claim.spec.volumeName && claim.status?.phase === 'Bound') {
      const volume = view.get<PersistentVolume>('persistentvolumes', undefined, claim.spec.volumeName)
      if (volume) state.volumes.push(volume)
      continue
    }
    const storageClass = view.get<StorageClass>('storageclasses.storage.k8s.io', undefined, classOf(claim))
    if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer') state.late.push({ claim, storageClass })
    else immediate = true
  }
  if (immediate) return { refused: 'pod has unbound immediate PersistentVolumeClaims' }
  if (state.late.length) state.choice = view.list<PersistentVolume>('persistentvolumes')
  return state
}

/** The other Pods that have a node and use the claim. */
function usersOf(view: View, { metadata: { namespace, uid } }: Pod, claim: string): Pod[] {
  const others = view.list<Pod>('pods', namespace).filter((pod) => pod.spec.nodeName && pod.metadata.uid !== uid && !isOver(pod))
  return others.filter((pod) => claimsOfPod(pod).includes(claim))
}

const IN_USE = 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'

/** Whoever uses the claim keeps it, wherever he is; one that would be put off this node counts no more. */
export function restrictionProblem({ rivals }: ClaimState, info: NodeInfo): Refusal | undefined {
  const { name } = info.node.metadata
  // The node's Pods are read only where there is a rival.
  const here = (rival: Pod) => rival.spec.nodeName !== name || info.pods.some((pod) => pod.metadata.uid === rival.metadata.uid)
  return rivals.some(here) ? { reasons: [IN_USE], final: false } : undefined
}

export function volumeProblem(state: ClaimState, node: Node): Refusal | undefined {
  const reasons: string[] = []
  if (!state.volumes.every((volume) => isReachable(volume, node))) reasons.push("node(s) didn't match PersistentVolume's node affinity")
  if (!findVolumes(state, node)) reasons.push("node(s) didn't find available persistent volumes to bind")
  return reasons.length ? { reasons, final: true } : undefined
}

/** For each late claim the volume it would have on the node, or that one is to be made there; undefined when one can have none. */
function findVolumes({ late, choice }: ClaimState, node: Node): Map<LateClaim, PersistentVolume | undefined> | undefined {
  const found = new Map<LateClaim, PersistentVolume | undefined>()
  for (const each of late) {
    const taken = [...found.values()].filter((volume) => volume !== undefined)
    const chosen = each.claim.metadata.annotations?.[SELECTED_NODE]
    const volume = chosen ? undefined : bestVolume(each.claim, choice, { node, taken })
    if (!volume && (chosen ? chosen !== node.metadata.name : !canBeMade(each.storageClass, node))) return undefined
    found.set(each, volume)
  }
  return found
}

function canBeMade({ provisioner, allowedTopologies = [] }: StorageClass, { metadata: { labels = {} } }: Node): boolean {
  if (provisioner === 'kubernetes.io/no-provisioner') return false
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) => matchLabelExpressions)
  return !terms.length || terms.some((term) => term.every(({ key, values }) => values.includes(labels[key] ?? '')))
}

/** Reserves volumes for the claims, or tells the provisioners where the consumer goes; true when there are claims to wait for. */
export function selectNode(api: Client, state: ClaimState, node: Node): boolean {
  for (const [{ claim }, volume] of findVolumes(state, node) ?? []) {
    const { annotations, namespace, name, uid, resourceVersion } = claim.metadata
    if (!volume) {
      if (annotations?.[SELECTED_NODE] === node.metadata.name) continue
      const selected = { ...annotations, [SELECTED_NODE]: node.metadata.name }
      api.update<PersistentVolumeClaim>({ ...claim, metadata: { ...claim.metadata, annotations: selected } })
    } else if (volume.spec.claimRef?.uid !== uid) {
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid }
      const marked = volume.spec.claimRef ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' }
      const metadata = marked ? { ...volume.metadata, annotations: marked } : volume.metadata
      api.update<PersistentVolume>({ ...volume, metadata, spec: { ...volume.spec, claimRef } })
    }
  }
  return state.late.length > 0
}
