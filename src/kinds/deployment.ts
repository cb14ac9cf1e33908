// Deployment: ReplicaSets that follow one another.

import type { Deployment, ReplicaSet } from '../api/types'
import { AGE, count, NAME, templateColumns } from './columns'
import { clearStatus, defaultDeployment } from './defaults/workloads'
import { eventLines } from './describe/events'
import { annotationLines, conditionLines, labelLines, rfc1123z } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { replicaSetsOf } from './describe/replica-sets'
import { selectorText } from './describe/selectors'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateDeploymentStatus } from './validation/status'
import { namedWorkloadWarnings, validateDeployment, validateSelectorUpdate } from './validation/workloads'

function describeDeployment(deployment: Deployment, context: DescribeContext): string {
  const { metadata, spec, status } = deployment
  const { current, old } = replicaSetsOf(context.view, deployment)
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `CreationTimestamp:\t${rfc1123z(metadata.creationTimestamp)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    w.write(0, `Selector:\t${selectorText(spec.selector)}\n`)
    w.write(0, `Replicas:\t${replicasText(deployment)}\n`)
    w.write(0, `StrategyType:\t${spec.strategy?.type ?? ''}\n`)
    w.write(0, `MinReadySeconds:\t${count(spec.minReadySeconds)}\n`)
    const rolling = spec.strategy?.rollingUpdate
    if (rolling) w.write(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge\n`)
    podTemplateLines(w, spec.template)
    conditionLines(w, status?.conditions)
    if (current || old.length > 0) {
      w.write(0, `OldReplicaSets:\t${setsText(old)}\n`)
      w.write(0, `NewReplicaSet:\t${setsText(current ? [current] : [])}\n`)
    }
    eventLines(w, deployment, context)
  })
}

function replicasText({ spec, status = {} }: Deployment): string {
  const { updatedReplicas, replicas, availableReplicas, unavailableReplicas } = status
  const counts: [number | undefined, string][] = [
    [spec.replicas, 'desired'],
    [updatedReplicas, 'updated'],
    [replicas, 'total'],
    [availableReplicas, 'available'],
    [unavailableReplicas, 'unavailable'],
  ]
  return counts.map(([value, word]) => `${count(value)} ${word}`).join(' | ')
}

function setsText(sets: ReplicaSet[]): string {
  const texts = sets.map(
    ({ metadata, spec, status }) => `${metadata.name} (${count(status?.replicas)}/${count(spec.replicas)} replicas created)`,
  )
  return texts.join(', ') || '<none>'
}

export const deployment = defineKind<Deployment>({
  resource: 'deployments.apps',
  validate: validateDeployment,
  validateStatusUpdate: validateDeploymentStatus,
  validateUpdate: validateSelectorUpdate,
  warnings: namedWorkloadWarnings,
  defaults: defaultDeployment,
  prepareForCreate: clearStatus({}),
  columns: [
    NAME,
    { name: 'READY', cell: (deployment) => `${count(deployment.status?.readyReplicas)}/${count(deployment.spec.replicas)}` },
    { name: 'UP-TO-DATE', cell: (deployment) => count(deployment.status?.updatedReplicas) },
    { name: 'AVAILABLE', cell: (deployment) => count(deployment.status?.availableReplicas) },
    AGE,
    ...templateColumns<Deployment>(
      (deployment) => deployment.spec.template?.spec?.containers,
      (deployment) => selectorText(deployment.spec.selector),
    ),
  ],
  describe: describeDeployment,
})
