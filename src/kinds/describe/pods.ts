// The pods of a controller, counted by phase. Follows getPodStatusForController of kubectl's pkg/describe.
import type { View } from '../../api/contracts'
import type { KubeObject, Pod } from '../../api/types'

const PHASES: Record<string, string> = { Running: 'Running', Pending: 'Waiting', Succeeded: 'Succeeded', Failed: 'Failed' }

/** `2 Running / 0 Waiting / 0 Succeeded / 0 Failed`, of the pods that the object controls and selects. */
export function podCounts(view: View, owner: KubeObject, selects: (labels: Record<string, string>) => boolean): string {
  const pods = view.ownedBy<Pod>(owner.metadata.uid, 'pods').filter((pod) => selects(pod.metadata.labels ?? {}))
  return Object.entries(PHASES)
    .map(([phase, word]) => `${pods.filter((pod) => pod.status?.phase === phase).length} ${word}`)
    .join(' / ')
}
