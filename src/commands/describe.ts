// kubectl describe: objects in words, with what is related to them and their events. Upstream: kubectl/pkg/cmd/describe/describe.go.
import type { View } from '../api/contracts'
import { observedView } from '../apiserver/observed-view'
import type { UserRequest } from '../apiserver/options'
import { listObjects, presented } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { inOrder, lookedFor } from '../cli/describe-looks'
import { getNamed } from '../cli/get-named'
import { parseResourceArguments } from '../cli/resource-args'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { kindOf } from '../kinds'
import { describeGeneric } from '../kinds/describe/generic'
import type { ResourceInfo } from '../schema/resources'
import { together } from './get-fetch'

interface Outcome {
  texts: string[]
  failures: Error[]
  /** Objects found by the beginning of their names are printed otherwise. */
  byPrefix: boolean
}

async function describe(context: CommandContext): Promise<void> {
  const { flags, args } = context
  const documents = await documentsOf(context)
  if (!args.length && !documents) {
    throw new CommandError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    )
  }
  const outcome = context.cluster.read((cluster): Outcome => {
    const { objects, failures: all, unread } = select(context, cluster, documents, { allowAll: true, nameless })
    const failures = [...all.filter((each) => !unread.includes(each)), ...together(unread)]
    const many = objects.length > 1 || failures.length > 0
    const showEvents = flags.bool('show-events') && (!many || flags.changed('show-events'))
    const [failure] = failures
    if (failures.length === 1 && failure instanceof ApiError && failure.reason === 'NotFound' && args.length === 2 && !documents) {
      const matching = withPrefix(context, cluster, args[0], args[1])
      return { texts: described(cluster, matching, showEvents), failures: matching.length > 0 ? [] : failures, byPrefix: true }
    }
    return { texts: described(cluster, objects, showEvents), failures, byPrefix: false }
  })
  context.out(outcome.byPrefix ? outcome.texts.map((text) => `${text}\n`).join('') : outcome.texts.join('\n\n'))
  const failure = combine(outcome.failures)
  if (failure) throw failure
  if (outcome.texts.length === 0) {
    context.err(flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${context.namespace} namespace.\n`)
  }
}

/** Kinds without a description of their own are asked for by a client that has its own words. */
function nameless({ resource }: ResourceInfo): string {
  return kindOf(resource)?.describe ? 'resource name may not be empty' : 'name is required'
}

/** The objects of a type whose names begin with `prefix`. Two words in the form TYPE/NAME are read so, too, as upstream. */
function withPrefix(context: CommandContext, cluster: Cluster, type: string, prefix: string): Selected[] {
  const { targets } = parseResourceArguments(cluster.server.discovery, [type], { selector: false, allowAll: true })
  if (targets.length > 1) throw new CommandError('you may only specify a single resource type')
  const [{ info, name }] = targets
  if (name !== undefined) {
    const object = getNamed(cluster.server, info, context.namespace, name)
    return object.metadata.name.startsWith(prefix) ? [{ info, object }] : []
  }
  const objects = listObjects(cluster.server, info, context.namespace)
  return objects.filter((object) => object.metadata.name.startsWith(prefix)).map((object) => ({ info, object }))
}

function described(cluster: Cluster, objects: Selected[], showEvents: boolean): string[] {
  const { server } = cluster
  return objects.map(({ info, object }) => {
    const { namespace, name } = object.metadata
    const shown = presented(info, object)
    const { describe } = kindOf(info.resource) ?? {}
    // The describer asks for the object itself once more.
    server.tell({ verb: 'get', info, namespace, name, client: describe ? 'typed' : 'dynamic' }, 200)
    return looking(cluster, { info, object }, (view) => {
      const context = { view, now: cluster.env.now(), showEvents }
      return describe?.(shown, context) ?? describeGeneric(shown, context)
    })
  })
}

/** Gives `body` a view whose looks are told in the order in which kubectl makes them. */
function looking<T>({ server }: Cluster, { info, object }: Selected, body: (view: View) => T): T {
  const { observe } = server
  if (!observe) return body(observedView(server))
  const looks: { request: UserRequest; status: number }[] = []
  server.observe = (request, status) => looks.push({ request, status })
  try {
    return body(observedView(server, lookedFor(info, object)))
  } finally {
    server.observe = observe
    for (const { request, status } of inOrder(info, looks)) server.tell(request, status)
  }
}

export const command: Command = { run: describe }
