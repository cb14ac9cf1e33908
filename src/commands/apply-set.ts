// apply --prune --applyset: the object that says which kinds and namespaces belong to a set of applied objects, and what left the set.
// Upstream: kubectl/pkg/cmd/apply/{applyset,applyset_pruner}.go.
import type { KubeObject } from '../api/types'
import { type Discovery, groupVersion } from '../apiserver/discovery'
import { applyObject } from '../apiserver/patch-requests'
import { listObjects, presented } from '../apiserver/query'
import { serverVersion } from '../apiserver/version'
import type { CommandContext } from '../cli/context'
import { klogWarning } from '../cli/klog'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { sha256 } from '../lib/sha256'
import type { ResourceInfo } from '../schema/resources'
import type { Applying, Given } from './apply'

const SPEC = 'applyset.kubernetes.io'
const TOOLING = `${SPEC}/tooling`
const NAMESPACES = `${SPEC}/additional-namespaces`
/** Superseded by the kinds; still read. */
const RESOURCES = `${SPEC}/contains-group-resources`
const KINDS = `${SPEC}/contains-group-kinds`
const ID = `${SPEC}/id`
const PART_OF = `${SPEC}/part-of`
const PARENT_TYPE = `${SPEC}/is-parent-type`
const TOOL = 'kubectl'
const MANAGER = `${TOOL}-applyset`

const BUILTIN_PARENTS = ['secrets', 'configmaps']

/** The object that keeps the set. */
interface Parent {
  info: ResourceInfo
  name: string
  /** Empty for cluster-scoped ones, and where none was given. */
  namespace: string
}

/** The kinds by `Kind.group`, and the namespaces, that a set has objects of. */
interface Extent {
  kinds: Map<string, ResourceInfo>
  namespaces: Set<string>
}

export interface ApplySet {
  parent: Parent
  id: string
  /** As the parent had it when the command began. */
  before: Extent
  /** Of what is applied now. */
  now: Extent
}

/** Reads --applyset, `[RESOURCE][.GROUP]/NAME`. Throws CommandError. */
export function applySetOf(context: CommandContext, discovery: Discovery): ApplySet {
  const text = context.flags.string('applyset')
  const refuse = (why: string) => new CommandError(`invalid parent reference ${JSON.stringify(text)}: ${why}`)
  const slash = text.indexOf('/')
  const name = text.slice(slash + 1)
  if (!name) throw refuse('name cannot be blank')
  const word = slash < 0 ? 'secrets' : text.slice(0, slash)
  if (!word) throw refuse('a resource must be present, got: /, Resource=')
  const info = discovery.resolve(word)
  if (!info) throw refuse(noMatch(word))
  const parent = { info, name, namespace: info.namespaced && context.namespaceGiven ? context.namespace : '' }
  const nothing = () => ({ kinds: new Map<string, ResourceInfo>(), namespaces: new Set<string>() })
  return { parent, id: idOf(parent), before: nothing(), now: nothing() }
}

/** meta.NoResourceMatchError of a word without a version. */
function noMatch(word: string): string {
  const [resource, ...group] = word.toLowerCase().split('.')
  return `no matches for ${group.join('.')}/, Resource=${resource}`
}

function idOf({ info, name, namespace }: Parent): string {
  const digest = sha256([name, namespace, info.kind, info.group].join('.'))
  return `applyset-${Buffer.from(digest).toString('base64url')}-v1`
}

/** schema.GroupVersionResource's own text. */
function goName({ group, version, plural }: ResourceInfo): string {
  return `${group}/${version}, Resource=${plural}`
}

/** `secrets./web` */
function referenceTo({ info, name }: Parent): string {
  return JSON.stringify(`${info.plural}.${info.group}/${name}`)
}

/** Throws CommandError for parents that cannot keep a set. */
export function checkParent({ parent: { info, namespace } }: ApplySet, { server }: Cluster): void {
  const refusals: Error[] = []
  if (info.namespaced && !namespace) refusals.push(new CommandError('namespace is required to use namespace-scoped ApplySet'))
  if (!BUILTIN_PARENTS.includes(info.resource)) {
    const definitions = server.discovery.byResource('customresourcedefinitions.apiextensions.k8s.io')!
    try {
      const permitted = listObjects(server, definitions, undefined, { labelSelector: PARENT_TYPE })
      if (!permitted.some(({ metadata }) => metadata.name === info.resource))
        refusals.push(new CommandError(`resource ${JSON.stringify(goName(info))} is not permitted as an ApplySet parent`))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      refusals.push(new CommandError(`identifying allowed custom resource parent types: ${error.message}`))
    }
  }
  const refusal = combine(refusals)
  if (refusal) throw refusal
}

/** The objects as members of the set. Throws CommandError for one that says of itself to which set it belongs. */
export function asMembers({ id }: ApplySet, given: Given[]): Given[] {
  return given.map((one) => {
    const labels = one.object.metadata.labels ?? {}
    if (Object.hasOwn(labels, PART_OF)) throw new CommandError(`ApplySet label ${JSON.stringify(PART_OF)} already set in input data`)
    return { ...one, object: { ...one.object, metadata: { ...one.object.metadata, labels: { ...labels, [PART_OF]: id } } } }
  })
}

/** Reads the parent and lets it cover what is to be applied besides what the set has. Throws CommandError. */
export function beforeApply(set: ApplySet, applying: Applying, given: Given[]): void {
  readParent(set, applying.cluster)
  for (const { info, object } of given) {
    set.now.kinds.set(groupKind(info), info)
    if (info.namespaced && object.metadata.namespace) set.now.namespaces.add(object.metadata.namespace)
  }
  const kinds = new Map([...set.before.kinds, ...set.now.kinds])
  writeParent(set, applying, { kinds, namespaces: new Set([...set.before.namespaces, ...set.now.namespaces]) })
}

/** schema.GroupKind's own text. */
function groupKind({ kind, group }: ResourceInfo): string {
  return group ? `${kind}.${group}` : kind
}

function readParent(set: ApplySet, { server }: Cluster): void {
  const { parent, id } = set
  const reference = referenceTo(parent)
  let found: KubeObject
  try {
    found = server.get(parent.info, parent.namespace || undefined, parent.name)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.reason !== 'NotFound') throw new CommandError(`failed to fetch ApplySet parent object ${reference}: ${error.message}`)
    if (BUILTIN_PARENTS.includes(parent.info.resource)) return
    throw new CommandError('custom resource ApplySet parents cannot be created automatically')
  }
  const { labels = {}, annotations = {} } = found.metadata
  const subject = `ApplySet parent object ${reference}`
  const tooling = annotations[TOOLING]
  if (tooling === undefined) {
    throw new CommandError(`${subject} already exists and is missing required annotation ${JSON.stringify(TOOLING)}`)
  }
  const tool = tooling.includes('/') ? tooling.slice(0, tooling.lastIndexOf('/')) : tooling
  if (tool !== TOOL) {
    throw new CommandError(`${subject} already exists and is managed by tooling ${JSON.stringify(tool)} instead of "${TOOL}"`)
  }
  if (labels[ID] === undefined) throw new CommandError(`${subject} exists and does not have required label ${ID}`)
  if (labels[ID] !== id) {
    throw new CommandError(`${subject} exists and has incorrect value for label "${ID}" (got: ${labels[ID]}, want: ${id})`)
  }
  try {
    set.before.kinds = kindsOf(annotations, server.discovery)
  } catch (error) {
    throw new CommandError(`parsing ApplySet annotation on ${reference}: ${(error as Error).message}`)
  }
  const more = annotations[NAMESPACES]
  set.before.namespaces = new Set(more ? more.split(',') : [])
  if (parent.info.namespaced) set.before.namespaces.add(parent.namespace)
}

/** Throws Error for what names no kind. */
function kindsOf(annotations: Record<string, string>, discovery: Discovery): Map<string, ResourceInfo> {
  const text = annotations[KINDS]
  const resources = annotations[RESOURCES]
  if (text === undefined && !resources)
    throw new Error(`kubectl requires the "${KINDS}" annotation to be set on all ApplySet parent objects`)
  const found =
    text === undefined ? resources.split(',').map((word) => ofResource(word)) : text ? text.split(',').map((word) => ofKind(word)) : []
  return new Map(found.map((info) => [groupKind(info), info]))

  function ofKind(word: string): ResourceInfo {
    const [kind, ...rest] = word.split('.')
    const group = rest.join('.')
    const info = discovery.all().find((each) => each.kind === kind && each.group === group)
    if (info) return info
    throw new Error(
      `could not find mapping for kind in "${KINDS}" annotation: no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`,
    )
  }
  function ofResource(word: string): ResourceInfo {
    const info = discovery.resolve(word)
    if (info) return info
    throw new Error(`invalid group resource in "${RESOURCES}" annotation: ${noMatch(word)}`)
  }
}

/** Server-side apply of the parent; what other managers own of it is taken from them. Throws CommandError. */
function writeParent({ parent, id }: ApplySet, { context, cluster, dryRun }: Applying, extent: Extent): void {
  if (dryRun === 'client') return
  const { info, name, namespace } = parent
  const configuration = {
    kind: info.kind,
    apiVersion: groupVersion(info),
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      annotations: {
        [TOOLING]: `${TOOL}/${serverVersion().gitVersion}`,
        [KINDS]: [...extent.kinds.keys()].sort().join(','),
        [NAMESPACES]: [...extent.namespaces]
          .filter((each) => each !== namespace)
          .sort()
          .join(','),
      },
      labels: { [ID]: id },
    },
  } as unknown as KubeObject
  const send = (force: boolean) =>
    applyObject(cluster.server, info, configuration, { manager: MANAGER, dryRun: dryRun === 'server', force })
  try {
    try {
      send(false)
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'Conflict') throw error
      klogWarning(
        context,
        'applyset.go:447',
        `WARNING: failed to update ApplySet: ${error.message}\nApplySet field manager ${MANAGER} should own these fields. Retrying with conflicts forced.`,
      )
      send(true)
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new CommandError(`failed to update ApplySet: ${error.message}`)
  }
}

/** Deletes by `remove` what the set had and `uids` are not, answers each to `removed`, and lets the parent cover what is left. Throws CommandError. */
export function pruneSet(
  set: ApplySet,
  applying: Applying,
  uids: string[],
  remove: (info: ResourceInfo, object: KubeObject) => void,
  removed: (object: KubeObject) => void,
): void {
  const { server } = applying.cluster
  const kept = new Set(uids)
  const places = (info: ResourceInfo) => (info.namespaced ? [...set.before.namespaces] : [undefined])
  const found = [...set.before.kinds.values()].flatMap((info) => places(info).flatMap((namespace) => members(info, namespace)))
  for (const { info, object } of found) {
    try {
      remove(info, object)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { namespace, name } = object.metadata
      throw new CommandError(`pruning ${groupKind(info)} ${namespace ? `${namespace}/` : ''}${name}: ${error.message}`)
    }
    removed(presented(info, object))
  }
  try {
    writeParent(set, applying, set.now)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`apply and prune succeeded, but ApplySet update failed: ${error.message}`)
  }

  function members(info: ResourceInfo, namespace: string | undefined): { info: ResourceInfo; object: KubeObject }[] {
    try {
      return listObjects(server, info, namespace, { labelSelector: `${PART_OF}=${set.id}` })
        .filter((object) => !kept.has(object.metadata.uid))
        .map((object) => ({ info, object }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw new CommandError(`listing ${groupVersion(info)}, Kind=${info.kind} objects for pruning: ${error.message}`)
    }
  }
}
