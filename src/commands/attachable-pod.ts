// The one Pod that port-forward, exec or attach means by a workload or Service: the most alive one.
// Upstream: kubectl/pkg/polymorphichelpers (attachablepodforobject.go, helpers.go) and kubectl/pkg/util/podutils (ActivePods).
import type { View } from '../api/contracts'
import type { KubeObject, LabelSelector, Pod, StringMap } from '../api/types'
import { CommandError } from '../errors'
import { matchesSelector } from '../lib/selectors'
import { fromTime } from '../lib/time'

/** Kinds with the package of their Go type, for messages: `*v1.Service`. */
function goType(object: KubeObject): string {
  return `*${object.apiVersion.split('/').at(-1)}.${object.kind}`
}

/** The selector behind an object. Throws CommandError for those that have none. */
export function podSelector(object: KubeObject): LabelSelector {
  const spec = (object.spec ?? {}) as { selector?: StringMap | LabelSelector }
  switch (object.kind) {
    case 'Service':
      if (!spec.selector || Object.keys(spec.selector).length === 0) {
        throw new CommandError(
          `cannot attach to ${goType(object)}: invalid service '${object.metadata.name}': Service is defined without a selector`,
        )
      }
      return { matchLabels: spec.selector as StringMap }
    case 'ReplicationController':
      return { matchLabels: (spec.selector ?? {}) as StringMap }
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return (spec.selector ?? {}) as LabelSelector
  }
  throw new CommandError(`cannot attach to ${goType(object)}: selector for ${goType(object)} not implemented`)
}

/** The Pod to attach to; undefined while there is none. */
export function attachablePod(view: View, object: KubeObject): Pod | undefined {
  if (object.kind === 'Pod') return object as Pod
  const selector = podSelector(object)
  const pods = view.list<Pod>('pods', object.metadata.namespace).filter((p) => matchesSelector(selector, p.metadata.labels))
  return pods.sort((a, b) => compare(rank(b), rank(a)))[0]
}

const PHASES: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }

/** More alive is more, item by item: assigned, running, ready, not being deleted, ready for longer, fewer restarts, older. */
function rank(pod: Pod): number[] {
  const ready = pod.status?.conditions?.find((c) => c.type === 'Ready')
  const isReady = ready?.status === 'True'
  const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map((c) => c.restartCount))
  return [
    pod.spec.nodeName ? 1 : 0,
    PHASES[pod.status?.phase ?? ''] ?? 0,
    isReady ? 1 : 0,
    pod.metadata.deletionTimestamp ? 0 : 1,
    isReady ? -fromTime(ready.lastTransitionTime) : 0,
    -restarts,
    -fromTime(pod.metadata.creationTimestamp),
  ]
}

function compare(a: number[], b: number[]): number {
  const i = a.findIndex((n, at) => n !== b[at])
  return i < 0 ? 0 : a[i] - b[i]
}
