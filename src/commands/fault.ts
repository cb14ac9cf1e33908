// kubesim fault: list, add and clear faults. Each shows wherever it would in a real cluster: events, endpoints, rules, trace, hit.
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import { CommandError } from '../errors'
import { type Fault, isOver, listFaults, removeFault } from '../faults'
import { humanDuration } from '../lib/ages'
import { formatLabelSelector } from '../lib/label-selector'
import { align, TABLE } from '../lib/tabwriter'
import { timestamp } from '../lib/time'
import { effectOf } from '../trace/fault-cause'
import { defineAdd, roused } from './fault-add'

const EXAMPLES = `
Examples:
  # The readiness probe of one Pod fails: it leaves the endpoints
  kubesim fault add probe api-6c8f7 --type readiness

  # What faults are there, and what do they do
  kubesim fault list

  # All is well again
  kubesim fault clear --all
`

export const command: OwnCommand = {
  summary: 'Break things on purpose: probes, containers, images, replies, networks, DNS, nodes',
  define(program: Program, context: OwnContext) {
    program.addHelpText('after', EXAMPLES)
    program
      .command('list')
      .description('The faults in force')
      .option('-o, --output <format>', 'json for programs')
      .action((options: { output?: string }) => list(context, options.output))
    defineAdd(program.command('add').description('Put a fault into the cluster'), context)
    program
      .command('clear [id...]')
      .description('Take faults out again')
      .option('--all', 'all of them')
      .addHelpText('after', '\nExamples:\n  kubesim fault clear probe-1 dns-1\n  kubesim fault clear --all\n')
      .action((ids: string[], options: { all?: boolean }) => clear(context, ids, options.all === true))
  },
}

export function checkOutput(output: string | undefined): void {
  if (output !== undefined && output !== 'json') throw new CommandError(`unknown output "${output}": only json`)
}

function list(context: OwnContext, output: string | undefined): void {
  checkOutput(output)
  const { faults, now } = context.cluster.read(({ server, env }) => ({ faults: listFaults(server.storage.records), now: env.now() }))
  const active = faults.filter((f) => !isOver(f, now)).sort((a, b) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1))
  if (output === 'json') context.out(`${JSON.stringify(active.map(faultJson), null, 4)}\n`)
  else if (active.length === 0) context.err('No faults are in force.\n')
  else context.out(align([HEAD, ...active.map((f) => row(f, now))].map((r) => `${r.join('\t')}\n`).join(''), TABLE))
}

const HEAD = ['ID', 'TARGET', 'EFFECT', 'AGE', 'ENDS']

function row(fault: Fault, now: number): string[] {
  const ends = fault.until === undefined ? '<never>' : `in ${humanDuration(fault.until - now)}`
  return [fault.id, targetOf(fault), effectOf(fault), humanDuration(now - fault.addedAt), ends]
}

/** What a fault concerns: `pod/api-1`, `app=api in shop`, `node/node-2`, `everything`. */
export function targetOf({ kind, namespace, pod, selector, container, node }: Fault): string {
  if (kind === 'node') return `node/${node}`
  const what = pod
    ? `pod/${pod}`
    : selector
      ? `pods ${formatLabelSelector(selector)}`
      : node
        ? `pods of ${node}`
        : namespace
          ? 'all pods'
          : ''
  if (!what) return kind === 'dns' ? 'everybody' : 'all pods'
  return `${what}${container ? ` -c ${container}` : ''}${namespace && namespace !== 'default' ? ` -n ${namespace}` : ''}`
}

/** As programs read it: times as RFC 3339. */
export function faultJson({ addedAt, until, ...rest }: Fault): object {
  return {
    ...rest,
    effect: effectOf({ addedAt, ...rest }),
    addedAt: timestamp(addedAt),
    ...(until === undefined ? {} : { until: timestamp(until) }),
  }
}

function clear(context: OwnContext, ids: string[], all: boolean): void {
  if (all === ids.length > 0) throw new CommandError('name the faults to clear, or say --all')
  const cleared = context.cluster.write((cluster) => {
    const { records } = cluster.server.storage
    const faults = listFaults(records)
    const missing = ids.find((id) => !faults.some((f) => f.id === id))
    if (missing !== undefined)
      throw new CommandError(`there is no fault ${JSON.stringify(missing)}; \`kubesim fault list\` shows those there are`)
    const chosen = all ? faults : faults.filter((f) => ids.includes(f.id))
    for (const fault of chosen) removeFault(records, fault.id)
    for (const fault of chosen) roused(cluster, fault)
    return chosen
  })
  if (cleared.length === 0) context.err('No faults are in force.\n')
  context.out(cleared.map((f) => `fault/${f.id} cleared\n`).join(''))
}
