// kubectl rollout undo: back to an earlier revision. Upstream: kubectl/pkg/cmd/rollout/rollout_undo.go.
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import { combine } from '../errors'
import { requireResource } from './rollout-change'
import { rollBack } from './rollout-revisions'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

function appliedWarning({ info, object }: Selected): string {
  if (object.metadata.annotations?.[LAST_APPLIED] === undefined) return ''
  return (
    `Warning: resource ${info.plural}/${object.metadata.name} was previously managed with 'kubectl apply'. ` +
    `Rolling back will not update the ${LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. ` +
    "Consider using 'kubectl apply' with your previous configuration file instead.\n"
  )
}

async function undo(context: CommandContext): Promise<void> {
  const dryRun = dryRunOf(context)
  requireResource(context)
  const print = resultPrinter(context, dryRun, true)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const warnings: string[] = []
  const failures = context.cluster[dryRun === 'none' ? 'write' : 'read']((cluster) => {
    const { objects, failures } = select(context, cluster, documents, { allowAll: true })
    for (const selected of objects) {
      warnings.push(appliedWarning(selected))
      try {
        lines.push(print(selected.object, rollBack(cluster, selected, context.flags.number('to-revision'), dryRun)))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.push(error)
      }
    }
    return failures
  })
  context.err(warnings.join(''))
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

export const command: Command = { run: undo }
