// ClusterRole: what may be done anywhere.

import { DEFAULT_COLUMNS } from './columns'
import { describeRole } from './describe/rules'
import { defineKind } from './kind'
import { validateRole } from './validation/cluster'

export const clusterRole = defineKind({
  resource: 'clusterroles.rbac.authorization.k8s.io',
  validate: validateRole,
  columns: DEFAULT_COLUMNS,
  describe: describeRole,
})
