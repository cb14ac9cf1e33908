// kubectl rollout history: the revisions of a workload, or one of them in full. Upstream: kubectl/pkg/cmd/rollout/rollout_history.go.
import type { Command, CommandContext } from '../cli/context'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import { align, DESCRIBE } from '../lib/tabwriter'
import { forTerminal } from '../lib/terminal'
import { requireResource } from './rollout-change'
import { type Revision, revisionsOf, templateText } from './rollout-revisions'

type Print = ReturnType<typeof resultPrinter>

async function history(context: CommandContext): Promise<void> {
  const { flags } = context
  requireResource(context)
  const wanted = flags.number('revision')
  if (wanted < 0) throw new CommandError(`revision must be a positive integer: ${wanted}`)
  const print = resultPrinter(context, 'none', true)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const failures = context.cluster.read((cluster) => {
    const { objects, failures } = select(context, cluster, documents, { allowAll: true })
    for (const selected of objects) {
      try {
        lines.push(historyText(context, cluster, selected, wanted, print))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.push(error)
      }
    }
    return failures
  })
  context.out(forTerminal(lines.join('')))
  const failure = combine(failures)
  if (failure) throw failure
}

function historyText(context: CommandContext, cluster: Cluster, selected: Selected, wanted: number, print: Print): string {
  const revisions = revisionsOf(cluster, selected)
  const one = revisions.find((revision) => revision.number === wanted)
  const asObjects = context.flags.changed('output')
  const isMissing = wanted > 0 && !one && (asObjects || revisions.length > 0)
  if (isMissing) throw new CommandError('unable to find the specified revision')
  if (asObjects) return (one ? [one] : revisions).map((revision) => print(revision.object, '')).join('')
  const title = wanted > 0 ? `with revision #${wanted}` : ''
  return print(selected.object, `${title}\n${revisions.length === 0 ? 'No rollout history found.' : body(revisions, one)}`)
}

function body(revisions: Revision[], one: Revision | undefined): string {
  if (one) return templateText(one.template)
  const rows = revisions.map(({ number, changeCause }) => `${number}\t${changeCause || '<none>'}\n`)
  return align(`REVISION\tCHANGE-CAUSE\n${rows.join('')}`, DESCRIBE)
}

export const command: Command = { run: history }
