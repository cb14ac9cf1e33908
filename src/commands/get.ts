// kubectl get: objects by name, selector or file, as a table or in any output format. Upstream: kubectl/pkg/cmd/get/get.go.
import type { KubeObject } from '../api/types'
import { presented } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { klogLine } from '../cli/klog'
import { printerOptions } from '../cli/result'
import { AggregateFailure, CommandError, combine, SilentExit, UsageError } from '../errors'
import { printerFor } from '../print'
import { sortObjects, sortRows, Unsortable } from '../print/sort'
import { listOf } from '../print/structured'
import { formatTable } from '../print/table'
import { type Answer, documentsNamed, type Found, fetchAnswer } from './get-fetch'
import { cellsOf, isTable } from './get-table'

async function get(context: CommandContext): Promise<number | undefined> {
  const { flags, args } = context
  checkArguments(context)
  if (flags.string('raw')) {
    const { getRaw } = await import('./get-raw')
    return getRaw(context, flags.string('raw'))
  }
  if (!flags.bool('watch') && !flags.bool('watch-only') && !args.length && !flags.list('filename').length && !flags.string('kustomize')) {
    throw missingResource(context)
  }
  checkFlags(context)
  if (flags.bool('watch') || flags.bool('watch-only')) {
    const { watchObjects } = await import('./get-watch')
    return watchObjects(context)
  }
  const documents = await documentsNamed(context)
  const answer = context.cluster.read((cluster) => fetchAnswer(context, cluster, documents))
  for (const warning of answer.warnings) context.warn(warning)
  try {
    if (isTable(context)) printTables(context, answer)
    else printObjects(context, answer)
  } catch (error) {
    if (!(error instanceof Unsortable)) throw error
    context.err(klogLine(context.host, 'F', error.place, error.message))
    throw new SilentExit(error.exitCode)
  }
  const failure = combine(isTable(context) ? answer.failures : flat(answer.failures))
  if (failure) throw failure
}

function checkArguments({ flags, args }: CommandContext): void {
  if (!flags.string('raw')) return
  if (args.length) throw new CommandError('arguments may not be passed when --raw is specified')
  if (flags.bool('watch') || flags.bool('watch-only') || flags.string('selector')) {
    throw new CommandError('--raw may not be specified with other flags that filter the server request or alter the output')
  }
  if (flags.string('output')) throw new CommandError('--raw and --output are mutually exclusive')
}

function checkFlags(context: CommandContext): void {
  const { flags } = context
  const output = flags.string('output')
  const watching = flags.bool('watch') || flags.bool('watch-only')
  if (watching && flags.string('sort-by')) {
    const ignored = flags.bool('watch')
      ? '--watch requested, --sort-by will be ignored for watch events received'
      : '--watch-only requested, --sort-by will be ignored'
    context.err(`warning: ${ignored}\n`)
  }
  if (flags.bool('show-labels') && output !== '' && output !== 'wide') {
    throw new CommandError(`--show-labels option cannot be used with ${output} printer`)
  }
  if (flags.list('label-columns').length && output.startsWith('custom-columns')) {
    throw new CommandError(`--label-columns option cannot be used with ${output} printer`)
  }
  if (flags.bool('output-watch-events') && !watching) {
    throw new CommandError('--output-watch-events option can only be used with --watch or --watch-only')
  }
}

function missingResource(context: CommandContext): Error {
  context.err(`You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n`)
  return new UsageError(
    'Required resource not specified.',
    `Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples`,
  )
}

/** Whole objects are printed without a list of failures inside of another. */
function flat(failures: Error[]): Error[] {
  return failures.flatMap((failure) => (failure instanceof AggregateFailure ? failure.failures : [failure]))
}

/** One named object prints by itself, all else as a List. */
function printObjects(context: CommandContext, { found, failures, single }: Answer): void {
  const { flags } = context
  if (failures.length && single) throw combine(flat(failures))
  if (found.length === 0 && flags.bool('ignore-not-found')) return
  const printer = printerFor(flags.string('output'), printerOptions(context))
  const objects = found.map(({ info, object }) => presented(info, object))
  if (single && objects.length === 1) context.out(printer.print(objects[0]))
  else context.out(printer.print(listOf(flags.string('sort-by') ? sortObjects(objects, flags.string('sort-by')) : objects)))
}

function printTables(context: CommandContext, answer: Answer): void {
  const { flags } = context
  const noHeaders = flags.bool('no-headers')
  if (answer.cells) {
    context.out(formatTable(answer.cells, noHeaders))
    if (answer.cells.length > 1) return
  }
  // With --all-namespaces the printer keeps its namespace column once it has one.
  let namespaces = false
  const tables = tablesOf(context, answer)
    .map((group) => {
      namespaces ||= group[0].info.namespaced
      return formatTable(cellsOf(context, answer, group, undefined, namespaces), noHeaders)
    })
    .filter((text) => text !== '')
  context.out(tables.join(noHeaders ? '' : '\n'))
  if (tables.length || flags.bool('ignore-not-found') || answer.failures.length) return
  const namespaced = answer.infos.every((info) => info.namespaced) && !flags.bool('all-namespaces')
  context.err(namespaced ? `No resources found in ${context.namespace} namespace.\n` : 'No resources found\n')
}

/** What is printed under one header each: the objects in a row that are of one kind. */
function tablesOf(context: CommandContext, answer: Answer): Found[][] {
  const { flags } = context
  const path = flags.string('sort-by')
  if (!path) return runs(answer.found)
  if (!flags.bool('server-print')) {
    const sorted = sortObjects(answer.found.map(carrying), path)
    return runs(sorted.map((object) => object.found))
  }
  // The server answers tables, and of several tables none has the field.
  if (answer.requests > 1) sortObjects([TABLE_ANSWER], path)
  return runs((sortRows(answer.found.map(carrying), path) ?? []).map((object) => object.found))
}

function carrying(found: Found): KubeObject & { found: Found } {
  return { ...found.object, found }
}

const TABLE_ANSWER = { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {} } as KubeObject

function runs(found: Found[]): Found[][] {
  const out: Found[][] = []
  for (const each of found) {
    const last = out.at(-1)
    if (last && last[0].info.resource === each.info.resource) last.push(each)
    else out.push([each])
  }
  return out
}

export const command: Command = { run: get }
