// Publishes the cluster's CA certificate as kube-root-ca.crt in every namespace. Follows pkg/controller/certificates/rootcacertpublisher.
import type { Controller } from '../api/contracts'
import type { ConfigMap, Namespace } from '../api/types'
import { CLUSTER_CA } from '../lib/cluster-ca'

const NAME = 'kube-root-ca.crt'
const DESCRIPTION_KEY = 'kubernetes.io/description'
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

export const rootCaPublisher: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  watches: {
    namespaces: ({ after }) => (after ? [after.metadata.name] : []),
    configmaps: ({ before, after }) => {
      const { name, namespace } = (after ?? before)!.metadata
      return name === NAME ? [namespace!] : []
    },
  },
  reconcile(key, { api }) {
    const namespace = api.get<Namespace>('namespaces', undefined, key)
    if (!namespace || namespace.metadata.deletionTimestamp || namespace.status?.phase === 'Terminating') return
    const data = { 'ca.crt': CLUSTER_CA }
    const existing = api.get<ConfigMap>('configmaps', key, NAME)
    if (!existing) {
      const metadata = { name: NAME, namespace: key, annotations: { [DESCRIPTION_KEY]: DESCRIPTION } }
      api.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
      return
    }
    const described = existing.metadata.annotations?.[DESCRIPTION_KEY]
    if (existing.data?.['ca.crt'] === CLUSTER_CA && Object.keys(existing.data).length === 1 && described) return
    const annotations = described ? existing.metadata.annotations : { ...existing.metadata.annotations, [DESCRIPTION_KEY]: DESCRIPTION }
    api.update<ConfigMap>({ ...existing, metadata: { ...existing.metadata, annotations }, data })
  },
}
