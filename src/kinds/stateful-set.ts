// StatefulSet: pods with names and volumes of their own.
import type { StatefulSet } from '../api/workloads'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const statefulSet = defineKind<StatefulSet>({
  resource: 'statefulsets.apps',
  columns: [
    NAME,
    { name: 'READY', cell: (set) => `${count(set.status?.readyReplicas)}/${count(set.spec.replicas)}` },
    AGE,
    ...templateColumns<StatefulSet>((set) => set.spec.template?.spec?.containers),
  ],
})
