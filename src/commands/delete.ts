// kubectl delete: by name, selector or file, waiting until the objects are gone. Upstream: kubectl/pkg/cmd/delete/delete.go.
import type { DeleteOptions } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { recognise } from '../apiserver/decode'
import { listObjects } from '../apiserver/query'
import { cascadeOf } from '../cli/cascade'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf, dryRunSuffix } from '../cli/dry-run'
import type { Document } from '../cli/manifests'
import { parseResourceArguments } from '../cli/resource-args'
import { documentsOf } from '../cli/select'
import { addSource } from '../cli/source-error'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine, notFound } from '../errors'
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
  if (flags.bool('force') && dryRun === 'none') warnings.push(FORCE_WARNING)
  const begun = context.cluster[dryRun === 'none' ? 'write' : 'read']((cluster) => {
    const victims = documents ? victimsOfDocuments(context, cluster, documents.documents, failures) : victimsOfArguments(context, cluster)
    if (context.namespaceGiven && victims.some((v) => !v.info.namespaced)) {
      warnings.push('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n')
    }
    const ignoreMissing = flags.bool('ignore-not-found') || flags.bool('all')
    return victims.flatMap((victim) => {
      try {
        return [begin(cluster, victim, options, dryRun)]
      } catch (error) {
        if (!(error instanceof Error)) throw error
        if (!(ignoreMissing && error instanceof ApiError && error.reason === 'NotFound'))
          failures.push(addSource('deleting', victim.source ?? '', error))
        return []
      }
    })
  })
  context.err(warnings.join(''))
  for (const victim of begun) context.out(line(context, victim, dryRun))
  const failure = combine(failures)
  if (failure) throw failure
  const ignored = flags.bool('ignore-not-found') && (documents !== undefined || context.args.length > 0)
  if (!begun.length && !ignored) context.out('No resources found\n')
  if (dryRun === 'none' && flags.bool('wait')) await waitUntilGone(context, begun)
}

/** --interactive: asks before anything is deleted. Throws ApiError for objects that are not there. */
async function confirmed(context: CommandContext, documents: Document[] | undefined): Promise<boolean> {
  const { flags } = context
  const failures: Error[] = []
  const victims = context.cluster.read((cluster) => {
    const named = documents ? victimsOfDocuments(context, cluster, documents, failures) : victimsOfArguments(context, cluster)
    return named.filter(({ info, namespace, name }) => {
      // What arguments name is looked up when it is deleted.
      if (!documents || cluster.view.get(info.resource, namespace, name)) return true
      if (!flags.bool('ignore-not-found')) failures.push(notFound(info.resource, name))
      return false
    })
  })
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
  return documents.flatMap(({ value, source, inList }): Victim[] => {
    const { metadata } = value as { metadata?: { name?: string; namespace?: string } }
    let info: ResourceInfo
    try {
      info = recognise(cluster.server, value, source, inList)
    } catch (error) {
      failures.push(error as Error)
      return []
    }
    const namespace = info.namespaced ? (metadata?.namespace ?? context.namespace) : undefined
    return [{ info, namespace, name: metadata?.name ?? '', source }]
  })
}

function begin(cluster: Cluster, victim: Victim, options: DeleteOptions, dryRun: DryRun): Victim {
  if (!victim.name) throw new CommandError('resource name may not be empty')
  if (dryRun === 'client') return victim
  const { object } = cluster.server.delete(victim.info, victim.namespace, victim.name, {
    ...options,
    manager: 'kubectl-delete',
    dryRun: dryRun === 'server',
  })
  return { ...victim, uid: object.metadata.uid }
}

function line(context: CommandContext, { info, namespace, name }: Victim, dryRun: DryRun): string {
  const kind = kindPrefix(info)
  if (context.flags.string('output') === 'name') return `${kind}/${name}\n`
  const verb = context.flags.bool('force') && context.flags.number('grace-period') === 0 ? 'force deleted' : 'deleted'
  const where = namespace ? ` from ${namespace} namespace` : ''
  return `${kind} ${JSON.stringify(name)} ${verb}${where}${dryRunSuffix(dryRun)}\n`
}

/** Throws CommandError when --timeout passes. */
async function waitUntilGone(context: CommandContext, victims: Victim[]): Promise<void> {
  const timeout = context.flags.duration('timeout')
  const patience = new Patience(context, timeout > 0 ? timeout : undefined)
  let left = victims
  for (;;) {
    left = context.cluster.read((cluster) =>
      left.filter((v) => {
        const now = cluster.view.get(v.info.resource, v.namespace, v.name)
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
