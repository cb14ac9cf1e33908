// ReplicationControllers: as ReplicaSets, with a selector of equal labels only. Follows pkg/controller/replication.
import type { ReplicationController } from '../api/types'
import { replicasController } from './replicas'

export const replicationControllerController = replicasController<ReplicationController>({
  name: 'replication-controller',
  resource: 'replicationcontrollers',
  apiVersion: 'v1',
  kind: 'ReplicationController',
  selectorOf: (rc) => ({ matchLabels: rc.spec.selector }),
})
