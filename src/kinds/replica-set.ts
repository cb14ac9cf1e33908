// ReplicaSet: keeps a number of equal pods.
import type { ReplicaSet } from '../api/types'
import { formatSelector } from '../lib/label-format'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const replicaSet = defineKind<ReplicaSet>({
  resource: 'replicasets.apps',
  columns: [
    NAME,
    { name: 'DESIRED', cell: (set) => count(set.spec.replicas) },
    { name: 'CURRENT', cell: (set) => count(set.status?.replicas) },
    { name: 'READY', cell: (set) => count(set.status?.readyReplicas) },
    AGE,
    ...templateColumns<ReplicaSet>(
      (set) => set.spec.template?.spec?.containers,
      (set) => formatSelector(set.spec.selector),
    ),
  ],
})
