// Defaults and preparation of the kinds that keep Pods running. Upstream: pkg/apis/{core,apps}/v1/defaults.go, pkg/registry/apps.
import type { KubeObject } from '../../api/types'
import { semanticEqual } from '../../lib/equal'
import { type Fields, fieldsOf, fill, listOf } from './fields'
import { defaultPodTemplate } from './pod-spec'
import { defaultClaimSpec } from './volumes'

function specOf(object: KubeObject): Fields {
  object.spec ??= {}
  return object.spec as Fields
}

/** Drops what only controllers may set. */
export function clearStatus(status: Fields): (object: KubeObject) => void {
  return (object) => {
    object.status = { ...status }
  }
}

function defaultRollingUpdate(holder: Fields, key: string, values: Fields): void {
  const strategy = fieldsOf(holder[key]) ?? {}
  fill(strategy, { type: 'RollingUpdate' })
  if (strategy.type === 'RollingUpdate') {
    const rolling = fieldsOf(strategy.rollingUpdate) ?? {}
    fill(rolling, values)
    strategy.rollingUpdate = rolling
  }
  holder[key] = strategy
}

export function defaultReplicationController(rc: KubeObject): void {
  const spec = specOf(rc)
  const labels = fieldsOf(fieldsOf(fieldsOf(spec.template)?.metadata)?.labels)
  if (labels) {
    fill(spec, { selector: { ...labels } })
    fill(rc.metadata as unknown as Fields, { labels: { ...labels } })
  }
  fill(spec, { replicas: 1 })
  defaultPodTemplate(spec.template)
}

export function defaultReplicaSet(rs: KubeObject): void {
  const spec = specOf(rs)
  fill(spec, { replicas: 1 })
  defaultPodTemplate(spec.template)
}

export function defaultDeployment(deployment: KubeObject): void {
  const spec = specOf(deployment)
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
  defaultRollingUpdate(spec, 'strategy', { maxUnavailable: '25%', maxSurge: '25%' })
  defaultPodTemplate(spec.template)
}

/** The annotation that the old API's `templateGeneration` lives in. Upstream: pkg/apis/apps/v1/conversion.go. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export function defaultDaemonSet(set: KubeObject): void {
  // Conversion writes it into every DaemonSet that is read.
  set.metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...set.metadata.annotations }
  const spec = specOf(set)
  fill(spec, { revisionHistoryLimit: 10 })
  defaultRollingUpdate(spec, 'updateStrategy', { maxUnavailable: 1, maxSurge: 0 })
  fill(fieldsOf(fieldsOf(spec.updateStrategy)?.rollingUpdate), { maxSurge: 0 })
  defaultPodTemplate(spec.template)
}

export function prepareDaemonSet(set: KubeObject): void {
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: '1' }
  clearStatus({ currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 })(set)
}

/** A new template counts one up; users cannot change the count. */
export function prepareDaemonSetUpdate(set: KubeObject, old: KubeObject): void {
  const count = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '0')
  const changed = !semanticEqual(specOf(set).template, specOf(old).template)
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(changed ? count + 1 : count) }
}

export function defaultStatefulSet(set: KubeObject): void {
  const spec = specOf(set)
  fill(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 })
  // A strategy that is named and has no more to say is left so.
  const strategy = fieldsOf(spec.updateStrategy)
  if (!strategy?.type || fieldsOf(strategy.rollingUpdate)) defaultRollingUpdate(spec, 'updateStrategy', { partition: 0, maxUnavailable: 1 })
  const retention = fieldsOf(spec.persistentVolumeClaimRetentionPolicy) ?? {}
  fill(retention, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  spec.persistentVolumeClaimRetentionPolicy = retention
  for (const claim of listOf(spec.volumeClaimTemplates)) {
    fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: {} })
    fill(fieldsOf(claim.status), { phase: 'Pending' })
    defaultClaimSpec(fieldsOf(claim.spec))
  }
  defaultPodTemplate(spec.template)
}

export function defaultPodTemplateObject(object: KubeObject): void {
  defaultPodTemplate(object.template)
}
