// kubectl create clusterrole. Upstream: kubectl/pkg/cmd/create/create_clusterrole.go.
import type { Command, CommandContext } from '../cli/context'
import { generate, nameOf } from '../cli/generate'
import { checkResources, type PolicyFlags, policyFlags, policyRules, warnOfVerbs } from '../cli/policy-rules'
import { CommandError } from '../errors'

const URL_VERBS = ['*', 'get', 'post', 'put', 'delete', 'patch', 'head', 'options']

function checkUrls(urls: string[], verbs: string[]): void {
  if (!urls.length) return
  const wrong = verbs.find((verb) => !URL_VERBS.includes(verb))
  if (wrong !== undefined) throw new CommandError(`invalid verb: '${wrong}' for nonResourceURL`)
  for (const url of urls) {
    if (url === '*') continue
    if (!url.startsWith('/')) throw new CommandError('nonResourceURL should start with /')
    if (url.slice(0, -1).includes('*')) throw new CommandError("nonResourceURL only supports wildcard matches when '*' is at the end")
  }
}

function validate(context: CommandContext, given: PolicyFlags, urls: string[], aggregates: boolean): void {
  const { verbs, resources, resourceNames } = given
  if (aggregates) {
    if (urls.length || verbs.length || resources.length || resourceNames.length) {
      throw new CommandError('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames')
    }
    return
  }
  if (!verbs.length) throw new CommandError('at least one verb must be specified')
  if (!resources.length && !urls.length) throw new CommandError('one of resource or nonResourceURL must be specified')
  if (resources.length) warnOfVerbs(context, verbs)
}

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  const given = policyFlags(context)
  const urls = [...new Set(flags.list('non-resource-url'))]
  const labels = flags.changed('aggregation-rule') ? flags.map('aggregation-rule') : {}
  const aggregates = Object.keys(labels).length > 0
  if (!name) throw new CommandError('name must be specified')
  validate(context, given, urls, aggregates)
  generate(context, {
    clusterScoped: true,
    build: ({ server }) => {
      checkResources(server.discovery, given)
      checkUrls(urls, given.verbs)
      const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } }
      if (aggregates) return { ...object, aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] } }
      return { ...object, rules: policyRules(server.discovery, given, urls) }
    },
  })
}

export const command: Command = { run: create }
