// Server-side apply of one object, and the move of what client-side apply owned. Upstream: kubectl/pkg/cmd/apply/apply.go,
// client-go/util/csaupgrade.
import type { Json, KubeObject, ManagedFieldsEntry } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { applyObject, patchObject } from '../apiserver/patch-requests'
import { requireSubresource } from '../apiserver/query'
import { LAST_APPLIED, lastApplied } from '../cli/last-applied'
import { ApiError, CommandError } from '../errors'
import { below, fromFieldsV1, toFieldsV1, union } from '../lib/field-set'
import type { Applying, Given, Outcome } from './apply'

const ADVICE = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

export function applyOnServer(applying: Applying, given: Given): Outcome {
  const { context, cluster, dryRun, manager, validation } = applying
  const { info, object } = given
  const { name, generateName } = object.metadata
  if (!name && generateName) throw new CommandError(`from ${generateName}: cannot use generate name with apply`)
  const subresource = context.flags.string('subresource')
  const options = { manager, dryRun: dryRun === 'server', validation, ...(subresource ? { subresource } : {}) }
  const send = (force: boolean) => applyObject(cluster.server, info, object, { ...options, force })
  let applied: KubeObject
  requireSubresource(info, subresource, 'patch', name)
  try {
    applied = send(context.flags.bool('force-conflicts'))
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'Conflict') throw new CommandError(`${error.message}\n${ADVICE}`)
    throw error
  }
  if (dryRun === 'none') applied = moved(applying, given, applied, () => send(context.flags.bool('force-conflicts')))
  if (applied.metadata.deletionTimestamp) {
    context.err(`Warning: Detected changes to resource ${name} which is currently being deleted.\n`)
  }
  return { object: applied, word: 'serverside-applied' }
}

/** What client-side apply owned is moved, and what was applied is sent again; what fails on the way will be tried the next time. */
function moved(applying: Applying, given: Given, applied: KubeObject, resend: () => KubeObject): KubeObject {
  const tried = <T>(failed: string, step: () => T): T | undefined => {
    try {
      return step()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const what = `Warning: ${failed}. This is non-fatal and will be retried next time you apply.`
      applying.context.err(`${what} Error: ${error.message}\n`)
      return undefined
    }
  }
  const kept = tried(`failed to migrate ${LAST_APPLIED} for Server-Side Apply`, () => keepAnnotation(applying, given, applied))
  if (!kept) return applied
  const rejected = 'server rejected managed fields migration to Server-Side Apply'
  if (!tried(rejected, () => migrate(applying, given, kept))) return kept
  return tried('failed to re-apply configuration after performing Server-Side Apply migration', resend) ?? kept
}

function ownsAnnotation(entry: ManagedFieldsEntry): boolean {
  return below(below(fromFieldsV1(entry.fieldsV1), 'f:metadata'), 'f:annotations').members.has(`f:${LAST_APPLIED}`)
}

/** Gives the annotation of client-side apply an owner of its own, lest the first server-side apply drop it. */
function keepAnnotation({ cluster, manager }: Applying, { info }: Given, applied: KubeObject): KubeObject {
  const text = lastApplied(applied)
  if (manager !== 'kubectl' || text === undefined) return applied
  const entries = applied.metadata.managedFields ?? []
  if (entries.some((entry) => entry.operation === 'Apply' && ownsAnnotation(entry))) return applied
  const { name, namespace } = applied.metadata
  const justAnnotation = {
    apiVersion: groupVersion(info),
    kind: info.kind,
    metadata: { name, ...(namespace ? { namespace } : {}), annotations: { [LAST_APPLIED]: text } },
  } as unknown as KubeObject
  return applyObject(cluster.server, info, justAnnotation, { manager: 'kubectl-last-applied' })
}

/** Moves what the client-side appliers own to the server-side one. True when there was something to move. */
function migrate({ cluster, manager }: Applying, { info }: Given, applied: KubeObject): boolean {
  const before = applied.metadata.managedFields ?? []
  const clients = before.filter((entry) => entry.operation === 'Update' && ownsAnnotation(entry)).map((entry) => entry.manager)
  let entries = before
  for (const client of new Set(clients)) entries = upgrade(entries, client, manager)
  if (entries === before) return false
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value: entries as unknown as Json },
    { op: 'replace', path: '/metadata/resourceVersion', value: applied.metadata.resourceVersion },
  ]
  patchObject(cluster.server, info, applied.metadata.namespace, applied.metadata.name, 'json', patch, { manager })
  return true
}

function upgrade(entries: ManagedFieldsEntry[], client: string, server: string): ManagedFieldsEntry[] {
  const isClient = (e: ManagedFieldsEntry) => e.manager === client && e.operation === 'Update' && !e.subresource
  const isServer = (e: ManagedFieldsEntry) => e.manager === server && e.operation === 'Apply' && !e.subresource
  const target = entries.find(isServer) ?? entries.find(isClient)
  if (!target) return entries
  const own = entries.find((e) => isClient(e) && e.apiVersion === target.apiVersion)
  const set = own ? union(fromFieldsV1(target.fieldsV1), fromFieldsV1(own.fieldsV1)) : fromFieldsV1(target.fieldsV1)
  const merged: ManagedFieldsEntry = { ...target, manager: server, operation: 'Apply', fieldsV1: toFieldsV1(set) }
  return entries.map((e) => (e === target ? merged : e)).filter((e) => !isClient(e))
}
