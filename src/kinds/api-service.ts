// APIService: who serves a group and version of the API.

import type { Condition, KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultApiService, prepareApiService } from './defaults/extension'
import { defineKind } from './kind'
import { validateApiService } from './validation/components'

interface APIService extends KubeObject {
  spec: { service?: { namespace?: string; name?: string } }
  status?: { conditions?: Condition[] }
}

/** `True`, `False (FailedDiscoveryCheck)`, or `Unknown`. */
function availability({ status }: APIService): string {
  const condition = status?.conditions?.find((entry) => entry.type === 'Available')
  if (!condition) return 'Unknown'
  return condition.status === 'True' || !condition.reason ? condition.status : `${condition.status} (${condition.reason})`
}

export const apiService = defineKind<APIService>({
  resource: 'apiservices.apiregistration.k8s.io',
  defaults: defaultApiService,
  prepareForCreate: prepareApiService,
  validate: validateApiService,
  columns: [
    NAME,
    { name: 'SERVICE', cell: ({ spec: { service } }) => (service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local') },
    { name: 'AVAILABLE', cell: availability },
    AGE,
  ],
})
