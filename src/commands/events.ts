// kubectl events: what happened, oldest first. Upstream: kubectl/pkg/cmd/events.
import type { Event, KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { requestTimeout } from '../cli/request-timeout'
import { resourceMapped, resourceNamed } from '../cli/resource-args'
import { printerOptions } from '../cli/result'
import type { Cluster } from '../cluster'
import { sleep } from '../env'
import { CommandError } from '../errors'
import { Follower } from '../follower'
import { age } from '../lib/ages'
import { align, TABLE } from '../lib/tabwriter'
import { eventPrinterFor, type Printer } from '../print'

const PAUSE = 100
const TYPES = ['Normal', 'Warning']

interface Filter {
  namespace: string | undefined
  about?: { kind: string; apiVersion: string; name: string }
  types: string[]
}

/** `--for TYPE/NAME`. Throws CommandError. */
function aboutOf(context: CommandContext, cluster: Cluster): Filter['about'] {
  const text = context.flags.string('for')
  if (!text) return undefined
  const parts = text.split('/')
  if (parts.length > 2) throw new CommandError('arguments in resource/name form may not have more than one slash')
  if (parts.length !== 2 || !parts[0] || !parts[1]) throw new CommandError('--for must be in resource/name form')
  const info = resourceMapped(cluster.server.discovery, parts[0])
  return { kind: info.kind, apiVersion: info.group ? `${info.group}/${info.version}` : info.version, name: parts[1] }
}

function selectorOf({ about }: Filter): string {
  if (!about) return ''
  return `involvedObject.kind=${about.kind},involvedObject.apiVersion=${about.apiVersion},involvedObject.name=${about.name}`
}

function matching(cluster: Cluster, { namespace, about, types }: Filter): Event[] {
  const { view } = cluster
  const all = about ? view.mentioning<Event>('events', namespace, about.name) : view.list<Event>('events', namespace)
  const events = all.filter((event) => {
    const { kind, apiVersion, name } = event.involvedObject
    if (about && (kind !== about.kind || name !== about.name || (apiVersion && apiVersion !== about.apiVersion))) return false
    return types.length === 0 || types.some((t) => t.toLowerCase() === event.type.toLowerCase())
  })
  return events.sort((a, b) => timeOf(a) - timeOf(b))
}

/** When it last happened, ms. */
function timeOf(event: Event): number {
  return Date.parse(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)
}

function lastSeen(event: Event, now: number): string {
  const first = age(event.eventTime ?? event.firstTimestamp, now)
  if (event.series) return `${age(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})`
  const count = event.count ?? 0
  return count > 1 ? `${age(event.lastTimestamp, now)} (x${count} over ${first})` : first
}

function rows(events: Event[], now: number, allNamespaces: boolean): string[] {
  return events.map((event) => {
    const { kind, name } = event.involvedObject
    const cells = [lastSeen(event, now), event.type, event.reason, `${kind}/${name}`, event.message.trim()]
    return `${[...(allNamespaces ? [event.metadata.namespace ?? ''] : []), ...cells].join('\t')}\n`
  })
}

function table(context: CommandContext, cluster: Cluster, events: Event[], headed: boolean, remembered: number[]): string {
  const allNamespaces = context.flags.bool('all-namespaces')
  const header = `${allNamespaces ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`
  const lines = rows(events, cluster.env.now(), allNamespaces)
  return align((headed ? header : '') + lines.join(''), { ...TABLE, remembered })
}

async function run(context: CommandContext): Promise<void> {
  const { flags } = context
  const types = flags.list('types')
  if (types.some((t) => !TYPES.some((known) => known.toLowerCase() === t.toLowerCase()))) {
    throw new CommandError('valid --types are Normal or Warning')
  }
  const follower = new Follower(context.cluster)
  const cluster = follower.current()
  const namespace = flags.bool('all-namespaces') ? undefined : context.namespace
  const filter: Filter = { namespace, about: aboutOf(context, cluster), types }
  const info = resourceNamed(cluster.server.discovery, 'events')
  const events = cluster.server.answer({ verb: 'list', info, namespace, query: { fieldSelector: selectorOf(filter) } }, () =>
    matching(cluster, filter),
  )
  const output = flags.string('output')
  const watching = flags.bool('watch')
  const printer = output ? eventPrinterFor(output, { ...printerOptions(context), typed: true }) : undefined
  if (printer && watching) {
    const print = (shown: Event[]) => shown.map((event) => printed(printer, event)).join('')
    context.out(print(events))
    return follow(context, follower, filter, events, (_, fresh) => print(fresh))
  }
  if (events.length === 0 && !watching) {
    context.err(namespace === undefined ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`)
    return
  }
  if (printer) {
    context.out(printed(printer, { apiVersion: 'v1', kind: 'EventList', metadata: {}, items: events } as unknown as KubeObject))
    return
  }
  const remembered: number[] = []
  context.out(table(context, cluster, events, !flags.bool('no-headers'), remembered))
  if (watching) await follow(context, follower, filter, events, (now, fresh) => table(context, now, fresh, false, remembered))
}

/** What a printer makes of an object; like upstream, nobody looks whether it failed. */
function printed(printer: Printer, object: KubeObject): string {
  try {
    return printer.print(object)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return error.printed
  }
}

/** Prints events as they come or count up; returns only when `--request-timeout` ends it. */
async function follow(
  context: CommandContext,
  follower: Follower,
  filter: Filter,
  shown: Event[],
  write: (cluster: Cluster, events: Event[]) => string,
): Promise<void> {
  const { server } = follower.current()
  server.authorize('watch', resourceNamed(server.discovery, 'events'), filter.namespace)
  const versions = new Map(shown.map((e) => [e.metadata.uid, e.metadata.resourceVersion]))
  const limit = requestTimeout(context.flags.string('request-timeout'))
  for (let waited = 0; limit === 0 || waited < limit; waited += PAUSE) {
    await sleep(PAUSE)
    const cluster = follower.current()
    const fresh = matching(cluster, filter).filter((e) => versions.get(e.metadata.uid) !== e.metadata.resourceVersion)
    if (fresh.length === 0) continue
    for (const event of fresh) versions.set(event.metadata.uid, event.metadata.resourceVersion)
    context.out(write(cluster, fresh))
  }
}

export const command: Command = { run }
