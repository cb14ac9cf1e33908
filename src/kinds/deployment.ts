// Deployment: ReplicaSets that follow one another.
import type { Deployment } from '../api/types'
import { selectorText } from '../lib/label-format'
import { AGE, count, NAME, templateColumns } from './columns'
import { defineKind } from './kind'

export const deployment = defineKind<Deployment>({
  resource: 'deployments.apps',
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
})
