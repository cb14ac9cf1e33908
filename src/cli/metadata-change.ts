// One change of labels or annotations on many objects: what label and annotate share.
// Upstream: kubectl/pkg/cmd/label/label.go, kubectl/pkg/cmd/annotate/annotate.go.
import type { KubeObject, StringMap } from '../api/types'
import { AggregateFailure, CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import type { CommandContext } from './context'
import { type DryRun, dryRunOf } from './dry-run'
import { FILES_AND_KUSTOMIZATION, KUSTOMIZATION_ONLY } from './kustomize'
import type { Pairs } from './metadata-pairs'
import { recorded } from './record'
import { resultPrinter } from './result'
import { documentsOf, type Selected, select } from './select'

export interface MetadataChange {
  pairs: Pairs
  field: 'labels' | 'annotations'
  /** How texts about --local name a manifest: `pod`, `rsrc`. */
  example: string
  /** The new map. Throws to refuse. */
  change(old: StringMap | undefined): StringMap | undefined
  /** Lines printed before the outcome when the server is asked. */
  notices(old: StringMap | undefined): string[]
  outcome(before: StringMap, after: StringMap): string
}

/** What both commands refuse before anything is looked up. Throws CommandError. */
export function validateChange(context: CommandContext, { pairs, field, example }: MetadataChange, dryRun: DryRun): void {
  const { flags } = context
  const files = flags.list('filename').length > 0 || flags.string('kustomize') !== ''
  const named = pairs.resources.length > 0
  const manifest = `-f ${example}.yaml or --filename=${example}.json`
  if (flags.bool('list') && flags.string('output')) throw new CommandError('--list and --output may not be specified together')
  if (flags.bool('all') && flags.string('selector')) throw new CommandError('cannot set --all and --selector at the same time')
  if (flags.bool('all') && flags.string('field-selector')) throw new CommandError('cannot set --all and --field-selector at the same time')
  if (flags.bool('local')) {
    if (dryRun === 'server') throw new CommandError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
    if (named) throw new CommandError(`can only use local files by ${manifest} when --local=true is set`)
    if (!files) throw new CommandError(`one or more files must be specified as ${manifest}`)
  } else if (!named && !files) {
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
  }
  const update = Object.keys(pairs.set).length + pairs.remove.length
  if (update === 0 && !flags.bool('list')) throw new CommandError(`at least one ${field.slice(0, -1)} update is required`)
}

export async function changeMetadata(context: CommandContext, edit: MetadataChange): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  validateChange(context, edit, dryRun)
  const local = flags.bool('local')
  const version = flags.string('resource-version')
  // label has a printer an object, so that nothing stands between two documents.
  const shared = edit.field === 'labels' ? undefined : resultPrinter(context, dryRun)
  const print = (object: KubeObject, outcome: string) => (shared ?? resultPrinter(context, dryRun))(object, outcome)
  if (!shared) resultPrinter(context, dryRun)
  // The flags that annotate shares with others are looked at twice.
  if (shared && flags.list('filename').length && flags.string('kustomize')) {
    throw new AggregateFailure([new CommandError(FILES_AND_KUSTOMIZATION), new CommandError(KUSTOMIZATION_ONLY)])
  }
  const documents = await documentsOf(context)
  const writes = dryRun !== 'client' && !local && !flags.bool('list')
  const lines: string[] = []
  const failures = context.cluster[writes ? 'write' : 'read']((cluster) => {
    const selection = select(context, cluster, documents, { args: edit.pairs.resources, local })
    if (version && !local && !selection.single) throw new CommandError('--resource-version may only be used with a single resource')
    for (const selected of selection.objects) {
      try {
        // Without a prototype: `constructor` is a key like any other.
        const before: StringMap = Object.assign(Object.create(null) as object, selected.object.metadata?.[edit.field])
        if (writes) lines.push(...edit.notices(before))
        const after = edit.change(before)
        if (flags.bool('list')) {
          lines.push(listing(selected, edit.field, after, selection.single))
          continue
        }
        // What is shown without asking the server keeps the emptied map.
        const changed = withField(selected.object, edit.field, writes ? after : (after ?? {}))
        const outcome = edit.outcome(before, after ?? {})
        if (local) {
          lines.push(print(withVersion(changed, version), outcome))
          continue
        }
        if (!writes || (edit.field === 'labels' && deepEqual(before, after ?? {}))) {
          lines.push(print(changed, outcome))
          continue
        }
        const options = { manager: flags.string('field-manager'), dryRun: dryRun === 'server', patch: true }
        lines.push(print(cluster.server.update(withVersion(recorded(context, changed), version), options), outcome))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        selection.failures.push(error)
      }
    }
    return selection.failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function withField(object: KubeObject, field: 'labels' | 'annotations', value: StringMap | undefined): KubeObject {
  const { [field]: _, ...metadata } = (object.metadata ?? {}) as KubeObject['metadata']
  return { ...object, metadata: { ...metadata, ...(value ? { [field]: value } : {}) } }
}

/** The server refuses the object when it has another version by now. */
function withVersion(object: KubeObject, version: string): KubeObject {
  return version ? { ...object, metadata: { ...object.metadata, resourceVersion: version } } : object
}

function listing({ info, object }: Selected, field: string, map: StringMap | undefined, single: boolean): string {
  const indent = single ? '' : ' '
  const title = single ? '' : `Listing ${field} for ${info.kind}.${info.group}/${object.metadata.name}:\n`
  return (
    title +
    Object.entries(map ?? {})
      .map(([key, value]) => `${indent}${key}=${value}\n`)
      .join('')
  )
}
