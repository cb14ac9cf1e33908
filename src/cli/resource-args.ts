// What TYPE, TYPE NAME and TYPE/NAME arguments mean. Upstream: cli-runtime/pkg/resource/builder.go.
import { type Discovery, groupVersion } from '../apiserver/discovery'
import { ApiError, CommandError, PlainFailure } from '../errors'
import { quote } from '../lib/go-values'
import type { ResourceInfo } from '../schema/resources'

/** One thing to look up: a resource, and the object's name unless the whole collection is meant. */
export interface Target {
  info: ResourceInfo
  name?: string
}

export interface ResourceArguments {
  targets: Target[]
  /** Names were given (as `TYPE NAME` or `TYPE/NAME`). */
  named: boolean
  /** Exactly one object was named, so that it prints by itself and not as a list. */
  single: boolean
}

export const MISSING = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

export interface ArgumentRules {
  /** A selector (or --all) was given: names are refused. */
  selector: boolean
  /** A bare TYPE means all of them (get), otherwise a name is required. */
  allowAll: boolean
  allNamespaces?: boolean
  /** Shown in a hint that names the program. */
  program?: string
}

/** What follows the first dot is taken for a group, whatever it is. */
function noSuchType(word: string): CommandError {
  const [name, ...group] = word.split('.')
  const where = group.length ? ` in group ${quote(group.join('.'))}` : ''
  return new CommandError(`the server doesn't have a resource type ${quote(name)}${where}`)
}

/** The resource a word names. Throws CommandError in kubectl's words. */
export function resourceNamed(discovery: Discovery, word: string): ResourceInfo {
  const info = discovery.resolve(word)
  if (!info) throw noSuchType(word)
  return info
}

/** The same where nothing stands between the client's map of resources and its user, who is told without `error: `. */
export function resourceMapped(discovery: Discovery, word: string): ResourceInfo {
  const info = discovery.resolve(word)
  if (!info) throw new PlainFailure(noSuchType(word).message)
  return info
}

/** What the server says of a type that it serves no longer, to who asks for it all the same. */
function goneType(discovery: Discovery, word: string, name?: string): ApiError | undefined {
  const info = discovery.resolveGone(word)
  if (!info) return undefined
  const missing = `the server could not find the requested resource (get ${info.resource}${name === undefined ? '' : ` ${name}`})`
  const list = `Unable to list "${groupVersion(info)}, Resource=${info.plural}": `
  return new ApiError('NotFound', name === undefined ? list + missing : missing)
}

/** `all` and other categories stand for several resources; each resource is taken once, whatever it is called. */
function resourcesNamed(discovery: Discovery, list: string, name: string | undefined): ResourceInfo[] {
  const infos = list.split(',').flatMap((word) => {
    const category = discovery.resolve(word) ? [] : discovery.category(word)
    if (category.length) return category
    const gone = discovery.resolve(word) ? undefined : goneType(discovery, word, name)
    if (gone) throw gone
    return [resourceNamed(discovery, word)]
  })
  return [...new Set(infos)]
}

/** `a,b x` means `a/x b/x`. */
function asTuples(args: string[]): string[] {
  const [types, ...names] = args
  if (!names.length || !types.includes(',')) return args
  return types.split(',').flatMap((type) => names.map((name) => `${type}/${name}`))
}

/** Reads a command's arguments. Throws CommandError. */
export function parseResourceArguments(discovery: Discovery, words: string[], rules: ArgumentRules): ResourceArguments {
  const args = asTuples(words)
  const slashes = args.filter((a) => a.includes('/')).length
  if (slashes && slashes !== args.length) {
    const program = rules.program ?? 'kubectl'
    throw new CommandError(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. '${program} get resource/<resource_name>' instead of '${program} get resource resource/<resource_name>'`,
    )
  }
  if (slashes) return tuples(discovery, args, rules)
  if (!args.length) throw new CommandError(rules.selector ? 'at least one resource must be specified to use a selector' : MISSING)
  const infos = resourcesNamed(discovery, args[0], args[1])
  const names = args.slice(1)
  if (names.length && rules.selector) throw new CommandError('name cannot be provided when a selector is specified')
  if (names.length) {
    if (infos.length > 1) throw new CommandError('you must specify only one resource')
    if (rules.allNamespaces && infos.some((i) => i.namespaced)) {
      throw new CommandError('a resource cannot be retrieved by name across all namespaces')
    }
    const targets = names.map((name) => ({ info: infos[0], name }))
    return { targets, named: true, single: targets.length === 1 }
  }
  if (!rules.selector && !rules.allowAll) throw new CommandError('resource(s) were provided, but no name was specified')
  return { targets: infos.map((info) => ({ info })), named: false, single: false }
}

function tuples(discovery: Discovery, args: string[], rules: ArgumentRules): ResourceArguments {
  const parts = args.map((a) => {
    const words = a.split('/')
    if (words.length !== 2) throw new CommandError('arguments in resource/name form may not have more than one slash')
    if (!words[0] || !words[1] || words[0].includes(',')) {
      throw new CommandError('arguments in resource/name form must have a single resource and name')
    }
    return words
  })
  if (rules.selector) throw new CommandError('selectors and the all flag cannot be used when passing resource/name arguments')
  const targets = parts.map(([type, name]) => ({ info: discovery.resolve(type), type, name }))
  const unknown = targets.find((t) => !t.info)
  if (unknown) throw goneType(discovery, unknown.type, unknown.name) ?? noSuchType(unknown.type)
  const known = targets.map(({ info, name }) => ({ info: info as ResourceInfo, name }))
  if (rules.allNamespaces && known.some((t) => t.info.namespaced)) {
    throw new CommandError('a resource cannot be retrieved by name across all namespaces')
  }
  return { targets: known, named: true, single: known.length === 1 }
}
