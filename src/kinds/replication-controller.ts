// ReplicationController: the first keeper of a number of pods.

import type { ReplicationController } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { matchesLabels } from '../lib/selectors'
import { AGE, count, NAME, templateColumns } from './columns'
import { clearStatus, defaultReplicationController } from './defaults/workloads'
import { eventLines } from './describe/events'
import { annotationLines, conditionLines, labelLines } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { podCounts } from './describe/pods'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateReplicaStatus } from './validation/status'
import { namedWorkloadWarnings, validateReplicationController } from './validation/workloads'

function describeReplicationController(controller: ReplicationController, context: DescribeContext): string {
  const { metadata, spec, status } = controller
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Selector:\t${formatLabels(spec.selector)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    w.write(0, `Replicas:\t${count(status?.replicas)} current / ${count(spec.replicas)} desired\n`)
    w.write(0, `Pods Status:\t${podCounts(context.view, controller, (labels) => matchesLabels(spec.selector ?? {}, labels))}\n`)
    podTemplateLines(w, spec.template)
    conditionLines(w, status?.conditions)
    eventLines(w, controller, context)
  })
}

export const replicationController = defineKind<ReplicationController>({
  resource: 'replicationcontrollers',
  validate: validateReplicationController,
  validateStatusUpdate: validateReplicaStatus,
  warnings: namedWorkloadWarnings,
  defaults: defaultReplicationController,
  prepareForCreate: clearStatus({ replicas: 0 }),
  columns: [
    NAME,
    { name: 'DESIRED', cell: (controller) => count(controller.spec.replicas) },
    { name: 'CURRENT', cell: (controller) => count(controller.status?.replicas) },
    { name: 'READY', cell: (controller) => count(controller.status?.readyReplicas) },
    AGE,
    ...templateColumns<ReplicationController>(
      (controller) => controller.spec.template?.spec?.containers,
      (controller) => formatLabels(controller.spec.selector),
    ),
  ],
  describe: describeReplicationController,
})
