// Somebody in the cluster whom nothing selects: a client without labels, files or a place in the state, to make connections from.
import type { View } from '../api/contracts'
import type { Node, Pod } from '../api/types'

/** A Pod of that name on a node (the first one unless told) with the last address of the node's Pod network. */
export function stranger(view: View, name: string, namespace: string, node = view.list<Node>('nodes')[0]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: { nodeName: node?.metadata.name, containers: [] },
    status: { phase: 'Running', podIP: node?.spec.podCIDR?.replace(/\d+\/\d+$/, '254') },
  } as Pod
}
