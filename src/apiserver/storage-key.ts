// Where an object lies in the cluster's storage. Upstream: apiserver/pkg/registry/generic/registry/store.go.
import type { ObjectMeta } from '../api/types'
import type { ResourceInfo } from '../schema/resources'

/** Where upstream keeps kinds under other names. Upstream: pkg/kubeapiserver/default_storage_factory_builder.go. */
const STORED_UNDER: Record<string, string> = {
  replicationcontrollers: 'controllers',
  endpoints: 'services/endpoints',
  services: 'services/specs',
  nodes: 'minions',
  'ingresses.networking.k8s.io': 'ingress',
}

/** The key of an object in the cluster's storage, as errors of the storage show it. */
export function storageKey(info: ResourceInfo, { namespace, name }: ObjectMeta): string {
  const grouped = info.custom || /\.(apiextensions|apiregistration)\.k8s\.io$/.test(info.resource)
  const folder = STORED_UNDER[info.resource] ?? (grouped ? `${info.group}/${info.plural}` : info.plural)
  return ['', folder, ...(namespace ? [namespace] : []), name].join('/')
}
