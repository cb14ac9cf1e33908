// Field ownership: what a write makes of metadata.managedFields, and server-side apply with its conflicts. Pure.
// Upstream: apimachinery's pkg/util/managedfields/internal, sigs.k8s.io/structured-merge-diff's merge/update.go.
import type { Json, ManagedFieldsEntry } from '../api/types'
import { ApiError } from '../errors'
import * as sets from '../lib/field-set'
import { type FieldPath, type FieldSet, fieldElement } from '../lib/field-set'
import { toCompactJson } from '../lib/json-emit'
import { deepEqual, isObject, type JsonObject } from '../lib/patch/value'
import type { Shape } from '../schema/shape'
import { type Comparison, compareObjects, mergeObjects, removeFields, StructureError, toFieldSet } from './structured-merge'
import { checkStructure } from './structured-validate'

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Who writes, how and through what. */
export interface Writer {
  manager: string
  /** Of the request, e.g. `apps/v1`. */
  apiVersion: string
  subresource?: string
  /** RFC 3339, of the write. */
  time: string
  /** `Apply` for components that apply what they write. */
  operation?: 'Apply'
  /** Top-level fields this request cannot change: `status` of a kind that has that subresource. */
  resetFields?: string[]
}

interface Owner {
  entry: Omit<ManagedFieldsEntry, 'fieldsV1' | 'fieldsType'>
  set: FieldSet
}

type Owners = Map<string, Owner>

const MOST_UPDATERS = 10

/** Fields that nobody owns. */
const UNOWNED = sets.setOf(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    (name): FieldPath => ['f:metadata', fieldElement(name)],
  ),
)

function identify(entry: Owner['entry']): string {
  const { manager, operation, apiVersion, subresource } = entry
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource ?? ''])
}

function decode(entries: ManagedFieldsEntry[] | undefined): Owners {
  const owners: Owners = new Map()
  for (const { fieldsV1, fieldsType: _, pending: _pending, ...entry } of entries ?? []) {
    owners.set(identify(entry), { entry, set: sets.fromFieldsV1(fieldsV1) })
  }
  return owners
}

/** Appliers first, then by time, manager, version and subresource. */
function encode(owners: Owners): ManagedFieldsEntry[] | undefined {
  if (owners.size === 0) return undefined
  const key = ({ operation, time, manager, apiVersion, subresource }: ManagedFieldsEntry) => [
    operation,
    time ?? '',
    manager,
    apiVersion,
    subresource ?? '',
  ]
  const entries = [...owners.values()].map(
    ({ entry, set }): ManagedFieldsEntry => ({
      apiVersion: entry.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: sets.toFieldsV1(set),
      manager: entry.manager,
      operation: entry.operation,
      ...(entry.subresource ? { subresource: entry.subresource } : {}),
      ...(entry.time ? { time: entry.time } : {}),
    }),
  )
  return entries.sort((a, b) => {
    const [left, right] = [key(a), key(b)]
    const at = left.findIndex((part, i) => part !== right[i])
    return at < 0 ? 0 : left[at] < right[at] ? -1 : 1
  })
}

function withoutReset(set: FieldSet, writer: Writer): FieldSet {
  const reset = sets.setOf(...(writer.resetFields ?? []).map((name): FieldPath => [fieldElement(name)]))
  return writer.resetFields?.length ? sets.recursiveDifference(set, reset) : set
}

function comparison(before: Json, after: Json, shape: Shape, writer: Writer): Comparison {
  const { added, modified, removed } = compareObjects(before, after, shape)
  return { added: withoutReset(added, writer), modified: withoutReset(modified, writer), removed: withoutReset(removed, writer) }
}

function put(owners: Owners, id: string, owner: Owner): void {
  if (sets.isEmpty(owner.set)) owners.delete(id)
  else owners.set(id, owner)
}

interface Conflict {
  manager: string
  path: FieldPath
  /** As messages name the manager. */
  label: string
}

function managerLabel({ manager, operation, apiVersion, subresource }: Owner['entry']): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '')
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

/** What the change takes away from the other owners; the conflicts when it is not forced. */
function takeAway(owners: Owners, change: Comparison, self: string | undefined): Conflict[] {
  const conflicts: Conflict[] = []
  const changed = sets.union(change.modified, change.added)
  for (const [id, owner] of [...owners]) {
    if (id === self) continue
    const taken = sets.intersection(owner.set, changed)
    const { manager } = owner.entry
    conflicts.push(...sets.paths(taken).map((path) => ({ manager, path, label: managerLabel(owner.entry) })))
    put(owners, id, { ...owner, set: sets.difference(sets.difference(owner.set, taken), change.removed) })
  }
  for (const [id, owner] of [...owners]) if (sets.isEmpty(owner.set)) owners.delete(id)
  return conflicts
}

/** More than ten updaters: the oldest are gathered under one name for each version. */
function capUpdaters(owners: Owners): void {
  const updaters = [...owners].filter(([, o]) => o.entry.operation === 'Update')
  let excess = updaters.length - MOST_UPDATERS
  if (excess <= 0) return
  updaters.sort(([a, x], [b, y]) => ((x.entry.time ?? '') + a < (y.entry.time ?? '') + b ? -1 : 1))
  const first = new Map<string, string>()
  for (const [id, owner] of updaters) {
    if (excess <= 0) return
    const { apiVersion, time } = owner.entry
    const earlier = first.get(apiVersion)
    if (earlier === undefined) {
      first.set(apiVersion, id)
      continue
    }
    const entry: Owner['entry'] = { manager: 'ancient-changes', operation: 'Update', apiVersion, ...(time ? { time } : {}) }
    const bucket = identify(entry)
    const gathered = owners.get(bucket) ?? owners.get(earlier)
    if (!owners.has(bucket)) owners.delete(earlier)
    owners.delete(id)
    owners.set(bucket, { entry, set: gathered ? sets.union(owner.set, gathered.set) : owner.set })
    excess--
  }
}

function recordUpdate(owners: Owners, before: Json, after: Json, shape: Shape, writer: Writer): void {
  const change = comparison(before, after, shape, writer)
  takeAway(owners, change, undefined)
  const taken = sets.difference(sets.union(change.modified, change.added), UNOWNED)
  if (sets.isEmpty(taken)) return
  const entry: Owner['entry'] = {
    manager: writer.manager || 'unknown',
    operation: writer.operation ?? 'Update',
    apiVersion: writer.apiVersion,
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
    time: writer.time,
  }
  const id = identify(entry)
  const previous = owners.get(id)
  owners.set(id, { entry, set: previous ? sets.union(taken, previous.set) : taken })
}

/** The object without what records who wrote it. */
function bare(object: JsonObject): JsonObject {
  const { metadata } = object
  if (!isObject(metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

function isReset(entries: ManagedFieldsEntry[] | undefined): boolean {
  return entries !== undefined && (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0]).length === 0))
}

/**
 * The managed fields after a create, update or patch. `live` is the object before (for a create: the kind's empty object, with
 * `creating`), `next` the one asked for, before admission and allocation touch it; its own managedFields count when it has some.
 */
export function updateManagers(
  live: JsonObject,
  next: JsonObject,
  shape: Shape,
  writer: Writer,
  creating = false,
): ManagedFieldsEntry[] | undefined {
  const owned = (object: JsonObject) => (object.metadata as { managedFields?: ManagedFieldsEntry[] } | undefined)?.managedFields
  const given = writer.subresource ? undefined : owned(next)
  if (isReset(given)) return undefined
  const owners = decode(given?.length ? given : owned(live))
  if (owners.size === 0 && !creating) return undefined
  try {
    recordUpdate(owners, bare(live), bare(next), shape, writer)
  } catch (error) {
    // A list's item without its key is refused, if it is, by validation: who owns what stays as it was.
    if (!(error instanceof StructureError)) throw error
    return owners.size ? encode(owners) : undefined
  }
  capUpdaters(owners)
  return encode(owners)
}

/** An entry whose fields are not reckoned yet: see `reckonPending`. */
function isPending(entry: ManagedFieldsEntry): boolean {
  return entry.pending === true
}

/**
 * Notes that a component wrote the status, without reckoning which fields: components do so thousands of times, and few ask.
 * A pending entry owns what stands in the status and no other entry owns. `annotated`: the annotations that came or changed
 * with it; `isFirst`: there were none before.
 */
export function noteStatusWrite(
  entries: ManagedFieldsEntry[] | undefined,
  writer: Writer,
  annotated: string[] = [],
  isFirst = false,
): ManagedFieldsEntry[] {
  const { manager, apiVersion, time, operation = 'Update' } = writer
  const isOwn = (e: ManagedFieldsEntry) => e.manager === manager && e.subresource === 'status' && e.operation === operation
  const known = sets.fromFieldsV1(entries?.find(isOwn)?.fieldsV1 ?? {})
  // Besides the status it may own annotations, which nobody reckons later.
  const status = sets.setOf([fieldElement('status')])
  const kept = sets.recursiveDifference(known, status)
  const all: FieldPath = ['metadata', 'annotations'].map(fieldElement)
  const fresh = annotated.map((key): FieldPath => [...all, fieldElement(key)])
  if (fresh.length && isFirst) fresh.push(all)
  const owned = sets.union(kept, sets.setOf(...fresh))
  const entry: ManagedFieldsEntry = {
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: sets.toFieldsV1(owned),
    subresource: 'status',
    pending: true,
  }
  return [...(entries ?? []).filter((e) => !isOwn(e)), entry]
}

/**
 * The object with every pending entry's fields reckoned. `first`: the status that it was created with, which is nobody's. `share`: which of those that are left a manager has written; otherwise the first
 * one has written all.
 */
export function reckonPending(
  object: JsonObject,
  shape: Shape,
  first: Json,
  share = (_manager: string, left: FieldSet) => left,
): JsonObject {
  const metadata = object.metadata as { managedFields?: ManagedFieldsEntry[] } | undefined
  const entries = metadata?.managedFields
  if (!entries?.some(isPending)) return object
  const owners = decode(entries)
  const claimed = [...owners.values()].reduce((sum, owner) => sets.union(sum, owner.set), sets.emptySet())
  // All of it was written by somebody, lists and maps themselves, too; a status is always there.
  const { added, modified } = compareObjects({ status: first }, { status: object.status ?? {} }, shape)
  const written = sets.union(added, modified)
  let left = sets.difference(sets.difference(written, sets.setOf(['f:status'])), claimed)
  for (const entry of entries.filter(isPending)) {
    const owner = owners.get(
      identify({ manager: entry.manager, operation: entry.operation, apiVersion: entry.apiVersion, subresource: 'status' }),
    )
    const own = share(entry.manager, left)
    if (owner) owner.set = sets.union(owner.set, own)
    left = sets.difference(left, own)
  }
  for (const [id, owner] of [...owners]) if (sets.isEmpty(owner.set)) owners.delete(id)
  return { ...object, metadata: { ...metadata, managedFields: encode(owners) } as unknown as Json }
}

// ---------------------------------------------------------------- server-side apply

export interface Applied {
  /** The merged object, not yet defaulted. */
  object: JsonObject
  managedFields: ManagedFieldsEntry[] | undefined
}

/** The set with every struct field on the way to a member as a member of its own. */
function withNamedFields(set: FieldSet, shape: Shape | undefined): FieldSet {
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    const name = element.startsWith('f:') ? element.slice(2) : undefined
    const field = name !== undefined && shape?.kind === 'map' ? shape.field(name) : undefined
    if (field && shape?.kind === 'map' && shape.struct) members.add(element)
    const inner = field?.shape ?? (shape?.kind === 'list' ? shape.element : undefined)
    children.set(element, withNamedFields(child, inner))
  }
  return { members, children }
}

/** Takes out what the manager applied last time, does not apply now, and nobody else owns. */
function prune(merged: JsonObject, owners: Owners, last: FieldSet | undefined, shape: Shape): JsonObject {
  if (!last || sets.isEmpty(last)) return merged
  const named = (set: FieldSet) => withNamedFields(set, shape)
  const remove = (set: FieldSet) => (removeFields(merged, set, shape) ?? {}) as JsonObject
  const all = named(toFieldSet(merged, shape))
  const kept = named(toFieldSet(remove(named(last)), shape))
  const managed = [...owners.values()].reduce((sum, owner) => sets.union(sum, owner.set), sets.emptySet())
  const owned = remove(sets.difference(all, sets.union(kept, named(managed))))
  const stays = named(toFieldSet(owned, shape))
  return remove(sets.intersection(sets.difference(all, stays), named(last)))
}

class ApplyConflict extends Error {
  constructor(readonly conflicts: Conflict[]) {
    super('conflict')
  }
}

function applyOnce(live: JsonObject, applied: JsonObject, shape: Shape, writer: Writer, force: boolean, before: Owners) {
  const owners: Owners = new Map(before)
  const entry: Owner['entry'] = {
    manager: writer.manager || 'unknown',
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  }
  const id = identify(entry)
  const last = owners.get(id)
  owners.set(id, { entry, set: withoutReset(toFieldSet(applied, shape), writer) })
  const merged = mergeObjects(live, applied, shape) as JsonObject
  const object = prune(merged, owners, last?.set, shape)
  const conflicts = takeAway(owners, comparison(live, object, shape, writer), id)
  if (conflicts.length > 0 && !force) throw new ApplyConflict(conflicts)
  const changed = !deepEqual(live, object)
  const mine = owners.get(id)
  const time = changed ? writer.time : last?.entry.time
  if (mine) put(owners, id, { entry: { ...entry, ...(time ? { time } : {}) }, set: sets.difference(mine.set, UNOWNED) })
  return { object, owners }
}

/** What client-side apply may be overruled in: the fields of the last applied configuration that are still as it said. */
function clientSideFields(live: JsonObject, shape: Shape): FieldSet | undefined {
  const text = annotationOf(live)
  if (!text) return undefined
  try {
    const applied = JSON.parse(text) as JsonObject
    if (applied.apiVersion !== live.apiVersion) return undefined
    const { added, modified, removed } = compareObjects(applied, live, shape)
    return [modified, added, removed].reduce(sets.difference, toFieldSet(applied, shape))
  } catch {
    return undefined
  }
}

function annotationOf(object: JsonObject): string | undefined {
  const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined
  const text = isObject(annotations) && Object.hasOwn(annotations, LAST_APPLIED) ? annotations[LAST_APPLIED] : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** kubectl's own annotation follows what kubectl applies on the server, once it is there. */
function syncLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject
  const { [LAST_APPLIED]: _, ...annotations } = ((applied.metadata as JsonObject).annotations ?? {}) as JsonObject
  const { annotations: __, ...meta } = applied.metadata as JsonObject
  const clean = { ...applied, metadata: Object.keys(annotations).length > 0 ? { ...meta, annotations } : meta }
  const text = `${toCompactJson(clean)}\n`
  return { ...object, metadata: { ...metadata, annotations: { ...(metadata.annotations as JsonObject), [LAST_APPLIED]: text } } }
}

function conflictMessage(conflicts: Conflict[]): string {
  if (conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${conflicts[0].label}: ${sets.formatPath(conflicts[0].path)}`
  }
  const lines = [...new Set(conflicts.map((c) => c.label))]
    .sort()
    .flatMap((label) => [
      `conflicts with ${label}:`,
      ...conflicts.filter((c) => c.label === label).map((c) => `- ${sets.formatPath(c.path)}`),
    ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/**
 * Server-side apply of a configuration to the stored object (or to the kind's empty object, `creating`).
 * Throws ApiError: Conflict with one cause a field, BadRequest, or without a reason when the configuration does not fit the kind.
 */
export function applyPatch(
  live: JsonObject,
  applied: JsonObject,
  shape: Shape,
  writer: Writer,
  { force = false, creating = false }: { force?: boolean; creating?: boolean } = {},
): Applied {
  const metadata = (applied.metadata ?? {}) as JsonObject
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw new ApiError('BadRequest', 'metadata.managedFields must be nil')
  }
  try {
    checkStructure(applied, shape)
  } catch (error) {
    if (!(error instanceof StructureError)) throw error
    // What stands in a Secret's place is its value, too.
    const what = applied['kind'] === 'Secret' ? error.message.replace(/got &[^{]*\{.*\}/s, 'got &{***}') : error.message
    throw new ApiError('', `failed to create typed patch object (${describe(applied)}): ${what}`)
  }
  const before = bare(live)
  const owners = decode((live.metadata as { managedFields?: ManagedFieldsEntry[] } | undefined)?.managedFields)
  if (owners.size === 0 && !creating) recordUpdate(owners, {}, before, shape, { ...writer, manager: 'before-first-apply' })
  let result: ReturnType<typeof applyOnce>
  try {
    result = applyOnce(before, applied, shape, writer, force, owners)
  } catch (error) {
    if (!(error instanceof ApplyConflict)) throw error
    const allowed = writer.manager === 'kubectl' ? clientSideFields(before, shape) : undefined
    const conflicts = allowed ? error.conflicts.filter(({ path }) => !contains(allowed, path)) : error.conflicts
    if (conflicts.length > 0) throw conflictError(conflicts)
    result = applyOnce(before, applied, shape, writer, true, owners)
  }
  const synced = writer.manager === 'kubectl' && annotationOf(result.object) ? syncLastApplied(result.object, applied) : result.object
  return { object: synced, managedFields: encode(result.owners) }
}

function contains(set: FieldSet, path: FieldPath): boolean {
  return !sets.isEmpty(sets.intersection(set, sets.setOf(path)))
}

function conflictError(conflicts: Conflict[]): ApiError {
  const causes = conflicts.map(({ label, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${label}`,
    field: sets.formatPath(path),
  }))
  return new ApiError('Conflict', conflictMessage(conflicts), { causes })
}

/** `default/web; apps/v1, Kind=Deployment`, as Go prints the pair. */
export function describe(object: JsonObject): string {
  const { name = '', namespace = '' } = (object.metadata ?? {}) as { name?: string; namespace?: string }
  return `${namespace}/${name}; ${kindText(object)}`
}

/** `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
export function kindText({ apiVersion, kind }: JsonObject): string {
  const version = String(apiVersion)
  return `${version.includes('/') ? version : `/${version}`}, Kind=${String(kind)}`
}
