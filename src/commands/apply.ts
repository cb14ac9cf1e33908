// kubectl apply: brings objects to what files say, on the client's or the server's reckoning. Upstream: kubectl/pkg/cmd/apply/apply.go.
import type { KubeObject } from '../api/types'
import { placeInNamespace, recognise } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { cascadeOf } from '../cli/cascade'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { manifestsOf } from '../cli/kustomize'
import { type Documents, visitDocuments } from '../cli/manifests'
import { recorded } from '../cli/record'
import { printerOptions, resultPrinter } from '../cli/result'
import { validationOf } from '../cli/validation'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import { type List, resultPrinterFor } from '../print'
import type { FieldValidation } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'
import { applyOnClient } from './apply-client'
import { checkAllowlist, type PruneResources, prune, pruneResources, remove, warnOfPruning } from './apply-prune'
import { applyOnServer } from './apply-server'
import { type ApplySet, applySetOf, asMembers, beforeApply, checkParent, pruneSet } from './apply-set'

/** One object to apply, as the file has it. */
export interface Given {
  info: ResourceInfo
  object: KubeObject
  source: string
}

export interface Applying {
  context: CommandContext
  cluster: Cluster
  dryRun: DryRun
  manager: string
  validation: FieldValidation
}

/** What became of it, and the word for that. */
export interface Outcome {
  object: KubeObject
  word: string
}

function validate(context: CommandContext, dryRun: DryRun): void {
  const { flags } = context
  const serverSide = flags.bool('server-side')
  const force = flags.bool('force')
  const refuse = (message: string) => {
    throw new CommandError(message)
  }
  if (flags.bool('force-conflicts') && !serverSide) refuse('--force-conflicts only works with --server-side')
  if (dryRun === 'client' && serverSide) {
    refuse("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
  }
  if (serverSide && force) refuse('--force cannot be used with --server-side')
  if (dryRun === 'server' && force) refuse('--dry-run=server cannot be used with --force')
  if (flags.bool('all') && flags.string('selector')) refuse('cannot set --all and --selector at the same time')
  const set = applySetGiven(context)
  if (set) {
    if (!flags.bool('prune')) refuse('--applyset requires --prune')
    context.cluster.read((cluster) => checkParent(applySetOf(context, cluster.server.discovery), cluster))
  }
  if (flags.bool('prune')) {
    if (force) refuse('--force cannot be used with --prune')
    if (set) {
      if (flags.bool('all')) refuse('--all is incompatible with --applyset')
      if (flags.string('selector')) refuse('--selector is incompatible with --applyset')
      if (flags.list('prune-allowlist').length) refuse('--prune-allowlist is incompatible with --applyset')
    } else {
      if (!flags.bool('all') && !flags.string('selector')) {
        refuse(
          'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
        )
      }
      if (serverSide) refuse("--prune is in alpha and doesn't currently work on objects created by server-side apply")
    }
  }
  if (flags.string('subresource') && !serverSide) refuse('--subresource can only be specified for --server-side')
}

/** --applyset is a flag only where its variable opens it. */
function applySetGiven({ flags }: CommandContext): boolean {
  return flags.has('applyset') && flags.string('applyset') !== ''
}

async function apply(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length) throw context.usage(`Unexpected args: [${args.join(' ')}]`)
  const dryRun = dryRunOf(context)
  cascadeOf(context)
  if (!flags.list('filename').length && !flags.string('kustomize')) throw new CommandError('must specify one of -f and -k')
  const validation = validationOf(context)
  if (applySetGiven(context)) context.cluster.read((cluster) => applySetOf(context, cluster.server.discovery))
  if (flags.bool('prune')) checkAllowlist(context)
  validate(context, dryRun)
  const serverSide = flags.bool('server-side')
  // A request that names no manager has its program's.
  const given = serverSide && !flags.changed('field-manager') ? '' : flags.string('field-manager')
  const manager = given || 'kubectl'
  const printWhole = flags.string('output') !== '' && flags.string('output') !== 'name'
  const print = resultPrinter(context, dryRun)
  const manifests = await manifestsOf(context).catch((error) => {
    // The parent of a set is written though no object could be read.
    if (!applySetGiven(context) || !(error instanceof CommandError)) throw error
    return { documents: [], failures: [error], readBefore: [0], oneFile: false }
  })
  if (!manifests.documents.length && !manifests.failures.length) throw new CommandError('no objects passed to apply')
  let pruned: PruneResources | undefined
  const lines: string[] = []
  const failure = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const applying: Applying = { context, cluster, dryRun, manager, validation }
    const set = applySetGiven(context) ? applySetOf(context, cluster.server.discovery) : undefined
    const resources = flags.bool('prune') && !set ? pruneResources(applying) : undefined
    const { given, failures } = membersOf(set, recognised(applying, manifests))
    if (!given.length && !failures.length) throw new CommandError('no objects passed to apply')
    if (set) beforeApply(set, applying, given)
    const errors: Error[] = failures.length ? [combine(failures) as Error] : []
    const done: KubeObject[] = []
    for (const one of given) {
      try {
        const { object, word } = serverSide ? applyOnServer(applying, one) : applyOnClient(applying, one)
        // As with create, the cluster acts on each object before the next one comes.
        if (dryRun === 'none') cluster.settle()
        done.push(object)
        if (!printWhole) lines.push(print(object, word))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        errors.push(error)
      }
    }
    if (errors.length) return combine(errors)
    if (printWhole) lines.push(printAll(context, done))
    pruned = resources
    const uids = done.map((object) => object.metadata.uid)
    const removed = (object: KubeObject) => void lines.push(print(object, 'pruned'))
    // What was applied stays when not all could be removed.
    try {
      if (resources) prune(applying, resources, given, uids, removed)
      if (set) pruneSet(set, applying, uids, (info, object) => remove(applying, info, object), removed)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      return error
    }
    return undefined
  })
  if (pruned) warnOfPruning(context, pruned)
  context.out(lines.join(''))
  if (failure) throw failure
}

/** The documents of kinds the server knows, in their namespaces. Failures of single ones are added to `failures`. */
function recognised({ context, cluster, validation }: Applying, manifests: Documents): { given: Given[]; failures: Error[] } {
  const selector = parseLabelSelector(context.flags.string('selector'))
  const given: Given[] = []
  const failures = visitDocuments(manifests, ({ value, source, inList }) => {
    const info = recognise(cluster.server, value, source, inList)
    if (validation !== 'Ignore') context.observeSchema?.(groupVersion(info), cluster.server)
    const metadata = typeof value.metadata === 'object' && value.metadata !== null ? value.metadata : {}
    const object = { ...value, metadata: { ...metadata } } as KubeObject
    const placed = placeInNamespace(info, object, context.namespace, context.namespaceGiven)
    if (selectorMatches(selector, placed.metadata.labels)) given.push({ info, object: recorded(context, placed), source })
  })
  return { given, failures }
}

/** The objects of files as members of the set; none where one of them says that it is in another. */
function membersOf(set: ApplySet | undefined, found: { given: Given[]; failures: Error[] }): { given: Given[]; failures: Error[] } {
  if (!set) return found
  try {
    return { given: asMembers(set, found.given), failures: found.failures }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return { given: [], failures: [error] }
  }
}

/** One object by itself, several as a typed List, whose metadata is empty. */
function printAll(context: CommandContext, objects: KubeObject[]): string {
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} } as unknown as List
  return resultPrinterFor('', context.flags.string('output'), printerOptions(context)).print(objects.length === 1 ? objects[0] : list)
}

export const command: Command = { run: apply }
