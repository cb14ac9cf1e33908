// kubectl api-resources: what the server serves, the preferred version of each. Upstream: kubectl/pkg/cmd/apiresources.
import { groupVersion } from '../apiserver/discovery'
import type { Command, CommandContext } from '../cli/context'
import { tellOfDiscovery } from '../cli/discovery-look'
import { CommandError } from '../errors'
import { quote } from '../lib/go-values'
import { toJson } from '../lib/json-emit'
import { toKyaml } from '../lib/kyaml-emit'
import { align, TABLE } from '../lib/tabwriter'
import { toYaml } from '../lib/yaml-emit'
import type { ResourceInfo } from '../schema/resources'

const FORMATS = ['json', 'kyaml', 'name', 'wide', 'yaml']

function apiResources(context: CommandContext): void {
  const { flags, args } = context
  if (args.length) throw context.usage(`unexpected arguments: [${args.join(' ')}]`)
  const output = flags.string('output')
  if (output && !FORMATS.includes(output)) {
    throw new CommandError(
      `unable to match a printer suitable for the output format ${quote(output)}, allowed formats are: ${FORMATS.join(',')}`,
    )
  }
  const sortBy = flags.string('sort-by')
  if (!['', 'name', 'kind'].includes(sortBy)) throw new CommandError('--sort-by accepts only name or kind')
  const all = context.cluster.read(({ server }) => {
    tellOfDiscovery(context, server)
    return server.discovery.all()
  })
  const seen = new Set<string>()
  const preferred = all.filter((info) => !seen.has(ownName(info)) && seen.add(ownName(info)))
  const shown = preferred.filter((info) => wanted(context, info)).sort(order(sortBy))
  context.out(text(shown, output, flags.bool('no-headers')))
}

/** Plural and group, also where the objects are stored under another group's name. */
function ownName(info: ResourceInfo): string {
  return info.group ? `${info.plural}.${info.group}` : info.plural
}

function wanted({ flags }: CommandContext, info: ResourceInfo): boolean {
  if (info.verbs.length === 0) return false
  if (flags.changed('api-group') && info.group !== flags.string('api-group')) return false
  if (flags.changed('namespaced') && info.namespaced !== flags.bool('namespaced')) return false
  if (!flags.list('verbs').every((verb) => info.verbs.includes(verb))) return false
  return flags.list('categories').every((category) => info.categories.includes(category))
}

function order(sortBy: string): (a: ResourceInfo, b: ResourceInfo) => number {
  const key = (info: ResourceInfo) => (sortBy === 'name' ? info.plural : sortBy === 'kind' ? info.kind : info.group)
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return (a, b) => compare(key(a), key(b)) || compare(a.plural, b.plural)
}

function text(shown: ResourceInfo[], output: string, noHeaders: boolean): string {
  if (output === 'name') return shown.map((info) => `${ownName(info)}\n`).join('')
  if (output === 'json') return toJson(listOf(shown), { sort: false })
  if (output === 'yaml') return toYaml(listOf(shown))
  if (output === 'kyaml') return toKyaml(listOf(shown), false)
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(output === 'wide' ? ['VERBS', 'CATEGORIES'] : [])]
  const rows = shown.map((info) => [
    info.plural,
    info.shortNames.join(','),
    groupVersion(info),
    String(info.namespaced),
    info.kind,
    ...(output === 'wide' ? [info.verbs.join(','), info.categories.join(',')] : []),
  ])
  const lines = noHeaders ? rows : [header, ...rows]
  return align(lines.map((line) => `${line.join('\t')}\n`).join(''), { ...TABLE, remembered: [] })
}

/** As metav1.APIResourceList. */
function listOf(shown: ResourceInfo[]): unknown {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: '',
    resources: shown.map((info) => ({
      name: info.plural,
      singularName: info.singular,
      namespaced: info.namespaced,
      ...(info.group ? { group: info.group } : {}),
      version: info.version,
      kind: info.kind,
      verbs: info.verbs,
      ...(info.shortNames.length ? { shortNames: info.shortNames } : {}),
      ...(info.categories.length ? { categories: info.categories } : {}),
    })),
  }
}

export const command: Command = { run: apiResources }
