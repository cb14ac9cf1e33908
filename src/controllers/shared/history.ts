// ControllerRevisions: the templates a StatefulSet or DaemonSet has had. Follows pkg/controller/history.
import type { Client } from '../../api/contracts'
import type { KubeObject, PodTemplateSpec } from '../../api/types'
import type { ControllerRevision } from '../../api/workloads'
import { ApiError } from '../../errors'
import { semanticEqual } from '../../lib/equal'
import { controllerRevisionHash } from '../../lib/hash'
import { matchesSelector } from '../../lib/selectors'
import { fromTime } from '../../lib/time'
import { podTemplateHash } from '../../schema/pod-template-hash'
import { adopt, controllerOf, controllerRef, release } from './ownership'

const RESOURCE = 'controllerrevisions.apps'
/** Label that carries the hash of a StatefulSet's revision. */
export const REVISION_HASH = 'controller.kubernetes.io/hash'
/** The same of a DaemonSet's, and of its pods. */
export const DAEMON_HASH = 'controller-revision-hash'

interface Owner extends KubeObject {
  spec: { template: PodTemplateSpec; selector: import('../../api/types').LabelSelector }
}

export interface History {
  /** All revisions, oldest first, the update revision among them. */
  revisions: ControllerRevision[]
  /** The one of the owner's present template. */
  update: ControllerRevision
  collisionCount: number
}

/** The patch that puts a template back; it is what a revision stores and hashes. */
function patchOf(template: PodTemplateSpec): unknown {
  return { spec: { template: { ...template, $patch: 'replace' } } }
}

/** The template a revision stores. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } }
  const { $patch: _, ...template } = data.spec.template
  return template
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision
  const age = fromTime(a.metadata.creationTimestamp) - fromTime(b.metadata.creationTimestamp)
  return age || (a.metadata.name < b.metadata.name ? -1 : 1)
}

/** The owner's revisions, oldest first. Orphans that match are taken over, those that no longer match let go. */
export function listRevisions(api: Client, owner: Owner): ControllerRevision[] {
  const revisions: ControllerRevision[] = []
  for (const revision of api.ownedBy<ControllerRevision>(owner.metadata.uid, RESOURCE)) {
    if (matchesSelector(owner.spec.selector, revision.metadata.labels)) revisions.push(revision)
    else if (!owner.metadata.deletionTimestamp) release(api, revision, owner)
  }
  if (!owner.metadata.deletionTimestamp) {
    for (const revision of api.list<ControllerRevision>(RESOURCE, owner.metadata.namespace)) {
      if (controllerOf(revision) || revision.metadata.deletionTimestamp) continue
      if (matchesSelector(owner.spec.selector, revision.metadata.labels)) revisions.push(adopt(api, revision, owner))
    }
  }
  return revisions.sort(byRevision)
}

/** Finds or makes the revision of the present template; an older equal one becomes the newest again. */
export function syncHistory(api: Client, owner: Owner, revisions: ControllerRevision[], collisionCount: number): History {
  const data = patchOf(owner.spec.template)
  const next = (revisions.at(-1)?.revision ?? 0) + 1
  const equal = revisions.filter((r) => semanticEqual(r.data, data))
  const newest = equal.at(-1)
  if (newest) {
    if (newest === revisions.at(-1)) return { revisions, update: newest, collisionCount }
    const update = api.update<ControllerRevision>({ ...newest, revision: next })
    return { revisions: [...revisions.filter((r) => r !== newest), update], update, collisionCount }
  }
  for (;;) {
    const hash = owner.kind === 'DaemonSet' ? daemonHash(owner, collisionCount) : controllerRevisionHash(data, collisionCount)
    const name = `${owner.metadata.name.slice(0, 223)}-${hash}`
    const existing = api.get<ControllerRevision>(RESOURCE, owner.metadata.namespace, name)
    if (existing && !semanticEqual(existing.data, data)) {
      collisionCount++
      continue
    }
    const update = existing ?? createRevision(api, owner, name, hash, data, next)
    return { revisions: [...revisions, update], update, collisionCount }
  }
}

/** A DaemonSet's revisions are named as a Deployment's ReplicaSets are. */
function daemonHash({ spec }: Owner, collisionCount: number): string {
  return podTemplateHash(spec.template, collisionCount || undefined)
}

function createRevision(api: Client, owner: Owner, name: string, hash: string, data: unknown, revision: number): ControllerRevision {
  const { annotations = {} } = owner.metadata
  return api.create<ControllerRevision>({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec.template.metadata?.labels, [owner.kind === 'DaemonSet' ? DAEMON_HASH : REVISION_HASH]: hash },
      ...(Object.keys(annotations).length && { annotations }),
      ownerReferences: [controllerRef(owner)],
    },
    data,
    revision,
  })
}

/** Removes the oldest revisions beyond the limit that are not in use. */
export function truncateHistory(api: Client, revisions: ControllerRevision[], inUse: Set<string>, limit: number): void {
  const idle = revisions.filter((r) => !inUse.has(r.metadata.name))
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    try {
      api.delete(RESOURCE, metadata.namespace, metadata.name)
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error
    }
  }
}
