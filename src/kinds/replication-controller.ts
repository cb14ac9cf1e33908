// ReplicationController: the first keeper of a number of pods.
import type { ReplicationController } from '../api/types'
import { formatLabels } from '../lib/label-format'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const replicationController = defineKind<ReplicationController>({
  resource: 'replicationcontrollers',
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
})
