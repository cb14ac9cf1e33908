// kubectl create rolebinding. Upstream: kubectl/pkg/cmd/create/create_rolebinding.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'
import { subjectsOf } from '../cli/policy-rules'
import { CommandError } from '../errors'

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const [role, clusterRole] = [context.flags.string('role'), context.flags.string('clusterrole')]
  if (!name) throw new CommandError('name must be specified')
  if ((clusterRole === '') === (role === '')) throw new CommandError('exactly one of clusterrole or role must be specified')
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role ? 'Role' : 'ClusterRole', name: role || clusterRole }
  generate(context, {
    failure: 'failed to create rolebinding: ',
    build: () => {
      const subjects = subjectsOf(context)
      const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: metadataOf(context, name), roleRef }
      return subjects.length ? { ...object, subjects } : object
    },
  })
}

export const command: Command = { run: create }
