// kubectl delete: by name, selector or file, waiting until the objects are gone. Upstream: kubectl/pkg/cmd/delete/delete.go.
import type { DeleteOptions } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { recognise, requireNamespace } from '../apiserver/decode'
import { listObjects } from '../apiserver/query'
import { cascadeOf } from '../cli/cascade'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf, dryRunSuffix } from '../cli/dry-run'
import type { Document } from '../cli/manifests'
import { parseResourceArguments } from '../cli/resource-args'
import { documentsOf, fileSelector, NO_NAMESPACE } from '../cli/select'
import { addSource } from '../cli/source-error'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { kindPrefix } from '../print/table'
import type { ResourceInfo } from '../schema/resources'
import { Patience } from './patience'

interface Victim {
  info: ResourceInfo
  namespace: string | undefined
  name: string
  uid?: string
  /** The file that names it. */
  source?: string
}

const FORCE_WARNING =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n'

function deleteOptions(context: CommandContext): DeleteOptions {
  const { flags } = context
  const propagationPolicy = cascadeOf(context)
  let grace = flags.number('grace-period')
  if (flags.bool('now')) {
    if (grace !== -1) throw new CommandError('--now and --grace-period cannot be specified together')
    grace = 1
  }
  if (flags.bool('force')) {
    if (grace > 0) throw new CommandError('--force and --grace-period greater than 0 cannot be specified together')
    if (grace < 0) grace = 0
  } else if (grace === 0) grace = 1
  return { propagationPolicy, ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) }
}

function validate(context: CommandContext): void {
  const { flags } = context
  const output = flags.string('output')
  if (output && output !== 'name') throw new CommandError(`unexpected -o output mode: ${output}. We only support '-o name'`)
  if (flags.bool('all') && (flags.string('selector') || flags.string('field-selector'))) {
    throw new CommandError("setting 'all' parameter but found a non empty selector. ")
  }
}

async function remove(context: CommandContext): Promise<void> {
  const { flags } = context
  validate(context)
  const options = deleteOptions(context)
  const dryRun = dryRunOf(context)
  const raw = flags.string('raw')
  if (raw) {
    if (flags.bool('interactive')) throw new CommandError('--interactive can not be used with --raw')
    const { rawBody, sendRaw } = await import('./get-raw')
    sendRaw(context, 'DELETE', raw, await rawBody(context, raw), 'kubectl-delete')
    return
  }
  const documents = await documentsOf(context)
  if (flags.bool('interactive') && !(await confirmed(context, documents?.documents))) return
  const failures: Error[] = [...(documents?.failures ?? [])]
  const warnings: string[] = []
  if (flags.bool('force') && options.gracePeriodSeconds === 0) warnings.push(FORCE_WARNING)
  let found = 0
  const begun = context.cluster[dryRun === 'none' ? 'write' : 'read']((cluster) => {
    const victims = documents ? victimsOfDocuments(context, cluster, documents.documents, failures) : victimsOfArguments(context, cluster)
    if (context.namespaceGiven && victims.some((v) => !v.info.namespaced)) {
      warnings.push('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n')
    }
    found = victims.length
    return victims.flatMap((victim) => {
      try {
        return [begin(cluster, victim, options, dryRun)]
      } catch (error) {
        if (!(error instanceof Error)) throw error
        if (!(passesMissing(context) && error instanceof ApiError && error.reason === 'NotFound'))
          failures.push(addSource('deleting', victim.source ?? '', error))
        return []
      }
    })
  })
  context.err(warnings.join(''))
  for (const victim of begun) context.out(line(context, victim, dryRun, options))
  const failure = combine(failures)
  if (failure) throw failure
  if (found === 0) context.out('No resources found\n')
  if (dryRun === 'none' && flags.bool('wait')) await waitUntilGone(context, begun)
}

/** What is not there is passed over where objects are selected, unless a flag says otherwise. */
function passesMissing({ flags }: CommandContext): boolean {
  if (flags.changed('ignore-not-found')) return flags.bool('ignore-not-found')
  return flags.bool('all') || flags.string('selector') !== '' || flags.string('field-selector') !== ''
}

/** --interactive: asks before anything is deleted. Throws for files that cannot be read. */
async function confirmed(context: CommandContext, documents: Document[] | undefined): Promise<boolean> {
  const failures: Error[] = []
  const victims = context.cluster.read((cluster) =>
    documents ? victimsOfDocuments(context, cluster, documents, failures) : victimsOfArguments(context, cluster),
  )
  const failure = combine(failures)
  if (failure) throw failure
  if (victims.length === 0) {
    context.out('No resources found\n')
    return false
  }
  context.out(`You are about to delete the following ${victims.length} resource(s):\n`)
  context.out(victims.map(({ info, name }) => `${kindPrefix(info)}/${name}\n`).join(''))
  context.out('Do you want to continue? (y/N): ')
  const answer = await readLine(context.host.streams.stdin)
  if (answer.trim().toLowerCase() === 'y') return true
  context.out('deletion is cancelled\n')
  return false
}

/** The first line of the input, without waiting for its end: a person presses Enter. */
async function readLine(input: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of input) {
    text += chunk.toString()
    if (text.includes('\n')) break
  }
  return text.split('\n')[0]
}

function victimsOfArguments(context: CommandContext, cluster: Cluster): Victim[] {
  const { flags } = context
  const { server } = cluster
  const query = { labelSelector: flags.string('selector'), fieldSelector: flags.string('field-selector') }
  const selecting = flags.bool('all') || query.labelSelector !== '' || query.fieldSelector !== ''
  const allNamespaces = flags.bool('all-namespaces')
  const rules = { selector: selecting, allowAll: false, allNamespaces, program: context.host.programName }
  if (selecting && !context.args.length) throw new CommandError('at least one resource must be specified to use a selector')
  const { targets } = parseResourceArguments(server.discovery, context.args, rules)
  const namespace = allNamespaces ? undefined : context.namespace
  return targets.flatMap(({ info, name }): Victim[] => {
    if (name !== undefined) return [{ info, namespace: info.namespaced ? context.namespace : undefined, name }]
    return listObjects(server, info, namespace, query).map((o) => victimOf(info, o))
  })
}

function victimOf(info: ResourceInfo, object: KubeObject): Victim {
  return { info, namespace: object.metadata.namespace, name: object.metadata.name }
}

function victimsOfDocuments(context: CommandContext, cluster: Cluster, documents: Document[], failures: Error[]): Victim[] {
  if (context.args.length) {
    throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  }
  const wanted = fileSelector(context.flags.string('selector'))
  return documents.flatMap(({ value, source, inList }): Victim[] => {
    const { metadata } = value as { metadata?: { name?: string; namespace?: string } }
    try {
      const info = recognise(cluster.server, value, source, inList)
      if (!wanted(value as unknown as KubeObject)) return []
      if (info.namespaced) requireNamespace(metadata?.namespace, context.namespace, context.namespaceGiven)
      const usual = context.flags.bool('all-namespaces') ? '' : context.namespace
      return [{ info, namespace: info.namespaced ? (metadata?.namespace ?? usual) : undefined, name: metadata?.name ?? '', source }]
    } catch (error) {
      failures.push(error as Error)
      return []
    }
  })
}

function begin(cluster: Cluster, victim: Victim, options: DeleteOptions, dryRun: DryRun): Victim {
  if (!victim.name) throw new CommandError('resource name may not be empty')
  if (dryRun === 'client') return victim
  if (victim.namespace === '') throw new CommandError(NO_NAMESPACE)
  const { object } = cluster.server.delete(victim.info, victim.namespace, victim.name, {
    ...options,
    manager: 'kubectl-delete',
    dryRun: dryRun === 'server',
  })
  return { ...victim, uid: object.metadata.uid }
}

function line(context: CommandContext, { info, namespace, name }: Victim, dryRun: DryRun, { gracePeriodSeconds }: DeleteOptions): string {
  const kind = kindPrefix(info)
  if (context.flags.string('output') === 'name') return `${kind}/${name}\n`
  const verb = gracePeriodSeconds === 0 ? 'force deleted' : 'deleted'
  const where = namespace ? ` from ${namespace} namespace` : ''
  return `${kind} ${JSON.stringify(name)} ${verb}${where}${dryRunSuffix(dryRun)}\n`
}

/** Throws CommandError when --timeout passes. */
async function waitUntilGone(context: CommandContext, victims: Victim[]): Promise<void> {
  const timeout = context.flags.duration('timeout')
  const patience = new Patience(context, timeout > 0 ? timeout : undefined)
  let left = victims
  for (let first = true; ; first = false) {
    left = context.cluster.read((cluster) =>
      left.filter((v) => {
        const now = cluster.view.get(v.info.resource, v.namespace, v.name)
        // One look each, then what happens is followed.
        if (first) cluster.server.tell({ verb: 'get', ...v, client: 'dynamic' }, now ? 200 : 404)
        return now !== undefined && now.metadata.uid === v.uid
      }),
    )
    if (!left.length) return
    if (patience.isOver) {
      const [{ info, name }] = left
      throw new CommandError(`timed out waiting for the condition on ${info.resource}/${name}`)
    }
    await patience.pause(50)
  }
}

export const command: Command = { run: remove }
