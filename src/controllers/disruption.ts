// How many pods a PodDisruptionBudget lets go at present. Follows pkg/controller/disruption.
import type { Change, Client, Controller, ControllerContext, View } from '../api/contracts'
import type { Condition, KubeObject, Pod } from '../api/types'
import type { PodDisruptionBudget } from '../api/workloads'
import { semanticEqual } from '../lib/equal'
import { scaledValue } from '../lib/int-or-string'
import { matchesSelector } from '../lib/selectors'
import { fromTime, timestamp } from '../lib/time'
import { setStatusCondition } from './shared/conditions'
import { goSelector } from './shared/go-selector'
import { controllerOf, keyOf, splitKey } from './shared/ownership'
import { concernsWorkloads, isPodReady, isPodTerminal } from './shared/pods'
import { resourceOfKind } from './shared/resources'

const RESOURCE = 'poddisruptionbudgets.policy'
/** A pod whose eviction was granted has to be gone in this time. */
const DELETION_TIMEOUT_MS = 120_000
const UNMANAGED =
  'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'

function podKeys({ before, after }: Change, view: View): string[] {
  if (!concernsWorkloads(before as Pod | undefined, after as Pod | undefined)) return []
  const { namespace } = (after ?? before)!.metadata
  return view
    .list<PodDisruptionBudget>(RESOURCE, namespace)
    .filter((pdb) => [before, after].some((pod) => pod && matchesSelector(pdb.spec.selector, pod.metadata.labels)))
    .map(keyOf)
}

/** A scaled workload changes what its budgets expect. */
function workloadKeys({ before, after }: Change, view: View): string[] {
  const replicas = (o?: KubeObject) => (o?.spec as { replicas?: number } | undefined)?.replicas
  if (replicas(before) === replicas(after)) return []
  return view.list<PodDisruptionBudget>(RESOURCE, (after ?? before)!.metadata.namespace).map(keyOf)
}

export const disruptionController: Controller = {
  name: 'controllermanager',
  watches: {
    [RESOURCE]: ({ after }) => (after ? [keyOf(after)] : []),
    pods: podKeys,
    'deployments.apps': workloadKeys,
    'replicasets.apps': workloadKeys,
    'statefulsets.apps': workloadKeys,
    replicationcontrollers: workloadKeys,
  },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const pdb = context.api.get<PodDisruptionBudget>(RESOURCE, namespace, name)
    if (pdb) sync(pdb, context)
  },
}

/** Pods of several budgets are counted by one of them, and told so when they come up. */
function tellOfRivals(pdb: PodDisruptionBudget, pods: Pod[], api: Client): void {
  const { namespace, name } = pdb.metadata
  const others = api.list<PodDisruptionBudget>(RESOURCE, namespace).filter((other) => other.metadata.name > name)
  for (const pod of pods) {
    if (!others.some((other) => matchesSelector(other.spec.selector, pod.metadata.labels))) continue
    const message = `Pod "${namespace}"/"${pod.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "${name}" arbitrarily.`
    api.event(pod, { type: 'Warning', reason: 'MultiplePodDisruptionBudgets', message })
  }
}

function sync(pdb: PodDisruptionBudget, context: ControllerContext): void {
  const { api, env } = context
  const now = env.now()
  const pods = api.list<Pod>('pods', pdb.metadata.namespace).filter((p) => matchesSelector(pdb.spec.selector, p.metadata.labels))
  if (pods.length === 0) api.event(pdb, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' })
  tellOfRivals(pdb, pods, api)
  const live = pods.filter((pod) => !isPodTerminal(pod))
  const expectation = expected(pdb, live, context)
  if (!expectation) return
  const disrupted = stillDisrupted(pdb, pods, context)
  const healthy = live.filter((p) => !p.metadata.deletionTimestamp && !(p.metadata.name in disrupted) && isPodReady(p)).length
  const { expectedPods, desiredHealthy } = expectation
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, healthy - desiredHealthy) : 0
  const allowed: Condition = {
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: pdb.metadata.generation,
  }
  const status: PodDisruptionBudget['status'] = {
    ...(Object.keys(disrupted).length && { disruptedPods: disrupted }),
    conditions: setStatusCondition(pdb.status?.conditions, allowed, timestamp(now)),
    currentHealthy: healthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods,
    observedGeneration: pdb.metadata.generation,
  }
  if (pdb.status?.expectedPods === undefined || !semanticEqual(status, pdb.status))
    api.updateStatus<PodDisruptionBudget>({ ...pdb, status })
}

/** Undefined when the workloads behind the pods cannot be told, which the budget's events say. */
function expected(
  pdb: PodDisruptionBudget,
  pods: Pod[],
  context: ControllerContext,
): { expectedPods: number; desiredHealthy: number } | undefined {
  const { minAvailable, maxUnavailable } = pdb.spec
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable }
  if (maxUnavailable === undefined && minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 }
  const total = workloadSize(pdb, pods, context)
  if (maxUnavailable === undefined) return { expectedPods: total, desiredHealthy: scaledValue(minAvailable, total, true) }
  return { expectedPods: total, desiredHealthy: Math.max(0, total - scaledValue(maxUnavailable, total, true)) }
}

/** The sum of spec.replicas of all workloads the pods belong to. */
function workloadSize(pdb: PodDisruptionBudget, pods: Pod[], { api }: ControllerContext): number {
  const sizes = new Map<string, number>()
  const unmanaged: string[] = []
  for (const pod of pods) {
    const workload = workloadOf(pod, api)
    if (workload) sizes.set(workload.metadata.uid, (workload.spec as { replicas?: number }).replicas ?? 0)
    else unmanaged.push(pod.metadata.name)
  }
  if (unmanaged.length) {
    const message = `Pods selected by this PodDisruptionBudget (selector: ${goSelector(pdb.spec.selector)}) were found to be unmanaged. ${UNMANAGED}`
    api.event(pdb, { type: 'Warning', reason: 'UnmanagedPods', message })
  }
  return [...sizes.values()].reduce((sum, n) => sum + n, 0)
}

/** The topmost controller with replicas: the Deployment above a ReplicaSet. */
function workloadOf(object: KubeObject, view: View): KubeObject | undefined {
  const reference = controllerOf(object)
  const served = reference && resourceOfKind(view, reference.apiVersion, reference.kind)
  const owner = served && view.get(served.resource, served.namespaced ? object.metadata.namespace : undefined, reference.name)
  if (!owner || owner.metadata.uid !== reference?.uid) return undefined
  if (owner.kind === 'ReplicaSet') return workloadOf(owner, view) ?? owner
  return (owner.spec as { replicas?: number } | undefined)?.replicas === undefined ? undefined : owner
}

/** Pods whose eviction was granted and that have not gone yet. */
function stillDisrupted(pdb: PodDisruptionBudget, pods: Pod[], { env, wakeAt }: ControllerContext): Record<string, string> {
  const left: Record<string, string> = {}
  for (const [name, time] of Object.entries(pdb.status?.disruptedPods ?? {})) {
    const pod = pods.find((p) => p.metadata.name === name)
    const until = fromTime(time) + DELETION_TIMEOUT_MS
    // One of the same name that came since is another.
    const replaced = pod && fromTime(pod.metadata.creationTimestamp ?? '') >= fromTime(time)
    if (!pod || pod.metadata.deletionTimestamp || replaced || until < env.now()) continue
    left[name] = time
    wakeAt(until + 1)
  }
  return left
}
