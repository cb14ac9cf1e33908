// kubectl wait: until objects are in a state, there, or gone. Upstream: kubectl/pkg/cmd/wait/wait.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import type { Documents } from '../cli/manifests'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import { LOCAL_ONLY } from '../cli/set-objects'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { Follower } from '../follower'
import { Patience } from './patience'
import { parseCondition, type Wanted } from './wait-condition'

const PAUSE = 50
/** A negative timeout means a week. */
const LONGEST = 168 * 3600_000

interface Wait {
  follower: Follower
  /** Undefined: one look only. */
  patience: Patience | undefined
}

function isNotFound(error: Error): boolean {
  return error instanceof ApiError && error.reason === 'NotFound'
}

function nameOf({ info, object }: Selected): string {
  return `${info.plural}/${object.metadata.name}`
}

function timedOut(selected: Selected): CommandError {
  return new CommandError(`timed out waiting for the condition on ${nameOf(selected)}`)
}

/** Looks until `look` gives something. Throws `late` when time is up. */
async function poll<T>(wait: Wait, look: (cluster: Cluster) => T | undefined, late: () => Error): Promise<T> {
  let seen: Cluster | undefined
  for (;;) {
    const cluster = wait.follower.current()
    const found = cluster === seen ? undefined : look(cluster)
    if (found !== undefined) return found
    seen = cluster
    if (!wait.patience || wait.patience.isOver) throw late()
    await wait.patience.pause(PAUSE)
  }
}

/** Waits for one object; each condition that is met is told with the object as it then is. */
async function waitFor(wait: Wait, selected: Selected, wanted: Wanted[], met: (object: KubeObject) => void): Promise<void> {
  const { info } = selected
  const { namespace, name, uid } = selected.object.metadata
  let last = selected.object
  for (const each of wanted) {
    const late = () => (wait.patience === undefined ? new CommandError(`condition not met for ${nameOf(selected)}`) : timedOut(selected))
    await poll(
      wait,
      (cluster) => {
        const now = cluster.view.get(info.resource, namespace, name)
        if (each.kind === 'delete') return now?.metadata.uid === uid ? undefined : true
        if (!now) return undefined
        last = now
        return each.kind === 'create' || each.met(now) ? true : undefined
      },
      late,
    )
    met(last)
  }
}

const NAMELESS = 'resource name must be provided'

/** `--for=create`: the objects may not be there yet. */
async function untilCreated(context: CommandContext, wait: Wait, documents: Documents | undefined): Promise<Selected[]> {
  const late = () => new CommandError('timed out waiting for the condition')
  return poll(
    wait,
    (cluster) => {
      const { objects, failures } = select(context, cluster, documents, { nameless: () => NAMELESS })
      // What a file names must be there: only arguments are looked for again.
      const broken = failures.find((f) => documents !== undefined || !isNotFound(f))
      if (broken) throw broken
      return failures.length === 0 && objects.length > 0 ? objects : undefined
    },
    late,
  )
}

async function run(context: CommandContext): Promise<void> {
  const { flags } = context
  const conditions = flags.list('for')
  if (conditions.length === 0) throw new CommandError('unrecognized condition: []')
  const wanted = conditions.map(parseCondition)
  const print = resultPrinter(context, 'none')
  const documents = await documentsOf(context)
  if (flags.bool('local') && !documents) throw new CommandError(LOCAL_ONLY)
  const timeout = flags.duration('timeout')
  const wait: Wait = {
    follower: new Follower(context.cluster),
    patience: timeout === 0 ? undefined : new Patience(context, timeout < 0 ? LONGEST : timeout),
  }
  const deletes = wanted.some((w) => w.kind === 'delete')
  let selected: Selected[]
  let missing: Error[] = []
  if (wanted.some((w) => w.kind === 'create')) {
    selected = await untilCreated(context, wait, documents)
  } else {
    const found = select(context, wait.follower.current(), documents, { local: flags.bool('local'), nameless: () => NAMELESS })
    missing = deletes ? found.failures.filter((f) => !isNotFound(f)) : found.failures
    selected = found.objects
    if (selected.length === 0 && missing.length === 0 && !deletes) throw new CommandError('no matching resources found')
  }
  for (const warning of new Set(wait.follower.current().server.warnings)) context.warn(warning)
  const failures: Error[] = []
  for (const each of selected) {
    try {
      // All of them share the time: who comes too late is not looked at any more.
      if (wait.patience?.isOver) throw timedOut(each)
      await waitFor(wait, each, wanted, (object) => context.out(print(object, 'condition met')))
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      failures.push(error)
    }
  }
  const failure = combine([...failures, ...missing])
  if (failure) throw failure
}

export const command: Command = { run }
