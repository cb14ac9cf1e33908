// Which kinds count the changes of their spec in metadata.generation: those whose registry strategy sets it to 1 on creation.
// Upstream: pkg/registry/*/*/strategy.go PrepareForCreate.

const COUNTED = new Set([
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'horizontalpodautoscalers.autoscaling',
  'cronjobs.batch',
  'jobs.batch',
  'endpointslices.discovery.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'customresourcedefinitions.apiextensions.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'resourceslices.resource.k8s.io',
  'deviceclasses.resource.k8s.io',
])

/** The part of the metadata that counts as the spec does when users change it. Upstream: pkg/registry/{apps/deployment,discovery/endpointslice}. */
export function countedMetadata(resource: string): 'annotations' | 'labels' | undefined {
  if (resource === 'deployments.apps') return 'annotations'
  return resource === 'endpointslices.discovery.k8s.io' ? 'labels' : undefined
}

/** These are at their first generation for ever. Upstream: pkg/registry/scheduling/priorityclass/strategy.go. */
export function staysFirst(resource: string): boolean {
  return resource === 'priorityclasses.scheduling.k8s.io'
}

/** Whose metadata no write of the status changes. Upstream: metav1.ResetObjectMetaForStatus. */
const STATUS_ALONE = new Set([
  'podcertificaterequests.certificates.k8s.io',
  'servicecidrs.networking.k8s.io',
  'storageversionmigrations.storagemigration.k8s.io',
  'resourceclaims.resource.k8s.io',
  'devicetaintrules.resource.k8s.io',
  'volumeattachments.storage.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
])

/** The parts of the metadata that a write of the status changes as it changes the status. */
export function metadataWithStatus(resource: string): readonly string[] {
  if (STATUS_ALONE.has(resource)) return []
  const all = ['labels', 'annotations', 'finalizers', 'ownerReferences']
  if (resource === 'pods') return all.slice(0, 3)
  return resource === 'deployments.apps' ? all.slice(1) : all
}

export function countsGenerations(resource: string): boolean {
  return COUNTED.has(resource)
}
