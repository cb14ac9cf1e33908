// kubesim check -f DIR: manifests brought up in a scratch cluster, every port of their Services called, and why one does not answer.
import { manifestsNamed } from '../cli/kustomize'
import { durationArgument, type OwnCommand, type OwnContext, type Program } from '../cli/own'
import { describeFailure } from '../cli/report'
import { CommandError } from '../errors'
import { formatDuration, parseDuration } from '../lib/ages'
import { align, TABLE } from '../lib/tabwriter'
import { type Paint, paintFor } from '../print/paint'
import type { BroughtUp } from './check-bring-up'
import type { Call } from './check-calls'

interface Options {
  filename?: string[]
  kustomize?: string
  recursive?: boolean
  namespace: string
  nodes?: string
  timeout: string
  output?: string
}

const MOST_NODES = 1000

export const command: OwnCommand = {
  summary: 'Bring manifests up in a scratch cluster, call every Service, and say why one does not answer',
  define(program: Program, context: OwnContext, exit) {
    program
      .option('-f, --filename <file...>', 'manifests: files, directories, or - for standard input')
      .option('-k, --kustomize <dir>', 'a directory with a kustomization, in place of -f')
      .option('-R, --recursive', 'go into the directories below those of -f')
      .option('-n, --namespace <namespace>', 'the namespace of objects that name none', 'default')
      .option('--nodes <n>', 'nodes of the scratch cluster (default: $KUBESIM_NODES or 3)')
      .option('--timeout <duration>', 'simulated time that Pods get to become ready', '5m')
      .option('-o, --output <format>', 'json for programs')
      .action(async (options: Options) => exit(await check(context, options)))
  },
}

/** Exit code 0 when everything was accepted and every Service answers. The user's own cluster is left alone. */
async function check(context: OwnContext, options: Options): Promise<number> {
  if (options.output !== undefined && options.output !== 'json') throw new CommandError(`unknown output "${options.output}": only json`)
  const patience = durationArgument(options.timeout, parseDuration)
  const nodes = options.nodes === undefined ? undefined : Number(options.nodes)
  if (nodes !== undefined && (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES))
    throw new CommandError(`invalid number of nodes "${options.nodes}": must be from 1 to ${MOST_NODES}`)
  const { filename = [], kustomize = '', recursive = false, namespace } = options
  if (filename.length === 0 && !kustomize) throw new CommandError('must specify one of -f and -k')
  const { documents, failures } = await manifestsNamed(context.host, { files: filename, kustomize, recursive }, context.err)
  if (documents.length === 0 && failures.length === 0) throw new CommandError('no objects passed to check')

  const { bringUp } = await import('./check-bring-up')
  const { callService } = await import('./check-calls')
  const cluster = context.cluster.scratch(nodes)
  const up = bringUp(cluster, documents, namespace, patience)
  const calls = up.services.flatMap((service) => callService(cluster, service))
  const report = reportOf(calls, up, failures)
  if (options.output === 'json') context.out(`${JSON.stringify(report, null, 4)}\n`)
  else context.out(textOf(report, await paintFor(context.host)))
  return report.ok ? 0 : 1
}

interface Report {
  ok: boolean
  services: Call[]
  /** Why objects or files were refused, in kubectl's words. */
  refused: string[]
  unready: BroughtUp['unready']
  /** Simulated. */
  seconds: number
}

function reportOf(services: Call[], { refused, unready, took }: BroughtUp, failures: Error[]): Report {
  const words = [...failures, ...refused].map((error) => describeFailure(error, 'kubesim check').text.trimEnd())
  const ok = words.length === 0 && services.every((c) => c.verdict !== 'fails')
  return { ok, services, refused: words, unready, seconds: Math.round(took / 1000) }
}

// ---------------------------------------------------------------- text

const WORDS: Record<Call['verdict'], string> = { answers: 'ok', fails: 'FAILED', skipped: 'skipped' }

function textOf(report: Report, paint: Paint): string {
  const lines = report.refused.map((why) => paint.bad(why))
  for (const { object, state } of report.unready) lines.push(`warning: ${object}: ${state} after ${formatDuration(report.seconds * 1000)}`)
  if (lines.length > 0) lines.push('')
  const rows = align(report.services.map((c) => `${WORDS[c.verdict]}\t${nameOf(c)}\t${c.summary}\n`).join(''), TABLE).split('\n')
  const colour = { answers: paint.good, fails: paint.bad, skipped: paint.dim }
  for (const [i, call] of report.services.entries()) {
    const word = WORDS[call.verdict]
    lines.push(colour[call.verdict](word) + rows[i].slice(word.length).trimEnd())
    if (!call.cause) continue
    lines.push(`  ${paint.dim('cause ')} ${call.cause.text}`, `  ${paint.dim('remedy')} ${call.cause.remedy}`)
    if (call.cause.command) lines.push(`         ${paint.strong(call.cause.command)}`)
  }
  lines.push(...(report.services.length > 0 ? [''] : []), summaryOf(report, paint))
  return `${lines.join('\n')}\n`
}

/** `shop/web:http 80/TCP` */
function nameOf({ service, port, portName, protocol, nodePort }: Call): string {
  if (port === undefined) return service
  const outside = nodePort ? ` (node port ${nodePort})` : ''
  return `${service}${portName ? `:${portName}` : ''} ${port}/${protocol}${outside}`
}

function summaryOf({ ok, services, refused, seconds }: Report, paint: Paint): string {
  const count = (verdict: Call['verdict']) => services.filter((c) => c.verdict === verdict).length
  const parts = [`${count('answers')} of ${services.length} Service ports answer`]
  if (services.length === 0) parts[0] = 'no Services'
  if (count('skipped') > 0) parts.push(`${count('skipped')} lead outside`)
  if (refused.length > 0) parts.push(`${refused.length} refused`)
  const text = `${parts.join(', ')}, after ${formatDuration(seconds * 1000)} of simulated time`
  return ok ? paint.good(text) : paint.bad(text)
}
