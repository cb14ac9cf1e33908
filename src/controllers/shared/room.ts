// How many Pods a cluster has room for: a workload that asks for more is refused, as a bound on what one line of a manifest can cost.
import type { KubeObject } from '../../api/types'
import { CommandError } from '../../errors'

/** As many as Kubernetes is built for (https://kubernetes.io/docs/setup/best-practices/cluster-large/). */
const MOST_PODS = 150_000

/** Throws CommandError when the owner wants more Pods than there can be. */
export function requireRoom(owner: KubeObject, pods: number): void {
  if (pods <= MOST_PODS) return
  const name = `${owner.kind} ${owner.metadata.namespace}/${owner.metadata.name}`
  throw new CommandError(`${name} asks for ${pods} Pods; a cluster has room for ${MOST_PODS}`)
}
