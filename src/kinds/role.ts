// Role: what may be done in a namespace.

import { DEFAULT_COLUMNS } from './columns'
import { describeRole } from './describe/rules'
import { defineKind } from './kind'
import { validateRole } from './validation/cluster'

export const role = defineKind({
  resource: 'roles.rbac.authorization.k8s.io',
  validate: validateRole,
  columns: DEFAULT_COLUMNS,
  describe: describeRole,
})
