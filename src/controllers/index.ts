// The controllers of a cluster, in the order in which they act.
import type { Controller } from '../api/contracts'
import { kubeProxy } from '../network/proxy/controller'
import { kubelet } from '../runtime/kubelet/kubelet'
import { clusterRoleAggregationController } from './cluster-role-aggregation'
import { customResourceDefinitionController } from './crd'
import { cronJobController } from './cronjob'
import { daemonSetController } from './daemonset'
import { deploymentController } from './deployment'
import { disruptionController } from './disruption'
import { endpointsController } from './endpoints'
import { endpointSliceController } from './endpointslice'
import { endpointSliceMirroringController } from './endpointslice-mirroring'
import { ephemeralVolumeController } from './ephemeral-volume'
import { garbageCollector } from './garbage-collector'
import { horizontalPodAutoscaler } from './hpa'
import { jobController } from './job'
import { kubernetesServiceController } from './kubernetes-service'
import { namespaceController } from './namespace'
import { nodeLifecycleController } from './node-lifecycle'
import { podGcController } from './pod-gc'
import { persistentVolumeController } from './pv-binder'
import { pvProtectionController } from './pv-protection'
import { pvcProtectionController } from './pvc-protection'
import { replicaSetController } from './replicaset'
import { replicationControllerController } from './replicationcontroller'
import { resourceQuotaController } from './resource-quota'
import { rootCaPublisher } from './root-ca-publisher'
import { scheduler } from './scheduler'
import { serviceAddressController, serviceCidrController } from './service-addresses'
import { serviceAccountController } from './serviceaccount'
import { statefulSetController } from './statefulset'
import { taintEvictionController } from './taint-eviction'
import { ttlAfterFinishedController } from './ttl-after-finished'

export const CONTROLLERS: Controller[] = [
  namespaceController,
  serviceAccountController,
  rootCaPublisher,
  customResourceDefinitionController,
  clusterRoleAggregationController,
  horizontalPodAutoscaler,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  statefulSetController,
  daemonSetController,
  cronJobController,
  jobController,
  ttlAfterFinishedController,
  nodeLifecycleController,
  taintEvictionController,
  ephemeralVolumeController,
  persistentVolumeController,
  scheduler,
  kubelet,
  podGcController,
  disruptionController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  pvcProtectionController,
  pvProtectionController,
  garbageCollector,
  resourceQuotaController,
  kubernetesServiceController,
  serviceAddressController,
  serviceCidrController,
  kubeProxy,
]
