// Which version of an object a write means to replace. Upstream: apiserver/pkg/registry/generic/registry/store.go, storage/api_object_versioner.go.
import type { KubeObject } from '../api/types'
import { ApiError, conflict, invalid } from '../errors'
import { quote } from '../lib/go-values'
import type { ResourceInfo } from '../schema/resources'

/** Kinds that are only replaced in a version that is named. Upstream: AllowUnconditionalUpdate of their strategies. */
const NEVER_BLINDLY = [
  'clustertrustbundles.certificates.k8s.io',
  'runtimeclasses.node.k8s.io',
  'storageversionmigrations.storagemigration.k8s.io',
  'storageversions.internal.apiserver.k8s.io',
  'poddisruptionbudgets.policy',
  'csidrivers.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'leases.coordination.k8s.io',
  'leasecandidates.coordination.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
]
const MOST = 2n ** 64n - 1n

/** Throws ApiError: Conflict for another version than the stored one, Invalid for none where one is needed, and for what is no number. */
export function checkObjectVersion(info: ResourceInfo, input: KubeObject, old: KubeObject): void {
  const { resourceVersion: text, name } = input.metadata
  if (!text || text === old.metadata.resourceVersion) return
  const version = /^\d+$/.test(text) ? BigInt(text) : undefined
  if (version === undefined || version > MOST) {
    const why = version === undefined ? 'invalid syntax' : 'value out of range'
    throw new ApiError('', `strconv.ParseUint: parsing ${quote(text)}: ${why}`)
  }
  if (version === 0n) {
    if (!info.custom && !NEVER_BLINDLY.includes(info.resource)) return
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid(info.plural, info.group, name, [{ type: 'Invalid', field: 'metadata.resourceVersion', message }])
  }
  throw conflict(info.resource, name, 'the object has been modified; please apply your changes to the latest version and try again')
}
