// kubectl auth can-i. Upstream: kubectl/pkg/cmd/auth/cani.go.
import type { PolicyRule } from '../api/rbac'
import { type Access, ADMIN, forbiddenAccess, isAllowed, rulesFor } from '../apiserver/authorization'
import { groupVersion } from '../apiserver/discovery'
import type { Command, CommandContext } from '../cli/context'
import type { Cluster } from '../cluster'
import { CommandError } from '../errors'
import { compactRules, ruleCells } from '../kinds/describe/rules'
import { align, TABLE } from '../lib/tabwriter'
import type { ResourceInfo } from '../schema/resources'

const RESOURCE_VERBS =
  'get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest'.split(' ')
const PATH_VERBS = 'get put post head options delete patch *'.split(' ')

function canI(context: CommandContext): number {
  const { flags, args } = context
  if (flags.bool('list')) {
    list(context)
    return 0
  }
  if (args.length !== 2) {
    throw new CommandError(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    )
  }
  const allowed = context.cluster.read((cluster) => {
    const access = accessOf(context, cluster)
    if (flags.bool('no-headers')) throw new CommandError('--no-headers cannot be set without --list specified')
    const spec = 'path' in access ? { nonResourceAttributes: access } : { resourceAttributes: access }
    context.tellOfReview(cluster.server, 'selfsubjectaccessreviews.authorization.k8s.io', { spec })
    requireReviews(cluster, context, 'selfsubjectaccessreviews')
    return isAllowed(cluster.view, context.user ?? ADMIN, access)
  })
  if (!flags.bool('quiet')) context.out(allowed ? 'yes\n' : 'no\n')
  return allowed ? 0 : 1
}

/** What is asked for; says on stderr what is odd about it. */
function accessOf(context: CommandContext, cluster: Cluster): Access {
  const { flags, args } = context
  const [verb, what] = args
  const warn = (message: string) => context.err(`Warning: ${message}\n\n`)
  if (what.startsWith('/')) {
    if (flags.string('subresource')) throw new CommandError('--subresource can not be used with NonResourceURL')
    if (!PATH_VERBS.includes(verb)) warn(`verb '${verb}' is not a known verb`)
    return { verb, path: what }
  }
  const slash = what.indexOf('/')
  const word = slash < 0 ? what : what.slice(0, slash)
  const info = word === '*' ? undefined : cluster.server.discovery.resolve(word)
  if (!info && !['*', 'users', 'groups'].includes(word)) warn(unknownType(word))
  const allNamespaces = flags.bool('all-namespaces')
  if (info && !allNamespaces) tellOfGroup(context, cluster, info)
  if (!allNamespaces) {
    if (info && !info.namespaced) warn(notNamespaced(info))
    if (!RESOURCE_VERBS.includes(verb)) warn(`verb '${verb}' is not a known verb`)
  }
  return {
    verb,
    group: info?.group ?? '',
    resource: info?.plural ?? word,
    ...(flags.string('subresource') ? { subresource: flags.string('subresource') } : {}),
    ...(allNamespaces ? {} : { namespace: context.namespace }),
    ...(slash < 0 ? {} : { name: what.slice(slash + 1) }),
  }
}

/** The client asks for what the group holds, to see whether the resource lies in namespaces. */
/** Who is nobody may not even ask. Throws ApiError Forbidden. */
function requireReviews({ view }: Cluster, { user }: CommandContext, resource: string): void {
  const asked = { verb: 'create', group: 'authorization.k8s.io', resource }
  if (user && !isAllowed(view, user, asked)) throw forbiddenAccess(user, asked)
}

function tellOfGroup({ observePath }: CommandContext, { server }: Cluster, info: ResourceInfo): void {
  const path = info.group ? `/apis/${groupVersion(info)}` : `/api/${info.version}`
  observePath?.({ path, place: 'discovery_client.go:828', accept: 'application/json, */*' }, server)
}

function unknownType(word: string): string {
  const [resource, ...group] = word.toLowerCase().split('.')
  return `the server doesn't have a resource type '${resource}'${group.length ? ` in group '${group.join('.')}'` : ''}`
}

function notNamespaced({ plural, group }: ResourceInfo): string {
  return `resource '${plural}' is not namespace scoped${group ? ` in group '${group}'` : ''}`
}

function list(context: CommandContext): void {
  const { flags, args } = context
  if (args.length) throw new CommandError('list option must be specified with no arguments')
  if (flags.bool('quiet') || flags.bool('all-namespaces') || flags.string('subresource')) {
    throw new CommandError("list option can't be specified with neither quiet, all-namespaces nor subresource options")
  }
  const rules: PolicyRule[] = context.cluster.read((cluster) => {
    context.tellOfReview(cluster.server, 'selfsubjectrulesreviews.authorization.k8s.io', { spec: { namespace: context.namespace } })
    requireReviews(cluster, context, 'selfsubjectrulesreviews')
    return rulesFor(cluster.view, context.user ?? ADMIN, context.namespace)
  })
  const header = flags.bool('no-headers') ? [] : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']]
  const rows = [...header, ...compactRules(rules).map(ruleCells)]
  context.out(align(rows.map((row) => `${row.join('\t')}\n`).join(''), { ...TABLE, remembered: [] }))
}

export const command: Command = { run: canI }
