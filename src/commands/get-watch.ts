// kubectl get --watch: what is there, then what changes, until interrupted. Upstream: kubectl/pkg/cmd/get/get.go watch.
import type { KubeObject } from '../api/types'
import { presented, selection } from '../apiserver/query'
import type { CommandContext } from '../cli/context'
import { klogLine } from '../cli/klog'
import { requestTimeout } from '../cli/request-timeout'
import { printerOptions } from '../cli/result'
import type { Cluster } from '../cluster'
import { sleep } from '../env'
import { ApiError, CommandError } from '../errors'
import { Follower } from '../follower'
import { printerFor } from '../print'
import { formatTable } from '../print/table'
import type { JournalEntry } from '../store/journal'
import { type Answer, documentsNamed, type Found, fetchAnswer, showsOwnership } from './get-fetch'
import { cellsOf, isTable } from './get-table'

/** How often the state file is looked at (ms): oftener than two commands can follow one another. */
const PAUSE = 10

interface WatchChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  found: Found
}

/** Returns only when `--request-timeout` ends it. */
export async function watchObjects(context: CommandContext): Promise<undefined> {
  const { flags } = context
  const documents = await documentsNamed(context)
  const follower = new Follower(context.cluster)
  const fetchNow = (cluster: Cluster) => fetchAnswer(context, cluster, documents)
  const first = fetchNow(follower.current())
  if (documents && first.infos.length + first.failures.length > 1) {
    throw new CommandError('watch is only supported on individual resources and resource collections')
  }
  if (!documents && first.kindsAsked > 1) throw new CommandError('you may only specify a single resource type')
  if (first.failures.length) throw first.failures[0]
  // What is not there and passed over is not waited for.
  if (first.infos.length === 0) return undefined
  for (const warning of first.warnings) context.warn(warning)
  const write = isTable(context) ? tableWriter(context) : objectWriter(context)
  if (!flags.bool('watch-only')) {
    context.out(
      write(
        first,
        first.found.map((found) => ({ type: 'ADDED', found })),
      ),
    )
  }
  if (first.infos.length > 1) throw new CommandError('you may only watch a single resource or type of resource at a time')
  follower.current().server.authorize('watch', first.infos[0], flags.bool('all-namespaces') ? undefined : watchedIn(context, first))
  await followChanges(context, follower, first, fetchNow, write, documents ? undefined : stepsOf(context, first))
}

/** A file may name an object of another namespace. */
function watchedIn(context: CommandContext, { found, single }: Answer): string {
  return (single && found[0]?.object.metadata.namespace) || context.namespace
}

type Writer = (answer: Answer, changes: WatchChange[]) => string

async function followChanges(
  context: CommandContext,
  follower: Follower,
  first: Answer,
  fetchNow: (cluster: Cluster) => Answer,
  write: Writer,
  steps: Steps | undefined,
): Promise<void> {
  const limit = requestTimeout(context.flags.string('request-timeout'))
  let known = byUid(first.found)
  let cluster = follower.current()
  const journal = steps && context.cluster.follow()
  for (let waited = 0; limit === 0 || waited < limit; waited += PAUSE) {
    await sleep(PAUSE)
    if (waited % SIGN_OF_LIFE === 0) journal?.sign()
    const current = follower.current()
    if (current === cluster) continue
    cluster = current
    const answer = fetchNow(cluster)
    const broken = answer.failures.find((failure) => !(failure instanceof ApiError && failure.reason === 'NotFound'))
    if (broken) throw broken
    const now = byUid(answer.found)
    const told = journal && steps?.(known, journal.take(cluster.state.header.resourceVersion))
    if (told) known = told.known
    context.out(write(answer, [...(told?.changes ?? []), ...changesBetween(known, now)]))
    known = now
  }
  if (context.flags.number('v') >= DECODING) {
    context.err(
      klogLine(
        context.host,
        'I',
        'streamwatcher.go:123',
        '"Unable to decode an event from the watch stream" err="context deadline exceeded"',
      ),
    )
  }
}

/** How often others are told that somebody watches, ms. */
const SIGN_OF_LIFE = 2_000

type Steps = (known: Map<string, Found>, entries: JournalEntry[]) => { known: Map<string, Found>; changes: WatchChange[] }

/** What the versions between two states mean for this watch; undefined where what is shown is not an object as it is stored. */
function stepsOf(context: CommandContext, { infos, single, found }: Answer): Steps | undefined {
  const { flags } = context
  if (showsOwnership(context) || flags.string('subresource')) return undefined
  const [info] = infos
  const namespace = flags.bool('all-namespaces') || !info.namespaced ? undefined : context.namespace
  const named = single ? found[0]?.object.metadata.name : undefined
  const { matches } = selection(info, { labelSelector: flags.string('selector'), fieldSelector: flags.string('field-selector') })
  const isMeant = (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (named === undefined || object.metadata.name === named) &&
    matches(object)
  return (before, entries) => {
    const known = new Map(before)
    const changes: WatchChange[] = []
    for (const { resource, before: old, after } of entries) {
      if (resource !== info.resource) continue
      const object = (after ?? old) as KubeObject
      const was = known.get(object.metadata.uid)
      // Versions that were shown before this watch looked.
      if (was && version(object) <= version(was.object) && after) continue
      if (after && isMeant(object)) {
        const next = { info, object }
        known.set(object.metadata.uid, next)
        changes.push({ type: was ? 'MODIFIED' : 'ADDED', found: next })
      } else if (was) {
        known.delete(object.metadata.uid)
        changes.push({ type: 'DELETED', found: after ? was : { info, object } })
      }
    }
    return { known, changes }
  }
}

/** From this level of -v on the end of a watch is told. */
const DECODING = 5

function byUid(found: Found[]): Map<string, Found> {
  return new Map(found.map((each) => [each.object.metadata.uid, each]))
}

/** In the order in which they happened, as far as versions tell. */
function changesBetween(before: Map<string, Found>, after: Map<string, Found>): WatchChange[] {
  const changes: WatchChange[] = []
  for (const [uid, found] of before) if (!after.has(uid)) changes.push({ type: 'DELETED', found })
  for (const [uid, found] of after) {
    const old = before.get(uid)
    if (!old) changes.push({ type: 'ADDED', found })
    else if (old.object.metadata.resourceVersion !== found.object.metadata.resourceVersion) changes.push({ type: 'MODIFIED', found })
  }
  return changes.sort((a, b) => version(a.found.object) - version(b.found.object))
}

function version(object: KubeObject): number {
  return Number(object.metadata.resourceVersion)
}

/** The header comes with the first row; columns keep their widths. */
function tableWriter(context: CommandContext): Writer {
  const { flags } = context
  const remembered: number[] = []
  let headed = flags.bool('no-headers')
  const table = (cells: string[][]): string => {
    const text = formatTable(cells, headed, remembered)
    headed ||= text !== ''
    return text
  }
  return (answer, changes) => {
    if (changes.length === 0) return ''
    if (!flags.bool('output-watch-events')) {
      return table(
        cellsOf(
          context,
          answer,
          changes.map(({ found }) => found),
        ),
      )
    }
    return changes.map(({ type, found }) => table(cellsOf(context, answer, [found], type))).join('')
  }
}

function objectWriter(context: CommandContext): Writer {
  const { flags } = context
  const printer = printerFor(flags.string('output'), printerOptions(context))
  const withEvents = flags.bool('output-watch-events')
  return (_answer, changes) =>
    changes
      .map(({ type, found }) => {
        const object = presented(found.info, found.object)
        return withEvents ? printer.printEvent({ type, object }) : printer.print(object)
      })
      .join('')
}
