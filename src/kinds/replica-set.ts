// ReplicaSet: keeps a number of equal pods.

import type { ReplicaSet } from '../api/types'
import { formatLabelSelector } from '../lib/label-selector'
import { matchesSelector } from '../lib/selectors'
import { AGE, count, NAME, templateColumns } from './columns'
import { clearStatus, defaultReplicaSet } from './defaults/workloads'
import { eventLines } from './describe/events'
import { annotationLines, conditionLines, controlledByLine, labelLines } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { podCounts } from './describe/pods'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateReplicaStatus } from './validation/status'
import { namedWorkloadWarnings, validateReplicaSet, validateSelectorUpdate } from './validation/workloads'

function describeReplicaSet(set: ReplicaSet, context: DescribeContext): string {
  const { metadata, spec, status } = set
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Selector:\t${formatLabelSelector(spec.selector)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    controlledByLine(w, set)
    w.write(0, `Replicas:\t${count(status?.replicas)} current / ${count(spec.replicas)} desired\n`)
    w.write(0, `Pods Status:\t${podCounts(context.view, set, (labels) => matchesSelector(spec.selector, labels))}\n`)
    podTemplateLines(w, spec.template)
    conditionLines(w, status?.conditions)
    eventLines(w, set, context)
  })
}

export const replicaSet = defineKind<ReplicaSet>({
  resource: 'replicasets.apps',
  validate: validateReplicaSet,
  validateStatusUpdate: validateReplicaStatus,
  validateUpdate: validateSelectorUpdate,
  warnings: namedWorkloadWarnings,
  defaults: defaultReplicaSet,
  prepareForCreate: clearStatus({ replicas: 0 }),
  columns: [
    NAME,
    { name: 'DESIRED', cell: (set) => count(set.spec.replicas) },
    { name: 'CURRENT', cell: (set) => count(set.status?.replicas) },
    { name: 'READY', cell: (set) => count(set.status?.readyReplicas) },
    AGE,
    ...templateColumns<ReplicaSet>(
      (set) => set.spec.template?.spec?.containers,
      (set) => formatLabelSelector(set.spec.selector),
    ),
  ],
  describe: describeReplicaSet,
})
