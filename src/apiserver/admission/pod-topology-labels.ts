// PodTopologyLabels: a Pod bears the zone and the region of its node. Upstream: plugin/pkg/admission/podtopologylabels/admission.go.

import type { KubeObject, Pod } from '../../api/types'
import type { AdmissionPlugin } from './plugin'

const COPIED = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']

/** The labels that a Pod takes over from its node; none from a node that there is not. */
export function topologyLabels(node: KubeObject | undefined): Record<string, string> {
  const labels = node?.metadata.labels ?? {}
  return Object.fromEntries(COPIED.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])))
}

function take(object: KubeObject, view: { get(resource: string, namespace: undefined, name: string): KubeObject | undefined }): void {
  const { nodeName } = (object as Pod).spec
  const labels = nodeName ? topologyLabels(view.get('nodes', undefined, nodeName)) : {}
  if (Object.keys(labels).length > 0) object.metadata.labels = { ...object.metadata.labels, ...labels }
}

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  resources: ['pods'],
  create: (object, { view }) => take(object, view),
  update: (object, _old, { view }) => take(object, view),
}
