// The revisions of Deployments, DaemonSets and StatefulSets, and going back to one.
// Follows kubectl/pkg/polymorphichelpers/{history,rollback}.go.

import type { View } from '../api/contracts'
import type { Deployment, Json, KubeObject, LabelSelector, PodTemplateSpec, ReplicaSet, StringMap } from '../api/types'
import type { ControllerRevision, DaemonSet, StatefulSet } from '../api/workloads'
import { observedView } from '../apiserver/observed-view'
import { patchedObject } from '../apiserver/patch'
import { patchObject } from '../apiserver/patch-requests'
import type { ApiServer } from '../apiserver/server'
import type { DryRun } from '../cli/dry-run'
import type { Selected } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError } from '../errors'
import { podTemplateLines } from '../kinds/describe/pod-template'
import { replicaSetsOf } from '../kinds/describe/replica-sets'
import { DescribeWriter } from '../kinds/describe/writer'
import { deepEqual } from '../lib/equal'
import { canonicalJson } from '../lib/hash'
import { formatLabelSelector } from '../lib/label-selector'
import { matchesSelector } from '../lib/selectors'
import type { ResourceInfo } from '../schema/resources'

export interface Revision {
  number: number
  changeCause: string
  template: PodTemplateSpec
  /** What `rollout history -o` prints: the ReplicaSet, or the object as it was. */
  object: KubeObject
}

const REVISION = 'deployment.kubernetes.io/revision'
const CHANGE_CAUSE = 'kubernetes.io/change-cause'
const HASH_LABEL = 'pod-template-hash'
/** Annotations of a Deployment that a rollback leaves as they are. */
const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]

/** Kinds that kubectl knows to have no revisions; of all others it says so in other words. */
const WITHOUT_REVISIONS = ['jobs.batch', 'pods', 'replicasets.apps', 'replicationcontrollers', 'cronjobs.batch']

/** `Deployment.apps`, `Pod`. */
export function groupKind({ kind, group }: ResourceInfo): string {
  return group ? `${kind}.${group}` : kind
}

function unsupported(info: ResourceInfo, what: string, retrieving: string): CommandError {
  const kind = JSON.stringify(groupKind(info))
  return WITHOUT_REVISIONS.includes(info.resource)
    ? new CommandError(`no ${what} has been implemented for ${kind}`)
    : new CommandError(`error retrieving ${retrieving} for ${kind}, no visitor method exists for {${info.group} ${info.kind}}`)
}

/** The revisions of an object by number. Throws CommandError for kinds that have none. */
export function revisionsOf(cluster: Cluster, { info, object }: Selected): Revision[] {
  const byNumber = new Map<number, Revision>()
  for (const revision of allRevisions(cluster, info, object)) byNumber.set(revision.number, revision)
  return [...byNumber.values()].sort((a, b) => a.number - b.number)
}

function allRevisions({ server }: Cluster, info: ResourceInfo, object: KubeObject): Revision[] {
  const view = historyView(server, info, object)
  switch (info.resource) {
    case 'deployments.apps': {
      const { current, old } = replicaSetsOf(view, object as Deployment)
      return [...old, ...(current ? [current] : [])].map(revisionOfSet)
    }
    case 'daemonsets.apps':
    case 'statefulsets.apps':
      return controllerRevisions(view, object).map((revision) => revisionOfRecord(info, object, revision))
    default:
      throw unsupported(info, 'history viewer', 'history')
  }
}

function revisionOfSet(set: ReplicaSet): Revision {
  const { annotations = {} } = set.metadata
  const changeCause = annotations[CHANGE_CAUSE] ?? ''
  const { template } = set.spec
  const { metadata = {} } = template
  const shown = changeCause
    ? { ...template, metadata: { ...metadata, annotations: { ...metadata.annotations, [CHANGE_CAUSE]: changeCause } } }
    : template
  return { number: Number(annotations[REVISION] ?? 0), changeCause, template: shown, object: set }
}

/** What a generated client looks at for the history: the object once more, then what it owns by its selector. */
function historyView(server: ApiServer, info: ResourceInfo, object: KubeObject): View {
  const { namespace, name } = object.metadata
  const { selector } = (object.spec ?? {}) as { selector?: LabelSelector }
  if (!WITHOUT_REVISIONS.includes(info.resource)) server.tell({ verb: 'get', info, namespace, name, client: 'typed' }, 200)
  return observedView(server, () => ({ namespace, whole: true, query: { labelSelector: formatLabelSelector(selector) } }))
}

function controllerRevisions(view: View, owner: KubeObject): ControllerRevision[] {
  const { selector } = (owner as DaemonSet | StatefulSet).spec
  const owned = view.ownedBy<ControllerRevision>(owner.metadata.uid, 'controllerrevisions.apps')
  return owned.filter((revision) => matchesSelector(selector, revision.metadata.labels))
}

function revisionOfRecord(info: ResourceInfo, object: KubeObject, record: ControllerRevision): Revision {
  const then = patchedObject(info, object, 'strategic', record.data as Json) as DaemonSet | StatefulSet
  return {
    number: record.revision,
    changeCause: record.metadata.annotations?.[CHANGE_CAUSE] ?? '',
    template: then.spec.template,
    object: then,
  }
}

/** A pod template as history and dry runs print it: as in describe, but its tabs stay tabs. */
export function templateText(template: PodTemplateSpec): string {
  const w = new DescribeWriter()
  podTemplateLines(w, template)
  return w.raw()
}

// ---------------------------------------------------------------- rolling back

/** Goes back to a revision, 0 being the one before. Answers what kubectl prints after the name. Throws CommandError, ApiError. */
export function rollBack(cluster: Cluster, selected: Selected, to: number, dryRun: DryRun): string {
  switch (selected.info.resource) {
    case 'deployments.apps':
      return rollBackDeployment(cluster, selected, to, dryRun)
    case 'daemonsets.apps':
    case 'statefulsets.apps':
      return rollBackByRecord(cluster, selected, to, dryRun)
    default:
      throw unsupported(selected.info, 'rollbacker', 'rollbacker')
  }
}

function notInHistory(revision: number): CommandError {
  return new CommandError(`unable to find specified revision ${revision} in history`)
}

function skipped(revision: number): string {
  return `skipped rollback (current template already matches revision ${revision})`
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {}
  return { ...template, metadata: { ...template.metadata, labels } }
}

function rollBackDeployment(cluster: Cluster, { info, object }: Selected, to: number, dryRun: DryRun): string {
  const deployment = object as Deployment
  const revisions = revisionsOf(cluster, { info, object })
  const target = to === 0 ? revisions.at(-2) : revisions.find((revision) => revision.number === to)
  if (!target && to !== 0) throw notInHistory(to)
  if (!target) throw new CommandError(`no rollout history found for deployment ${JSON.stringify(object.metadata.name)}`)
  const set = target.object as ReplicaSet
  if (dryRun === 'client') return templateText(set.spec.template)
  if (deployment.spec.paused) {
    throw new CommandError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
  }
  const template = withoutHash(set.spec.template)
  if (canonicalJson(template) === canonicalJson(withoutHash(deployment.spec.template))) return skipped(to)
  const annotations: StringMap = {}
  const own = deployment.metadata.annotations ?? {}
  for (const key of KEPT) if (own[key] !== undefined) annotations[key] = own[key]
  for (const [key, value] of Object.entries(set.metadata.annotations ?? {})) if (!KEPT.includes(key)) annotations[key] = value
  const patch = [
    { op: 'replace', path: '/spec/template', value: template as unknown as Json },
    { op: 'replace', path: '/metadata/annotations', value: annotations },
  ]
  return restore(cluster, { info, object }, 'json', patch, to, dryRun)
}

function rollBackByRecord(cluster: Cluster, { info, object }: Selected, to: number, dryRun: DryRun): string {
  if (to < 0) throw notInHistory(to)
  const records = controllerRevisions(historyView(cluster.server, info, object), object).sort((a, b) => a.revision - b.revision)
  if (to === 0 && records.length <= 1) throw new CommandError('no last revision to roll back to')
  const record = to === 0 ? records.at(-2) : records.find((each) => each.revision === to)
  if (!record) throw notInHistory(to)
  if (dryRun === 'client') return `will roll back to ${templateText(revisionOfRecord(info, object, record).template)}`
  const now = { spec: { template: { ...(object as StatefulSet).spec.template, $patch: 'replace' } } }
  if (deepEqual(now, record.data)) return skipped(to)
  return restore(cluster, { info, object }, 'strategic', record.data as Json, to, dryRun)
}

function restore(
  cluster: Cluster,
  { info, object }: Selected,
  type: 'json' | 'strategic',
  patch: Json,
  to: number,
  dryRun: DryRun,
): string {
  try {
    const options = { manager: 'kubectl', dryRun: dryRun === 'server' }
    patchObject(cluster.server, info, object.metadata.namespace, object.metadata.name, type, patch, options)
  } catch (error) {
    if (error instanceof ApiError) throw new CommandError(`failed restoring revision ${to}: ${error.message}`)
    throw error
  }
  return 'rolled back'
}
