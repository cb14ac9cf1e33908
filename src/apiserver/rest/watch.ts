// What happened to the objects of a resource since a version, kept for watches. The state file holds only what is: changes are what its
// writers told meanwhile, and for the rest the differences between one look at it and the next. Upstream: apiserver/pkg/storage/cacher.
import type { KubeObject } from '../../api/types'
import type { ApiServer } from '../server'
import { expired } from './lists'

export interface WatchChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
  /** As it was; absent when added. */
  before?: KubeObject
  version: number
}

/** So many changes of a resource are kept; who asks for older ones has to list again. */
const MOST_CHANGES = 2000

interface History {
  seen: ApiServer
  /** The version of the state when it was last looked at. */
  version: number
  /** Changes after this version are all known. */
  from: number
  known: Map<string, KubeObject>
  changes: WatchChange[]
  /** Told by who wrote the state, not yet looked at. */
  told: Told[]
}

/** One version of an object, as whoever made it tells. */
export interface Told {
  resource: string
  before?: unknown
  after?: unknown
  version: number
}

export class WatchCache {
  private readonly histories = new Map<string, History>()

  /** Looks at a resource's objects as they are now; to be called with every list, so that a watch can go on from it. */
  note(server: ApiServer, resource: string): void {
    const history = this.histories.get(resource)
    if (history?.seen === server) return
    const { resourceVersion } = server.state.header
    const objects = new Map(server.storage.list(resource).map((object) => [object.metadata.uid, object]))
    if (!history || resourceVersion < history.version) {
      // The state was replaced by an older one, or is seen for the first time: nothing is known of before.
      this.histories.set(resource, { seen: server, version: resourceVersion, from: resourceVersion, known: objects, changes: [], told: [] })
      return
    }
    const changes = resourceVersion === history.version ? [] : changesOf(history, objects, resourceVersion)
    history.changes.push(...changes)
    const surplus = history.changes.length - MOST_CHANGES
    if (surplus > 0) history.from = history.changes.splice(0, surplus)[surplus - 1].version
    Object.assign(history, { seen: server, version: resourceVersion, known: objects })
  }

  /** Takes what happened between the looks. */
  learn(entries: Told[]): void {
    for (const entry of entries) this.histories.get(entry.resource)?.told.push(entry)
  }

  /** The version up to which `note` has seen a resource; 0 before the first time. */
  version(resource: string): number {
    return this.histories.get(resource)?.version ?? 0
  }

  /** The changes after a version, oldest first. Throws ApiError Expired when they are no longer all known. */
  since(resource: string, version: number): WatchChange[] {
    const history = this.histories.get(resource)
    if (!history || version < history.from) throw expired(version, history?.from ?? 0)
    const { changes } = history
    let at = changes.length
    while (at > 0 && changes[at - 1].version > version) at--
    return changes.slice(at)
  }
}

/** All that was told, then what it leaves unexplained. */
function changesOf(history: History, objects: Map<string, KubeObject>, upTo: number): WatchChange[] {
  const known = new Map(history.known)
  const changes: WatchChange[] = []
  const fresh = history.told.filter(({ version }) => version > history.version && version <= upTo)
  history.told = history.told.filter(({ version }) => version > upTo)
  for (const { before, after, version } of fresh) {
    const object = (after ?? before) as KubeObject
    const { uid } = object.metadata
    const was = known.get(uid)
    if (after) {
      changes.push({ type: was ? 'MODIFIED' : 'ADDED', object, ...(was ? { before: was } : {}), version })
      known.set(uid, object)
    } else if (was) {
      const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
      changes.push({ type: 'DELETED', object: last, before: was, version })
      known.delete(uid)
    }
  }
  return [...changes, ...between(known, objects, changes.at(-1)?.version ?? history.version)]
}

/** Deletions first, as if they came at once after the last look: a name may have been taken again since. */
function between(before: Map<string, KubeObject>, after: Map<string, KubeObject>, version: number): WatchChange[] {
  const gone: WatchChange[] = []
  for (const [uid, object] of before) {
    if (after.has(uid)) continue
    const resourceVersion = String(version + 1)
    const last = { ...object, metadata: { ...object.metadata, resourceVersion } }
    gone.push({ type: 'DELETED', object: last, before: object, version: version + 1 })
  }
  const changed: WatchChange[] = []
  for (const [uid, object] of after) {
    const old = before.get(uid)
    if (old?.metadata.resourceVersion === object.metadata.resourceVersion) continue
    const at = Number(object.metadata.resourceVersion)
    changed.push(old ? { type: 'MODIFIED', object, before: old, version: at } : { type: 'ADDED', object, version: at })
  }
  return [...gone, ...changed.sort((a, b) => a.version - b.version)]
}

/** What a watch of some objects is told of a change: objects come into view and go out of it. */
export function changeFor(change: WatchChange, isMeant: (object: KubeObject) => boolean): WatchChange | undefined {
  const { object, before, version } = change
  const is = change.type !== 'DELETED' && isMeant(object)
  const was = before !== undefined && isMeant(before)
  if (is) return { ...change, type: was ? 'MODIFIED' : 'ADDED' }
  if (!was) return undefined
  const { resourceVersion } = object.metadata
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion } }, version }
}
