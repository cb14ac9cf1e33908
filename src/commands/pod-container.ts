// Which Pod and container exec, attach, logs and cp mean. Upstream: kubectl/pkg/cmd/util/podcmd/podcmd.go.

import type { Container, KubeObject, Node, Pod } from '../api/types'
import type { CommandContext } from '../cli/context'
import { getNamed } from '../cli/get-named'
import { resourceNamed } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { ApiError, CommandError } from '../errors'
import { nodeFault } from '../faults'
import { Follower } from '../follower'
import { nodeIp } from '../network/ipam'
import type { World } from '../runtime/world'
import { attachablePod } from './attachable-pod'
import { Patience } from './patience'

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container'
/** How often a Pod that is to come is looked for, ms. */
const POLL = 200

/** The object that `name`, `pod/name` or `deploy/name` stands for. */
export function objectNamed(cluster: Cluster, word: string, namespace: string): KubeObject {
  const [type, name, ...more] = word.includes('/') ? word.split('/') : ['pods', word]
  if (more.length > 0) throw new CommandError('arguments in resource/name form may not have more than one slash')
  if (!type || !name) throw new CommandError('arguments in resource/name form must have a single resource and name')
  return getNamed(cluster.server, resourceNamed(cluster.server.discovery, type), namespace, name)
}

/** The Pod to attach to for an object; waits `timeout` ms for one to come. */
export async function podFor(context: CommandContext, object: KubeObject, timeout: number): Promise<Pod> {
  const follower = new Follower(context.cluster)
  const patience = new Patience(context, timeout)
  for (;;) {
    const pod = attachablePod(follower.current().view, object)
    if (pod) return pod
    if (patience.isOver) throw new CommandError('timed out waiting for the condition')
    await patience.pause(POLL)
  }
}

export function findContainer(pod: Pod, name: string): { container: Container; fieldPath: string } | undefined {
  const groups = {
    containers: pod.spec.containers,
    initContainers: pod.spec.initContainers,
    ephemeralContainers: pod.spec.ephemeralContainers,
  }
  for (const [group, list] of Object.entries(groups)) {
    const container = list?.find((c) => c.name === name)
    if (container) return { container, fieldPath: `spec.${group}{${name}}` }
  }
  return undefined
}

export function allContainerNames(pod: Pod): string {
  return [
    ...pod.spec.containers.map((c) => c.name),
    ...(pod.spec.ephemeralContainers ?? []).map((c) => `${c.name} (ephem)`),
    ...(pod.spec.initContainers ?? []).map((c) => `${c.name} (init)`),
  ].join(', ')
}

/** The container asked for, the one the annotation names, or the first; says which when there are several. */
export function containerOrDefault(pod: Pod, name: string, say: (text: string) => void): Container {
  const wanted = name || pod.metadata.annotations?.[DEFAULT_CONTAINER]
  if (wanted) {
    const found = findContainer(pod, wanted)
    if (!found) throw new CommandError(`container ${wanted} is not valid for pod ${pod.metadata.name} out of: ${allContainerNames(pod)}`)
    return found.container
  }
  const first = pod.spec.containers[0]
  if (hasSeveral(pod)) say(`Defaulted container ${JSON.stringify(first.name)} out of: ${allContainerNames(pod)}\n`)
  return first
}

export function hasSeveral(pod: Pod): boolean {
  return pod.spec.containers.length > 1 || !!pod.spec.initContainers?.length || !!pod.spec.ephemeralContainers?.length
}

/** Refuses what the API server refuses before it reaches a kubelet: a Pod without a node, a container that does not run. */
export function requireRunning(pod: Pod, container: Container): void {
  if (!pod.spec.nodeName) throw new ApiError('BadRequest', `pod ${pod.metadata.name} does not have a host assigned`)
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ]
  if (statuses.find((s) => s.name === container.name)?.state.running) return
  throw new CommandError(`unable to upgrade connection: container not found (${JSON.stringify(container.name)})`)
}

/** `dial tcp 172.18.0.3:10250: …`, what the API server meets when the node's kubelet is out of action; undefined when it answers. */
export function kubeletProblem(world: World, pod: Pod): { address: string; message: string } | undefined {
  const name = pod.spec.nodeName
  if (!name || !nodeFault(world, name)) return undefined
  const node = world.view.get<Node>('nodes', undefined, name)
  const address = `${(node && nodeIp(node)) ?? name}:${node?.status?.daemonEndpoints?.kubeletEndpoint.Port ?? 10250}`
  return { address, message: `dial tcp ${address}: connect: connection refused` }
}

/** Throws ApiError when the kubelet of the Pod's node cannot be reached for a session. */
export function requireKubelet(world: World, pod: Pod): void {
  const problem = kubeletProblem(world, pod)
  if (problem) throw new ApiError('', `error dialing backend: ${problem.message}`)
}

/** Throws ApiError Forbidden for who may not open such a session to the Pod. */
export function requirePermission(context: CommandContext, { metadata }: Pod, subresource: 'exec' | 'attach' | 'portforward'): void {
  context.cluster.read(({ server }) =>
    server.authorize('create', resourceNamed(server.discovery, 'pods'), metadata.namespace, metadata.name, subresource),
  )
}

/** A Pod that ended, for exec and attach. */
export function isCompleted(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}
