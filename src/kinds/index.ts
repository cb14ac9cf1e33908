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
import { scale } from './scale'
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

/** By plural and group. A kind's file is loaded only when its kind is asked for. */
const KINDS: Record<string, () => Kind> = {
  componentstatuses: () => componentStatus,
  configmaps: () => configMap,
  endpoints: () => endpoints,
  events: () => event,
  limitranges: () => limitRange,
  namespaces: () => namespace,
  nodes: () => node,
  persistentvolumeclaims: () => persistentVolumeClaim,
  persistentvolumes: () => persistentVolume,
  pods: () => pod,
  podtemplates: () => podTemplate,
  replicationcontrollers: () => replicationController,
  resourcequotas: () => resourceQuota,
  secrets: () => secret,
  serviceaccounts: () => serviceAccount,
  services: () => service,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': () => mutatingAdmissionPolicy,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': () => mutatingAdmissionPolicyBinding,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': () => mutatingWebhookConfiguration,
  'validatingadmissionpolicies.admissionregistration.k8s.io': () => validatingAdmissionPolicy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': () => validatingAdmissionPolicyBinding,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': () => validatingWebhookConfiguration,
  'customresourcedefinitions.apiextensions.k8s.io': () => customResourceDefinition,
  'apiservices.apiregistration.k8s.io': () => apiService,
  'controllerrevisions.apps': () => controllerRevision,
  'daemonsets.apps': () => daemonSet,
  'deployments.apps': () => deployment,
  'replicasets.apps': () => replicaSet,
  'statefulsets.apps': () => statefulSet,
  'horizontalpodautoscalers.autoscaling': () => horizontalPodAutoscaler,
  'scales.autoscaling': () => scale,
  'cronjobs.batch': () => cronJob,
  'jobs.batch': () => job,
  'certificatesigningrequests.certificates.k8s.io': () => certificateSigningRequest,
  'clustertrustbundles.certificates.k8s.io': () => clusterTrustBundle,
  'podcertificaterequests.certificates.k8s.io': () => podCertificateRequest,
  'leases.coordination.k8s.io': () => lease,
  'endpointslices.discovery.k8s.io': () => endpointSlice,
  'events.events.k8s.io': () => eventOfEventsGroup,
  'flowschemas.flowcontrol.apiserver.k8s.io': () => flowSchema,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': () => priorityLevelConfiguration,
  'ingressclasses.networking.k8s.io': () => ingressClass,
  'ingresses.networking.k8s.io': () => ingress,
  'ipaddresses.networking.k8s.io': () => ipAddress,
  'networkpolicies.networking.k8s.io': () => networkPolicy,
  'servicecidrs.networking.k8s.io': () => serviceCidr,
  'runtimeclasses.node.k8s.io': () => runtimeClass,
  'poddisruptionbudgets.policy': () => podDisruptionBudget,
  'clusterrolebindings.rbac.authorization.k8s.io': () => clusterRoleBinding,
  'clusterroles.rbac.authorization.k8s.io': () => clusterRole,
  'rolebindings.rbac.authorization.k8s.io': () => roleBinding,
  'roles.rbac.authorization.k8s.io': () => role,
  'deviceclasses.resource.k8s.io': () => deviceClass,
  'devicetaintrules.resource.k8s.io': () => deviceTaintRule,
  'resourceclaims.resource.k8s.io': () => resourceClaim,
  'resourceclaimtemplates.resource.k8s.io': () => resourceClaimTemplate,
  'resourceslices.resource.k8s.io': () => resourceSlice,
  'priorityclasses.scheduling.k8s.io': () => priorityClass,
  'csidrivers.storage.k8s.io': () => csiDriver,
  'csinodes.storage.k8s.io': () => csiNode,
  'csistoragecapacities.storage.k8s.io': () => csiStorageCapacity,
  'storageclasses.storage.k8s.io': () => storageClass,
  'volumeattachments.storage.k8s.io': () => volumeAttachment,
  'volumeattributesclasses.storage.k8s.io': () => volumeAttributesClass,
  'storageversionmigrations.storagemigration.k8s.io': () => storageVersionMigration,
}

/** The kind behind `pods` or `deployments.apps`; undefined for those the schema alone describes. */
export function kindOf(resource: string): Kind | undefined {
  return Object.hasOwn(KINDS, resource) ? KINDS[resource]() : undefined
}
