// DaemonSet: one pod on every node that fits.

import type { DaemonSet } from '../api/workloads'
import { formatLabelSelector, formatLabels } from '../lib/label-selector'
import { matchesSelector } from '../lib/selectors'
import { AGE, count, NAME, templateColumns } from './columns'
import { defaultDaemonSet, prepareDaemonSet, prepareDaemonSetUpdate } from './defaults/workloads'
import { eventLines } from './describe/events'
import { annotationLines, labelLines } from './describe/metadata'
import { podTemplateLines } from './describe/pod-template'
import { podCounts } from './describe/pods'
import { selectorText } from './describe/selectors'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateDaemonSetStatus } from './validation/status'
import { validateDaemonSet, workloadWarnings } from './validation/workloads'

function describeDaemonSet(set: DaemonSet, context: DescribeContext): string {
  const { metadata, spec, status } = set
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Selector:\t${selectorText(spec.selector)}\n`)
    w.write(0, `Node-Selector:\t${formatLabels(spec.template?.spec?.nodeSelector)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    w.write(0, `Desired Number of Nodes Scheduled: ${count(status?.desiredNumberScheduled)}\n`)
    w.write(0, `Current Number of Nodes Scheduled: ${count(status?.currentNumberScheduled)}\n`)
    w.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${count(status?.updatedNumberScheduled)}\n`)
    w.write(0, `Number of Nodes Scheduled with Available Pods: ${count(status?.numberAvailable)}\n`)
    w.write(0, `Number of Nodes Misscheduled: ${count(status?.numberMisscheduled)}\n`)
    w.write(0, `Pods Status:\t${podCounts(context.view, set, (labels) => matchesSelector(spec.selector, labels))}\n`)
    podTemplateLines(w, spec.template)
    eventLines(w, set, context)
  })
}

export const daemonSet = defineKind<DaemonSet>({
  resource: 'daemonsets.apps',
  validate: validateDaemonSet,
  validateStatusUpdate: validateDaemonSetStatus,
  warnings: workloadWarnings,
  defaults: defaultDaemonSet,
  prepareForCreate: prepareDaemonSet,
  prepareForUpdate: prepareDaemonSetUpdate,
  columns: [
    NAME,
    { name: 'DESIRED', cell: (set) => count(set.status?.desiredNumberScheduled) },
    { name: 'CURRENT', cell: (set) => count(set.status?.currentNumberScheduled) },
    { name: 'READY', cell: (set) => count(set.status?.numberReady) },
    { name: 'UP-TO-DATE', cell: (set) => count(set.status?.updatedNumberScheduled) },
    { name: 'AVAILABLE', cell: (set) => count(set.status?.numberAvailable) },
    { name: 'NODE SELECTOR', cell: (set) => formatLabels(set.spec.template?.spec?.nodeSelector) },
    AGE,
    ...templateColumns<DaemonSet>(
      (set) => set.spec.template?.spec?.containers,
      (set) => formatLabelSelector(set.spec.selector),
    ),
  ],
  describe: describeDaemonSet,
})
