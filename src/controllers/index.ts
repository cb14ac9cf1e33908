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
import { eventTtlController } from './event-ttl'
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
import { serviceAccountTokens } from './serviceaccount-tokens'
import { statefulSetController } from './statefulset'
import { taintEvictionController } from './taint-eviction'
import { ttlAfterFinishedController } from './ttl-after-finished'
import { vacProtectionController } from './vac-protection'
import { validatingPolicyStatusController } from './validating-policy-status'

/** A controller as the cluster knows it before there is work for it: its file is loaded with the first change that concerns it. */
export interface ControllerEntry {
  /** Its `name`. */
  name: string
  /** The resources in its `watches`. */
  watches: string[]
  controller(): Controller
}

export const CONTROLLERS: ControllerEntry[] = [
  { name: 'namespace-controller', watches: ['namespaces', '*'], controller: () => namespaceController },
  { name: 'serviceaccount-controller', watches: ['namespaces', 'serviceaccounts'], controller: () => serviceAccountController },
  { name: 'serviceaccount-token-controller', watches: ['secrets', 'serviceaccounts'], controller: () => serviceAccountTokens },
  { name: 'root-ca-certificate-publisher-controller', watches: ['namespaces', 'configmaps'], controller: () => rootCaPublisher },
  {
    name: 'apiextensions-apiserver',
    watches: ['customresourcedefinitions.apiextensions.k8s.io', '*'],
    controller: () => customResourceDefinitionController,
  },
  {
    name: 'clusterrole-aggregation-controller',
    watches: ['clusterroles.rbac.authorization.k8s.io'],
    controller: () => clusterRoleAggregationController,
  },
  {
    name: 'validatingadmissionpolicy-status-controller',
    watches: ['validatingadmissionpolicies.admissionregistration.k8s.io'],
    controller: () => validatingPolicyStatusController,
  },
  { name: 'horizontal-pod-autoscaler', watches: ['horizontalpodautoscalers.autoscaling'], controller: () => horizontalPodAutoscaler },
  { name: 'deployment-controller', watches: ['deployments.apps', 'replicasets.apps', 'pods'], controller: () => deploymentController },
  { name: 'replicaset-controller', watches: ['replicasets.apps', 'pods'], controller: () => replicaSetController },
  { name: 'replication-controller', watches: ['replicationcontrollers', 'pods'], controller: () => replicationControllerController },
  { name: 'statefulset-controller', watches: ['statefulsets.apps', 'pods'], controller: () => statefulSetController },
  { name: 'daemonset-controller', watches: ['daemonsets.apps', 'pods', 'nodes'], controller: () => daemonSetController },
  { name: 'cronjob-controller', watches: ['cronjobs.batch', 'jobs.batch'], controller: () => cronJobController },
  { name: 'job-controller', watches: ['jobs.batch', 'pods'], controller: () => jobController },
  { name: 'ttl-after-finished-controller', watches: ['jobs.batch'], controller: () => ttlAfterFinishedController },
  { name: 'node-controller', watches: ['nodes'], controller: () => nodeLifecycleController },
  { name: 'taint-eviction-controller', watches: ['nodes', 'pods'], controller: () => taintEvictionController },
  { name: 'ephemeral_volume', watches: ['pods'], controller: () => ephemeralVolumeController },
  {
    name: 'persistentvolume-controller',
    watches: ['persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io'],
    controller: () => persistentVolumeController,
  },
  {
    name: 'default-scheduler',
    watches: [
      'pods',
      'nodes',
      'services',
      'replicasets.apps',
      'statefulsets.apps',
      'replicationcontrollers',
      'persistentvolumeclaims',
      'persistentvolumes',
      'storageclasses.storage.k8s.io',
    ],
    controller: () => scheduler,
  },
  { name: 'kubelet', watches: ['pods', 'configmaps', 'secrets', 'nodes'], controller: () => kubelet },
  { name: 'pod-garbage-collector-controller', watches: ['nodes', 'pods'], controller: () => podGcController },
  {
    name: 'controllermanager',
    watches: ['poddisruptionbudgets.policy', 'pods', 'deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers'],
    controller: () => disruptionController,
  },
  { name: 'endpoint-controller', watches: ['services', 'pods', 'endpoints'], controller: () => endpointsController },
  {
    name: 'endpoint-slice-controller',
    watches: ['services', 'pods', 'nodes', 'endpointslices.discovery.k8s.io'],
    controller: () => endpointSliceController,
  },
  {
    name: 'endpoint-slice-mirroring-controller',
    watches: ['endpoints', 'services', 'endpointslices.discovery.k8s.io'],
    controller: () => endpointSliceMirroringController,
  },
  { name: 'pvc-protection-controller', watches: ['persistentvolumeclaims', 'pods'], controller: () => pvcProtectionController },
  { name: 'pv-protection-controller', watches: ['persistentvolumes'], controller: () => pvProtectionController },
  {
    name: 'volumeattributesclass-protection-controller',
    watches: ['volumeattributesclasses.storage.k8s.io', 'persistentvolumeclaims', 'persistentvolumes'],
    controller: () => vacProtectionController,
  },
  { name: 'garbage-collector-controller', watches: ['*'], controller: () => garbageCollector },
  { name: 'resourcequota-controller', watches: ['resourcequotas', '*'], controller: () => resourceQuotaController },
  {
    name: 'kube-apiserver',
    watches: ['services', 'endpoints', 'endpointslices.discovery.k8s.io'],
    controller: () => kubernetesServiceController,
  },
  { name: 'ipallocator.k8s.io', watches: ['services'], controller: () => serviceAddressController },
  { name: 'service-cidr-controller', watches: ['servicecidrs.networking.k8s.io'], controller: () => serviceCidrController },
  { name: 'kube-proxy', watches: ['services', 'endpointslices.discovery.k8s.io', 'nodes'], controller: () => kubeProxy },
  { name: 'event-ttl', watches: ['events'], controller: () => eventTtlController },
]
