// kubectl create role. Upstream: kubectl/pkg/cmd/create/create_role.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'
import { checkResources, policyFlags, policyRules, warnOfVerbs } from '../cli/policy-rules'
import { CommandError } from '../errors'

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const given = policyFlags(context)
  if (!name) throw new CommandError('name must be specified')
  if (!given.verbs.length) throw new CommandError('at least one verb must be specified')
  warnOfVerbs(context, given.verbs)
  if (!given.resources.length) throw new CommandError('at least one resource must be specified')
  generate(context, {
    build: ({ server }) => {
      checkResources(server.discovery, given)
      const rules = policyRules(server.discovery, given)
      return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: metadataOf(context, name), rules }
    },
  })
}

export const command: Command = { run: create }
