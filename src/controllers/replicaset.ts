// ReplicaSets: pods by a label selector. Follows pkg/controller/replicaset.
import type { ReplicaSet } from '../api/types'
import { replicasController } from './replicas'

export const replicaSetController = replicasController<ReplicaSet>({
  name: 'replicaset-controller',
  resource: 'replicasets.apps',
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  selectorOf: (rs) => rs.spec.selector,
})
