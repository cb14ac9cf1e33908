// kubectl create clusterrolebinding. Upstream: kubectl/pkg/cmd/create/create_clusterrolebinding.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, nameOf, requireFlags } from '../cli/generate'
import { subjectsOf } from '../cli/policy-rules'

function create(context: CommandContext): void {
  requireFlags(context, 'clusterrole')
  const { name } = nameOf(context)
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: context.flags.string('clusterrole') }
  generate(context, {
    failure: 'failed to create clusterrolebinding: ',
    clusterScoped: true,
    build: () => {
      const subjects = subjectsOf(context)
      const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name }, roleRef }
      return subjects.length ? { ...object, subjects } : object
    },
  })
}

export const command: Command = { run: create }
