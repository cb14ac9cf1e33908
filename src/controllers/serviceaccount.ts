// Sees to it that every active namespace has the service account `default`. Follows pkg/controller/serviceaccount.
import type { Controller } from '../api/contracts'
import type { Namespace } from '../api/types'

export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  watches: {
    namespaces: ({ after }) => (after ? [after.metadata.name] : []),
    serviceaccounts: ({ before, after }) => (!after && before?.metadata.name === 'default' ? [before.metadata.namespace!] : []),
  },
  reconcile(key, { api }) {
    const namespace = api.get<Namespace>('namespaces', undefined, key)
    if (!namespace || namespace.metadata.deletionTimestamp || namespace.status?.phase === 'Terminating') return
    if (api.get('serviceaccounts', key, 'default')) return
    api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: key } })
  },
}
