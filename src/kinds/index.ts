// The kinds with behaviour of their own, in the order of `kubectl api-resources`; all others are served from the schema alone.
import { apiService } from './api-service'
import { certificateSigningRequest } from './certificate-signing-request'
import { clusterRole } from './cluster-role'
import { clusterRoleBinding } from './cluster-role-binding'
import { clusterTrustBundle } from './cluster-trust-bundle'
import { componentStatus } from './component-status'
import { configMap } from './config-map'
import { controllerRevision } from './controller-revision'
import { cronJob } from './cron-job'
import { csiDriver } from './csi-driver'
import { csiNode } from './csi-node'
import { csiStorageCapacity } from './csi-storage-capacity'
import { customResourceDefinition } from './custom-resource-definition'
import { daemonSet } from './daemon-set'
import { deployment } from './deployment'
import { deviceClass } from './device-class'
import { deviceTaintRule } from './device-taint-rule'
import { endpointSlice } from './endpoint-slice'
import { endpoints } from './endpoints'
import { event, eventOfEventsGroup } from './event'
import { flowSchema } from './flow-schema'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler'
import { ingress } from './ingress'
import { ingressClass } from './ingress-class'
import { ipAddress } from './ip-address'
import { job } from './job'
import type { Kind } from './kind'
import { lease } from './lease'
import { limitRange } from './limit-range'
import { mutatingAdmissionPolicy } from './mutating-admission-policy'
import { mutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding'
import { mutatingWebhookConfiguration } from './mutating-webhook-configuration'
import { namespace } from './namespace'
import { networkPolicy } from './network-policy'
import { node } from './node'
import { persistentVolume } from './persistent-volume'
import { persistentVolumeClaim } from './persistent-volume-claim'
import { pod } from './pod'
import { podCertificateRequest } from './pod-certificate-request'
import { podDisruptionBudget } from './pod-disruption-budget'
import { podTemplate } from './pod-template'
import { priorityClass } from './priority-class'
import { priorityLevelConfiguration } from './priority-level-configuration'
import { replicaSet } from './replica-set'
import { replicationController } from './replication-controller'
import { resourceClaim } from './resource-claim'
import { resourceClaimTemplate } from './resource-claim-template'
import { resourceQuota } from './resource-quota'
import { resourceSlice } from './resource-slice'
import { role } from './role'
import { roleBinding } from './role-binding'
import { runtimeClass } from './runtime-class'
import { secret } from './secret'
import { service } from './service'
import { serviceAccount } from './service-account'
import { serviceCidr } from './service-cidr'
import { statefulSet } from './stateful-set'
import { storageClass } from './storage-class'
import { storageVersionMigration } from './storage-version-migration'
import { validatingAdmissionPolicy } from './validating-admission-policy'
import { validatingAdmissionPolicyBinding } from './validating-admission-policy-binding'
import { validatingWebhookConfiguration } from './validating-webhook-configuration'
import { volumeAttachment } from './volume-attachment'
import { volumeAttributesClass } from './volume-attributes-class'

const KINDS: Kind[] = [
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  customResourceDefinition,
  apiService,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  horizontalPodAutoscaler,
  cronJob,
  job,
  certificateSigningRequest,
  clusterTrustBundle,
  podCertificateRequest,
  lease,
  endpointSlice,
  eventOfEventsGroup,
  flowSchema,
  priorityLevelConfiguration,
  ingressClass,
  ingress,
  ipAddress,
  networkPolicy,
  serviceCidr,
  runtimeClass,
  podDisruptionBudget,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  deviceClass,
  deviceTaintRule,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
  priorityClass,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
  storageVersionMigration,
]

let byResource: Map<string, Kind> | undefined

/** The kind behind `pods` or `deployments.apps`; undefined for those the schema alone describes. */
export function kindOf(resource: string): Kind | undefined {
  byResource ??= new Map(KINDS.map((k) => [k.resource, k]))
  return byResource.get(resource)
}
