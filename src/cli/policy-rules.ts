// The rules that create role and create clusterrole make of --verb, --resource and --resource-name.
// Upstream: kubectl/pkg/cmd/create/create_role.go.
import type { Discovery } from '../apiserver/discovery'
import { CommandError, PlainFailure } from '../errors'
import type { CommandContext } from './context'

const VERBS = '* get delete list create update patch watch proxy deletecollection use bind escalate impersonate'.split(' ')
const RBAC = ['roles.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io']

/** Verbs that make sense for few resources only, which need not be served. */
const SPECIAL: Record<string, string[]> = {
  use: ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  bind: RBAC,
  escalate: RBAC,
  impersonate: ['users', 'serviceaccounts', 'groups', 'userextras.authentication.k8s.io'],
}

interface ResourceWord {
  resource: string
  group: string
  subresource: string
}

export interface PolicyFlags {
  verbs: string[]
  resources: ResourceWord[]
  resourceNames: string[]
}

export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

export function policyFlags(context: CommandContext): PolicyFlags {
  const { flags } = context
  const given = flags.list('verb')
  const verbs = given.includes('*') ? ['*'] : [...new Set(given)]
  let resources: ResourceWord[] = []
  for (const word of flags.list('resource')) {
    const [name, ...sub] = word.split('/')
    const [resource, ...group] = name.split('.')
    const parsed = { resource, group: group.join('.'), subresource: sub.join('/') }
    if (resource === '*' && group.length === 0 && sub.length === 0) {
      resources = [parsed]
      break
    }
    resources.push(parsed)
  }
  return { verbs, resources, resourceNames: [...new Set(flags.list('resource-name'))] }
}

export function warnOfVerbs(context: CommandContext, verbs: string[]): void {
  for (const verb of verbs) if (!VERBS.includes(verb)) context.err(`Warning: '${verb}' is not a standard resource verb\n`)
}

/** The full name and group of what a word names; the word itself when nothing is served under it. */
function resolve(discovery: Discovery, { resource, group }: ResourceWord): { plural: string; group: string; known: boolean } {
  const info = discovery.resolve(group ? `${resource}.${group}` : resource)
  return info ? { plural: info.plural, group: info.group, known: true } : { plural: resource, group, known: false }
}

/** Throws CommandError for resources that are not served, or that a special verb is not for. */
export function checkResources(discovery: Discovery, { verbs, resources }: PolicyFlags): void {
  for (const word of resources) {
    if (!word.resource) throw new CommandError('resource must be specified if apiGroup/subresource specified')
    if (word.resource === '*') return
    const { plural, group, known } = resolve(discovery, word)
    let accepted = known
    for (const verb of verbs) {
      if (!Object.hasOwn(SPECIAL, verb)) continue
      if (!SPECIAL[verb].includes(group ? `${plural}.${group}` : plural)) {
        throw new CommandError(`can not perform '${verb}' on '${plural}' in group '${group}'`)
      }
      accepted = true
    }
    if (accepted) continue
    const inGroup = word.group ? ` in group ${JSON.stringify(word.group)}` : ''
    throw new PlainFailure(`the server doesn't have a resource type ${JSON.stringify(word.resource)}${inGroup}`)
  }
}

/** One rule for each API group, and one for the URLs. */
export function policyRules(discovery: Discovery, { verbs, resources, resourceNames }: PolicyFlags, urls: string[] = []): PolicyRule[] {
  const byGroup = new Map<string, Set<string>>()
  for (const word of resources) {
    const { plural, group } = resolve(discovery, word)
    const names = byGroup.get(group) ?? new Set()
    byGroup.set(group, names.add(word.subresource ? `${plural}/${word.subresource}` : plural))
  }
  const rules = [...byGroup.keys()].sort().map(
    (group): PolicyRule => ({
      verbs,
      apiGroups: [group],
      resources: [...(byGroup.get(group) ?? [])],
      ...(resourceNames.length > 0 ? { resourceNames } : {}),
    }),
  )
  return urls.length > 0 ? [...rules, { verbs, nonResourceURLs: urls }] : rules
}

export interface Subject {
  kind: string
  apiGroup?: string
  name: string
  namespace?: string
}

const GROUP = 'rbac.authorization.k8s.io'

/** --user, --group and --serviceaccount of the bindings. Throws CommandError. */
export function subjectsOf(context: CommandContext): Subject[] {
  const { flags } = context
  const accounts = flags.list('serviceaccount').map((text): Subject => {
    const parts = text.split(':')
    if (parts.length !== 2 || !parts[0] || !parts[1]) throw new CommandError('serviceaccount must be <namespace>:<name>')
    return { kind: 'ServiceAccount', name: parts[1], namespace: parts[0] }
  })
  return [
    ...flags.list('user').map((name): Subject => ({ kind: 'User', apiGroup: GROUP, name })),
    ...flags.list('group').map((name): Subject => ({ kind: 'Group', apiGroup: GROUP, name })),
    ...accounts,
  ]
}
