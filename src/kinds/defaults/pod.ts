// Defaults and preparation of Pods: their own, and the class of service their resources give them.
// Upstream: pkg/apis/core/v1/defaults.go, pkg/registry/core/pod/strategy.go, pkg/apis/core/v1/helper/qos.
import type { Container, LabelSelector, Pod, PodStatus, StringMap } from '../../api/types'
import { compareQuantities, quantityOf } from '../../lib/quantity'
import { timestamp } from '../../lib/time'
import type { PrepareContext } from '../kind'
import { copyAppArmorProfiles } from './app-armor'
import { type Fields, fieldsOf, listOf } from './fields'
import { defaultWholeResources } from './pod-resources'
import { defaultPod } from './pod-spec'

export function defaultPodObject(pod: Pod): void {
  pod.spec ??= {} as Pod['spec']
  if (Number(pod.spec.terminationGracePeriodSeconds) < 0) pod.spec.terminationGracePeriodSeconds = 1
  defaultPod(pod.spec as Fields)
}

const COMPUTE = ['cpu', 'memory']

function isSet(list: Record<string, string | number> | undefined, name: string): boolean {
  return list?.[name] !== undefined && quantityOf(list[name]).unscaled > 0n
}

/** Guaranteed: every container's limits equal its requests; BestEffort: nobody asks for anything; else Burstable. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const own = pod.spec.resources as Container['resources'] | undefined
  const isWhole = Object.keys(own?.requests ?? {}).length > 0 || Object.keys(own?.limits ?? {}).length > 0
  const all = isWhole ? [own] : [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].map((c) => c.resources)
  const any = all.some((r) => COMPUTE.some((name) => isSet(r?.requests, name) || isSet(r?.limits, name)))
  if (!any) return 'BestEffort'
  const guaranteed = all.every((r) =>
    COMPUTE.every(
      (name) => isSet(r?.limits, name) && compareQuantities(quantityOf(r?.requests?.[name]), quantityOf(r?.limits?.[name])) === 0,
    ),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

const TERMS = ['preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution']

/** A selector asks also for the Pod's own values of the keys that its term names. */
function askForOwnLabels(term: Fields, labels: StringMap): void {
  const selector = fieldsOf(term.labelSelector) as LabelSelector | undefined
  if (!selector) return
  for (const [keys, operator] of [
    [term.matchLabelKeys, 'In'],
    [term.mismatchLabelKeys, 'NotIn'],
  ] as const) {
    const known = ((keys ?? []) as string[]).filter((key) => Object.hasOwn(labels, key))
    if (!known.length) continue
    selector.matchExpressions = [...(selector.matchExpressions ?? []), ...known.map((key) => ({ key, operator, values: [labels[key]] }))]
  }
}

function askAllForOwnLabels(pod: Pod): void {
  const labels = pod.metadata.labels ?? {}
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const affinity = fieldsOf(fieldsOf(pod.spec.affinity)?.[kind]) ?? {}
    for (const list of TERMS) {
      for (const term of listOf(affinity[list])) askForOwnLabels(fieldsOf(term.podAffinityTerm) ?? term, labels)
    }
  }
  for (const constraint of listOf(pod.spec.topologySpreadConstraints)) askForOwnLabels(constraint, labels)
}

export function preparePod(pod: Pod, context: PrepareContext): void {
  askAllForOwnLabels(pod)
  copyAppArmorProfiles(pod, (message) => context.warn?.(message))
  defaultWholeResources(pod)
  const status: PodStatus = { phase: 'Pending', qosClass: qosClass(pod) }
  const gates = (pod.spec as { schedulingGates?: unknown[] }).schedulingGates
  if (gates?.length) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates'
    const lastTransitionTime = timestamp(context.env.now())
    status.conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message, lastProbeTime: null, lastTransitionTime },
    ]
  }
  pod.status = status
}

export function preparePodUpdate(pod: Pod, old: Pod): void {
  pod.status = old.status
  // Who knows nothing of what a whole Pod asks for leaves it out.
  if (pod.spec.resources === undefined && old.spec.resources !== undefined) pod.spec.resources = structuredClone(old.spec.resources)
}
