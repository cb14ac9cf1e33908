// Puts the Service default/kubernetes and its endpoints back when somebody deletes them, as the API server does for its own.
// Upstream: pkg/controlplane/controller/kubernetesservice/controller.go, which looks every ten seconds; here it looks at once.
import type { Change, Controller } from '../api/contracts'
import { apiServerService } from '../network/api-server-service'

function deleted({ before, after }: Change): string[] {
  return !after && before?.metadata.namespace === 'default' && before.metadata.name === 'kubernetes' ? ['default/kubernetes'] : []
}

export const kubernetesServiceController: Controller = {
  name: 'kube-apiserver',
  watches: { services: deleted, endpoints: deleted, 'endpointslices.discovery.k8s.io': deleted },
  reconcile(_key, { api }) {
    for (const { resource, object } of apiServerService()) {
      if (!api.get(resource, 'default', 'kubernetes')) api.create(object)
    }
  },
}
