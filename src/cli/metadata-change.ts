// One change of labels or annotations on many objects: what label and annotate share.
import type { KubeObject, StringMap } from '../api/types'
import { CommandError, combine } from '../errors'
import type { CommandContext } from './context'
import { dryRunOf } from './dry-run'
import { resultPrinter } from './result'
import { documentsOf, type Selected, select } from './select'

export interface MetadataChange {
  resources: string[]
  field: 'labels' | 'annotations'
  /** The new map. Throws to refuse. */
  change(old: StringMap | undefined): StringMap | undefined
  /** Lines printed before the outcome. */
  notices(old: StringMap | undefined): string[]
  outcome(before: KubeObject, after: KubeObject): string
}

export async function changeMetadata(context: CommandContext, edit: MetadataChange): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  const local = flags.bool('local')
  if (local && edit.resources.length) throw new CommandError('cannot specify resources when --local is set: use -f')
  const print = resultPrinter(context, dryRun)
  const documents = await documentsOf(context)
  const writes = dryRun !== 'client' && !local && !flags.bool('list')
  const lines: string[] = []
  const failures = context.cluster[writes ? 'write' : 'read']((cluster) => {
    const selection = select(context, cluster, documents, { args: edit.resources, local })
    for (const selected of selection.objects) {
      try {
        const old = selected.object.metadata[edit.field]
        if (flags.bool('list')) {
          lines.push(listing(selected, old, selection.objects.length > 1))
          continue
        }
        const changed = withField(selected.object, edit.field, edit.change(old))
        lines.push(...edit.notices(old))
        const after = writes
          ? cluster.server.update(changed, { manager: flags.string('field-manager'), dryRun: dryRun === 'server' })
          : changed
        lines.push(print(after, edit.outcome(selected.object, after)))
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
  const { [field]: _, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, ...(value ? { [field]: value } : {}) } }
}

function listing({ info, object }: Selected, map: StringMap | undefined, many: boolean): string {
  const lines = Object.entries(map ?? {}).map(([k, v]) => `${k}=${v}\n`)
  return (many ? `Listing labels for ${info.kind}.${info.group}/${object.metadata.name}:\n ` : '') + lines.join(many ? ' ' : '')
}
