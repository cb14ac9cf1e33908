// RoleBinding: who has a role.

import type { RoleBinding } from '../api/rbac'
import { AGE, NAME } from './columns'
import { defaultRoleBinding } from './defaults/cluster'
import { describeBinding, subjectColumns } from './describe/subjects'
import { defineKind } from './kind'
import { validateRoleBinding, validateRoleBindingUpdate } from './validation/cluster'

export const roleBinding = defineKind<RoleBinding>({
  resource: 'rolebindings.rbac.authorization.k8s.io',
  validate: validateRoleBinding,
  validateUpdate: validateRoleBindingUpdate,
  defaults: defaultRoleBinding,
  columns: [NAME, { name: 'ROLE', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` }, AGE, ...subjectColumns()],
  describe: describeBinding,
})
