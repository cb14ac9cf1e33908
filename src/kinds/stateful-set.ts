// StatefulSet: pods with names and volumes of their own.

import type { StatefulSet } from '../api/workloads'
import { matchesSelector } from '../lib/selectors'
import { AGE, count, NAME, templateColumns } from './columns'
import { clearStatus, defaultStatefulSet } from './defaults/workloads'
import { claimTemplateLines } from './describe/claims'
import { eventLines } from './describe/events'
import { annotationLines, labelLines, rfc1123z } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { podCounts } from './describe/pods'
import { selectorText } from './describe/selectors'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateStatefulSetStatus } from './validation/status'
import { statefulSetWarnings, validateStatefulSet, validateStatefulSetUpdate } from './validation/workloads'

function describeStatefulSet(set: StatefulSet, context: DescribeContext): string {
  const { metadata, spec, status } = set
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `CreationTimestamp:\t${rfc1123z(metadata.creationTimestamp)}\n`)
    w.write(0, `Selector:\t${selectorText(spec.selector)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    if (spec.serviceName) w.write(0, `Service Name:\t${spec.serviceName}\n`)
    if (spec.podManagementPolicy) w.write(0, `Pod Management Policy:\t${spec.podManagementPolicy}\n`)
    w.write(0, `Replicas:\t${count(spec.replicas)} desired | ${count(status?.replicas)} total\n`)
    w.write(0, `Update Strategy:\t${spec.updateStrategy?.type ?? ''}\n`)
    const { partition, maxUnavailable } = spec.updateStrategy?.rollingUpdate ?? {}
    if (partition !== undefined) w.write(1, `Partition:\t${partition}\n`)
    if (partition !== undefined && maxUnavailable !== undefined) w.write(1, `MaxUnavailable:\t${maxUnavailable}\n`)
    const retention = spec.persistentVolumeClaimRetentionPolicy
    if (retention) {
      w.write(0, 'Persistent Volume Claim Retention Policy:\n')
      w.write(1, `WhenDeleted:\t${retention.whenDeleted ?? ''}\n`)
      w.write(1, `WhenScaled:\t${retention.whenScaled ?? ''}\n`)
    }
    w.write(0, `Pods Status:\t${podCounts(context.view, set, (labels) => matchesSelector(spec.selector, labels))}\n`)
    podTemplateLines(w, spec.template)
    claimTemplateLines(w, spec.volumeClaimTemplates)
    eventLines(w, set, context)
  })
}

export const statefulSet = defineKind<StatefulSet>({
  resource: 'statefulsets.apps',
  validate: validateStatefulSet,
  validateStatusUpdate: validateStatefulSetStatus,
  validateUpdate: validateStatefulSetUpdate,
  warnings: statefulSetWarnings,
  defaults: defaultStatefulSet,
  prepareForCreate: clearStatus({ availableReplicas: 0, replicas: 0 }),
  columns: [
    NAME,
    { name: 'READY', cell: (set) => `${count(set.status?.readyReplicas)}/${count(set.spec.replicas)}` },
    AGE,
    ...templateColumns<StatefulSet>((set) => set.spec.template?.spec?.containers),
  ],
  describe: describeStatefulSet,
})
