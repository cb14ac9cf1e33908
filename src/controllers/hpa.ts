// Horizontal pod autoscalers in a cluster without a metrics API: bounds are kept, metrics fail as they do there.
// Follows pkg/controller/podautoscaler/horizontal.go.
import type { Controller, ControllerContext } from '../api/contracts'
import type { Condition, KubeObject, LabelSelector, Pod } from '../api/types'
import type { HorizontalPodAutoscaler, MetricSpec } from '../api/workloads'
import { semanticEqual } from '../lib/equal'
import { formatLabelSelector } from '../lib/label-selector'
import { matchesSelector } from '../lib/selectors'
import { fromTime, timestamp } from '../lib/time'
import { setStatusCondition } from './shared/conditions'
import { goSelector } from './shared/go-selector'
import { keyOf, splitKey } from './shared/ownership'
import { resourceOfKind } from './shared/resources'

const RESOURCE = 'horizontalpodautoscalers.autoscaling'
const SYNC_MS = 15_000
/** The recorder lets no more than one event in 5 min through after the first 25: looking more often changes nothing then. */
const PATIENCE_MS = 25 * SYNC_MS
const LATE_SYNC_MS = 300_000

const NO_RESOURCE_METRICS =
  'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
const NO_CUSTOM_METRICS = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'
const NO_EXTERNAL_METRICS =
  'unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered'

interface Scalable extends KubeObject {
  spec: { replicas?: number; selector?: LabelSelector | Record<string, string> }
}

export const horizontalPodAutoscaler: Controller = {
  name: 'horizontal-pod-autoscaler',
  watches: {
    [RESOURCE]: ({ before, after }) =>
      after && (!before || before.metadata.generation !== after.metadata.generation) ? [keyOf(after)] : [],
  },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const hpa = context.api.get<HorizontalPodAutoscaler>(RESOURCE, namespace, name)
    if (!hpa) return
    sync(hpa, context)
    const now = context.env.now()
    context.wakeAt(now + (now - fromTime(hpa.metadata.creationTimestamp) < PATIENCE_MS ? SYNC_MS : LATE_SYNC_MS))
  },
}

function sync(hpa: HorizontalPodAutoscaler, context: ControllerContext): void {
  const { api, env } = context
  const now = timestamp(env.now())
  const { minReplicas = 1, maxReplicas } = hpa.spec
  let conditions = hpa.status?.conditions
  const set = (type: string, status: Condition['status'], reason: string, message: string) => {
    conditions = setStatusCondition(conditions, { type, status, reason, message }, now)
  }
  const target = targetOf(hpa, context)
  if (typeof target === 'string') {
    api.event(hpa, { type: 'Warning', reason: 'FailedGetScale', message: target })
    set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${target}`)
    store(hpa, { ...hpa.status, conditions }, context)
    return
  }
  set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
  const current = target.spec.replicas ?? 1
  const [desired, why] =
    current > maxReplicas
      ? [maxReplicas, 'Current number of replicas above Spec.MaxReplicas']
      : current < minReplicas
        ? [minReplicas, 'Current number of replicas below Spec.MinReplicas']
        : [current, '']
  let desiredReplicas = hpa.status?.desiredReplicas ?? 0
  let { lastScaleTime } = hpa.status ?? {}
  // Of each metric that was asked for in vain there is an entry with nothing in it.
  let currentMetrics: { type: string }[] | null = null
  if (current === 0 && isOff(hpa, minReplicas)) {
    desiredReplicas = 0
    set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
  } else if (current !== 0 && desired !== current) {
    api.update<Scalable>({ ...target, spec: { ...target.spec, replicas: desired } })
    set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`)
    api.event(hpa, { type: 'Normal', reason: 'SuccessfulRescale', message: `New size: ${desired}; reason: ${why}` })
    // To zero only metrics scale.
    set('ScaledToZero', 'False', 'NotScaledToZero', 'the HPA controller did not scale the workload to zero')
    desiredReplicas = desired
    lastScaleTime = now
  } else {
    const ambiguous = rivalsOf(hpa, target, context)
    const failures = ambiguous ? [] : (hpa.spec.metrics ?? []).map((metric) => failureOf(metric, hpa))
    for (const { reason, message } of failures) api.event(hpa, { type: 'Warning', reason, message })
    const [first] = failures
    if (ambiguous) {
      api.event(hpa, { type: 'Warning', reason: 'AmbiguousSelector', message: ambiguous })
      set('ScalingActive', 'False', 'AmbiguousSelector', ambiguous)
      api.event(hpa, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: ambiguous })
    } else if (first) {
      currentMetrics = failures.map(() => ({ type: '' }))
      set('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.message}`)
      const count = failures.length
      const message = `invalid metrics (${count} invalid out of ${count}), first error is: failed to get ${first.of} metric value: ${first.message}`
      api.event(hpa, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message })
    }
  }
  const observedGeneration = hpa.metadata.generation
  const counts = { currentMetrics, currentReplicas: current, desiredReplicas, observedGeneration }
  store(hpa, { ...counts, conditions, ...(lastScaleTime && { lastScaleTime }) }, context)
}

/** A target of zero is left alone, unless this autoscaler brought it there or its metrics can be had without pods. */
function isOff({ spec, status }: HorizontalPodAutoscaler, minReplicas: number): boolean {
  if (!status?.conditions?.some((c) => c.type === 'ScaledToZero' && c.status === 'True')) return true
  return minReplicas === 0 && !spec.metrics?.some(({ type }) => type === 'Object' || type === 'External')
}

/** Why it cannot be said whose pods these are: another autoscaler that has looked at its target scales them, too. */
function rivalsOf(hpa: HorizontalPodAutoscaler, target: Scalable, context: ControllerContext): string | undefined {
  const { namespace, name } = hpa.metadata
  const selector = selectorOf(target)
  if (!selector) return undefined
  const pods = context.api.list<Pod>('pods', namespace).filter((pod) => matchesSelector(selector, pod.metadata.labels))
  const rival = context.api.list<HorizontalPodAutoscaler>(RESOURCE, namespace).find((other) => {
    const looked = other.status?.conditions?.some((c) => c.type === 'ScalingActive' && c.reason !== 'ScalingDisabled')
    if (other.metadata.name === name || !looked) return false
    const its = targetOf(other, context)
    const theirs = typeof its === 'string' ? undefined : selectorOf(its)
    return theirs && pods.some((pod) => matchesSelector(theirs, pod.metadata.labels))
  })
  if (!rival) return undefined
  const both = [name, rival.metadata.name].sort().map((each) => `${namespace}/${each}`)
  return `pods by selector ${formatLabelSelector(selector)} are controlled by more than one HPA (e.g. [${both.join(' ')}])`
}

function selectorOf({ spec }: Scalable): LabelSelector | undefined {
  const { selector } = spec
  if (!selector) return undefined
  return 'matchLabels' in selector || 'matchExpressions' in selector
    ? (selector as LabelSelector)
    : { matchLabels: selector as Record<string, string> }
}

function store(hpa: HorizontalPodAutoscaler, status: HorizontalPodAutoscaler['status'], { api }: ControllerContext): void {
  if (!semanticEqual(status, hpa.status)) api.updateStatus<HorizontalPodAutoscaler>({ ...hpa, status })
}

/** The object to scale, or why it cannot be had. */
function targetOf(hpa: HorizontalPodAutoscaler, { api }: ControllerContext): Scalable | string {
  const { apiVersion = 'v1', kind, name } = hpa.spec.scaleTargetRef
  const served = resourceOfKind(api, apiVersion, kind)
  if (!served) return `no matches for kind "${kind}" in group "${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}"`
  return api.get<Scalable>(served.resource, hpa.metadata.namespace, name) ?? `${served.resource} "${name}" not found`
}

/** How getting a metric fails: the event's reason and message, and what it was a metric of. */
function failureOf(metric: MetricSpec, hpa: HorizontalPodAutoscaler): { reason: string; message: string; of: string } {
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource': {
      const { name, target } = (metric.resource ?? metric.containerResource)!
      const what = target.averageUtilization === undefined ? 'usage' : 'utilization'
      const message = `failed to get ${name} ${what}: unable to get metrics for resource ${name}: ${NO_RESOURCE_METRICS}`
      return metric.type === 'Resource'
        ? { reason: 'FailedGetResourceMetric', message, of: `${name} resource` }
        : { reason: 'FailedGetContainerResourceMetric', message, of: `${name} container` }
    }
    case 'Pods':
      return {
        reason: 'FailedGetPodsMetric',
        message: `unable to get metric ${metric.pods!.metric.name}: ${NO_CUSTOM_METRICS}`,
        of: 'pods',
      }
    case 'Object': {
      const { metric: wanted, describedObject } = metric.object!
      const { kind, name } = describedObject
      const message = `unable to get metric ${wanted.name}: ${kind} on ${hpa.metadata.namespace} ${name}/${NO_CUSTOM_METRICS}`
      return { reason: 'FailedGetObjectMetric', message, of: 'object' }
    }
    default: {
      const { name, selector } = metric.external!.metric
      const message = `unable to get external metric ${hpa.metadata.namespace}/${name}/${goSelector(selector)}: ${NO_EXTERNAL_METRICS}`
      return { reason: 'FailedGetExternalMetric', message, of: `${name} external` }
    }
  }
}
