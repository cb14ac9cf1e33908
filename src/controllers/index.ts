// The controllers of a cluster, in the order in which they act.
import type { Controller } from '../api/contracts'
import { kubeProxy } from '../network/proxy/controller'
import { kubelet } from '../runtime/kubelet/kubelet'
import { daemonSetController } from './daemonset'
import { deploymentController } from './deployment'
import { endpointsController } from './endpoints'
import { endpointSliceController } from './endpointslice'
import { endpointSliceMirroringController } from './endpointslice-mirroring'
import { garbageCollector } from './garbage-collector'
import { jobController } from './job'
import { namespaceController } from './namespace'
import { nodeLifecycleController } from './node-lifecycle'
import { replicaSetController } from './replicaset'
import { replicationControllerController } from './replicationcontroller'
import { rootCaPublisher } from './root-ca-publisher'
import { scheduler } from './scheduler'
import { serviceAccountController } from './serviceaccount'
import { statefulSetController } from './statefulset'
import { taintEvictionController } from './taint-eviction'
import { ttlAfterFinishedController } from './ttl-after-finished'

export const CONTROLLERS: Controller[] = [
  namespaceController,
  serviceAccountController,
  rootCaPublisher,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  statefulSetController,
  daemonSetController,
  jobController,
  ttlAfterFinishedController,
  nodeLifecycleController,
  taintEvictionController,
  scheduler,
  kubelet,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  garbageCollector,
  kubeProxy,
]
