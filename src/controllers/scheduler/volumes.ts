// Claims of a Pod: are they bound, and where may it go with them. Upstream: pkg/scheduler/framework/plugins/volumebinding.
import type { Client, View } from '../../api/contracts'
import type { KubeObject, Node, Pod } from '../../api/types'
import { matchesTerm, type NodeSelectorTerm } from '../../lib/node-match'
import type { Refusal } from './predicates'

interface Claim extends KubeObject {
  spec: { volumeName?: string; storageClassName?: string }
  status: { phase?: string }
}
interface PersistentVolume extends KubeObject {
  spec: { nodeAffinity?: { required?: { nodeSelectorTerms: NodeSelectorTerm[] } }; storageClassName?: string }
}
interface StorageClass extends KubeObject {
  volumeBindingMode?: string
}

const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

export interface ClaimState {
  /** Volumes that are already bound to the Pod's claims. */
  volumes: PersistentVolume[]
  /** Claims that are bound once it is known where their consumer goes. */
  late: Claim[]
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
  const state: ClaimState = { volumes: [], late: [] }
  let immediate = false
  for (const { name, ephemeral } of claimNames(pod)) {
    const claim = view.get<Claim>('persistentvolumeclaims', pod.metadata.namespace, name)
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
    if (claim.spec.volumeName && claim.status?.phase === 'Bound') {
      const volume = view.get<PersistentVolume>('persistentvolumes', undefined, claim.spec.volumeName)
      if (volume) state.volumes.push(volume)
      continue
    }
    const storageClass = claim.spec.storageClassName
      ? view.get<StorageClass>('storageclasses.storage.k8s.io', undefined, claim.spec.storageClassName)
      : undefined
    if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer') state.late.push(claim)
    else immediate = true
  }
  return immediate ? { refused: 'pod has unbound immediate PersistentVolumeClaims' } : state
}

export function volumeProblem(state: ClaimState, node: Node): Refusal | undefined {
  const conflict = state.volumes.some(({ spec }) => {
    const terms = spec.nodeAffinity?.required?.nodeSelectorTerms
    return terms !== undefined && !terms.some((term) => matchesTerm(term, node))
  })
  return conflict ? { reasons: ["node(s) didn't match PersistentVolume's node affinity"], final: true } : undefined
}

/** Tells the provisioners where the consumer goes; true when there are claims to wait for. */
export function selectNode(api: Client, state: ClaimState, node: string): boolean {
  for (const claim of state.late) {
    if (claim.metadata.annotations?.[SELECTED_NODE] === node) continue
    api.update<Claim>({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node } } })
  }
  return state.late.length > 0
}
