// The ReplicaSets of a Deployment: the one of its template and the others. Follows kubectl's pkg/util/deployment.
import type { View } from '../../api/contracts'
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types'
import { canonicalJson } from '../../lib/hash'
import { matchesSelector } from '../../lib/selectors'
import { compare } from './metadata'

const HASH_LABEL = 'pod-template-hash'

function templateText({ metadata = {}, spec }: PodTemplateSpec): string {
  const { [HASH_LABEL]: _, ...labels } = metadata.labels ?? {}
  const { labels: __, creationTimestamp: ___, ...rest } = metadata
  return canonicalJson({ metadata: { ...rest, labels }, spec })
}

/** The oldest ReplicaSet with the Deployment's template, if any, and all the others, oldest first. */
export function replicaSetsOf(view: View, deployment: Deployment): { current?: ReplicaSet; old: ReplicaSet[] } {
  const sets = view
    .ownedBy<ReplicaSet>(deployment.metadata.uid, 'replicasets.apps')
    .filter((set) => matchesSelector(deployment.spec.selector, set.metadata.labels))
    .sort((a, b) => compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || compare(a.metadata.name, b.metadata.name))
  const wanted = templateText(deployment.spec.template)
  const current = sets.find((set) => templateText(set.spec.template) === wanted)
  return { current, old: sets.filter((set) => set !== current) }
}
