// apply --prune: removes what was applied before and is not among the manifests now. Upstream: kubectl/pkg/cmd/apply/prune.go,
// kubectl/pkg/util/prune/prune.go.
import type { KubeObject } from '../api/types'
import { listObjects, presented, readWarning } from '../apiserver/query'
import type { CommandContext } from '../cli/context'
import { klogWarning } from '../cli/klog'
import { lastApplied } from '../cli/last-applied'
import { ApiError, CommandError } from '../errors'
import type { ResourceInfo } from '../schema/resources'
import type { Applying, Given } from './apply'

const DEFAULTS = [
  ...['ConfigMap', 'Endpoints', 'PersistentVolumeClaim', 'Pod', 'ReplicationController', 'Secret', 'Service'].map((kind) => ['v1', kind]),
  ...['Job', 'CronJob'].map((kind) => ['batch/v1', kind]),
  ['networking.k8s.io/v1', 'Ingress'],
  ...['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'].map((kind) => ['apps/v1', kind]),
  ...['Namespace', 'PersistentVolume'].map((kind) => ['v1', kind]),
]

export interface PruneResources {
  infos: ResourceInfo[]
  /** No --prune-allowlist was given. */
  byDefault: boolean
}

/** Throws CommandError for entries of --prune-allowlist that are no <group/version/kind>. */
export function checkAllowlist({ flags }: CommandContext): void {
  const wrong = flags.list('prune-allowlist').find((text) => text.split('/').length !== 3)
  if (wrong !== undefined) throw new CommandError(`invalid GroupVersionKind format: ${wrong}, please follow <group/version/kind>`)
}

/** The kinds to look through. Throws CommandError for a bad --prune-allowlist. */
export function pruneResources({ context, cluster }: Pick<Applying, 'context' | 'cluster'>): PruneResources {
  const { discovery } = cluster.server
  const allowed = context.flags.list('prune-allowlist')
  if (allowed.length === 0) {
    const infos = DEFAULTS.map(([version, kind]) => discovery.byKind(version, kind)).filter((info) => info !== undefined)
    return { infos, byDefault: true }
  }
  const infos = allowed.map((text) => {
    const [first, version, kind] = text.split('/')
    const group = first === 'core' ? '' : first
    const info = discovery.byKind(group ? `${group}/${version}` : version, kind)
    if (!info)
      throw new CommandError(
        `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(group ? `${group}/${version}` : version)}`,
      )
    return info
  })
  return { infos, byDefault: false }
}

export function warnOfPruning(context: CommandContext, { byDefault, infos }: PruneResources): void {
  if (byDefault) {
    klogWarning(
      context,
      'prune.go:71',
      'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.',
    )
  }
  for (const info of infos) {
    const warning = readWarning(info)
    if (warning) context.err(`Warning: ${warning}\n`)
  }
}

/** Deletes what is to go, namespaced kinds first, and answers each to `removed`. Throws CommandError. */
export function prune(
  applying: Applying,
  resources: PruneResources,
  given: Given[],
  uids: string[],
  removed: (object: KubeObject) => void,
): void {
  for (const { info, object } of superfluous(applying, resources, given, uids)) {
    try {
      remove(applying, info, object)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const version = info.group ? `${info.group}/${info.version}` : `/${info.version}`
      const what = info.namespaced ? 'namespaced' : 'nonNamespaced'
      throw new CommandError(`error pruning ${what} object ${version}, Kind=${info.kind}: ${error.message}`)
    }
    removed(presented(info, object))
  }
}

/** What was applied once, in the namespaces of what is given, and is not among `uids` now. */
export function superfluous(
  { context, cluster }: Pick<Applying, 'context' | 'cluster'>,
  { infos }: PruneResources,
  given: Given[],
  uids: string[],
): { info: ResourceInfo; object: KubeObject }[] {
  const namespaces = new Set(given.filter(({ info }) => info.namespaced).map(({ object }) => object.metadata.namespace))
  if (context.namespaceGiven) namespaces.add(context.namespace)
  const query = { labelSelector: context.flags.string('selector') }
  const visited = new Set(uids)
  const look = (info: ResourceInfo, namespace: string | undefined) =>
    listObjects(cluster.server, info, namespace, query)
      .filter((object) => lastApplied(object) !== undefined && !visited.has(object.metadata.uid))
      .map((object) => ({ info, object }))
  return [
    ...[...namespaces].flatMap((namespace) => infos.filter((info) => info.namespaced).flatMap((info) => look(info, namespace))),
    ...infos.filter((info) => !info.namespaced).flatMap((info) => look(info, undefined)),
  ]
}

export function remove({ context, cluster, dryRun, manager }: Applying, info: ResourceInfo, object: KubeObject): void {
  if (dryRun === 'client') return
  const cascade = context.flags.string('cascade')
  const grace = context.flags.number('grace-period')
  cluster.server.delete(info, object.metadata.namespace, object.metadata.name, {
    manager,
    dryRun: dryRun === 'server',
    propagationPolicy: cascade === 'orphan' ? 'Orphan' : cascade === 'foreground' ? 'Foreground' : 'Background',
    ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
  })
}
