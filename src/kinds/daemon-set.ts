// DaemonSet: one pod on every node that fits.
import type { DaemonSet } from '../api/workloads'
import { formatLabels, formatSelector } from '../lib/label-format'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const daemonSet = defineKind<DaemonSet>({
  resource: 'daemonsets.apps',
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
      (set) => formatSelector(set.spec.selector),
    ),
  ],
})
