// kubectl replace: puts whole objects in place of the stored ones. Upstream: kubectl/pkg/cmd/replace/replace.go.
import type { KubeObject } from '../api/types'
import { decodeObject, placeInNamespace, recognise, versionless } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { lookUp, requireSubresource } from '../apiserver/query'
import type { ApiServer } from '../apiserver/server'
import { cascadeOf } from '../cli/cascade'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { manifestsOf } from '../cli/kustomize'
import { saveConfiguration } from '../cli/last-applied'
import type { Document } from '../cli/manifests'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { addSource } from '../cli/source-error'
import { unversioned } from '../cli/unversioned'
import { validationOf } from '../cli/validation'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import type { ResourceInfo } from '../schema/resources'
import { Patience } from './patience'

interface Given {
  info: ResourceInfo
  value: Document['value']
  source: string
}

const FIVE_MINUTES = 5 * 60 * 1000

function validate(context: CommandContext, dryRun: DryRun): void {
  const { flags } = context
  const force = flags.bool('force')
  if (!flags.list('filename').length && !flags.string('kustomize')) throw new CommandError('must specify one of -f and -k')
  if (flags.number('grace-period') >= 0 && !force) throw new CommandError('--grace-period must have --force specified')
  if (flags.duration('timeout') !== 0 && !force) throw new CommandError('--timeout must have --force specified')
  if (force && dryRun !== 'none') throw new CommandError('--dry-run can not be used when --force is set')
}

async function replace(context: CommandContext): Promise<void> {
  const dryRun = dryRunOf(context)
  const validation = validationOf(context)
  validate(context, dryRun)
  const raw = context.flags.string('raw')
  if (raw) {
    const { rawBody, sendRaw } = await import('./get-raw')
    if (context.flags.list('filename').length !== 1) throw new CommandError('--raw can only use a single local file or stdin')
    sendRaw(context, 'PUT', raw, await rawBody(context, raw), context.flags.string('field-manager'))
    return
  }
  const print = resultPrinter(context, dryRun)
  const { flags } = context
  const { documents, failures } = await manifestsOf(context)
  const force = flags.bool('force')
  if (force) await removeFirst(context, documents, failures)
  const manager = flags.string('field-manager')
  const lines: string[] = []
  const errors: Error[] = []
  context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { server } = cluster
    for (const { info, value, source } of given(cluster, documents, failures)) {
      try {
        if (validation !== 'Ignore') context.observeSchema?.(groupVersion(info), server)
        const wanted = recorded(context, saveConfiguration(placed(context, info, value), flags.bool('save-config')))
        if (dryRun === 'client') lines.push(print(wanted, 'replaced'))
        else {
          if (!info.version) throw versionless('put', info, wanted.metadata.name)
          const decoded = decodeObject(server, info, wanted, validation)
          const subresource = flags.string('subresource')
          const options = { manager, dryRun: dryRun === 'server', ...(subresource ? { subresource } : {}) }
          if (!force && !decoded.metadata.name)
            throw new CommandError(`error when replacing ${JSON.stringify(source)}: resource name may not be empty`)
          requireSubresource(info, subresource, 'put', decoded.metadata.name)
          if (!force && !decoded.metadata.resourceVersion) tellOfLook(server, info, decoded)
          lines.push(print(force ? server.create(unversioned(decoded), { manager }) : server.update(decoded, options), 'replaced'))
        }
      } catch (error) {
        errors.push(force || error instanceof CommandError ? (error as Error) : addSource('replacing', source, error))
      }
    }
  })
  context.out(lines.join(''))
  const failure = combine([...errors, ...(failures.length ? [combine(failures) as Error] : [])])
  if (failure) throw failure
  if (!lines.length) throw new CommandError('no objects passed to replace')
}

/** The version that an object without one is to replace is asked for, though the server does without: what comes of it is told. */
function tellOfLook(server: ApiServer, info: ResourceInfo, { metadata }: KubeObject): void {
  try {
    lookUp(server, info, metadata.namespace, metadata.name)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Throws CommandError for what a file puts elsewhere than --namespace. */
function placed(context: CommandContext, info: ResourceInfo, value: Document['value']): KubeObject {
  const metadata = typeof value.metadata === 'object' && value.metadata !== null ? value.metadata : {}
  return placeInNamespace(info, { ...value, metadata: { ...metadata } } as KubeObject, context.namespace, context.namespaceGiven)
}

function given(cluster: Cluster, documents: Document[], failures: Error[]): Given[] {
  return documents.flatMap(({ value, source, inList }): Given[] => {
    try {
      return [{ info: recognise(cluster.server, value, source, inList), value, source }]
    } catch (error) {
      if (!(error instanceof Error)) throw error
      failures.push(error)
      return []
    }
  })
}

/** --force: deletes the objects and waits until they are gone; those that are not there are passed over. */
async function removeFirst(context: CommandContext, documents: Document[], failures: Error[]): Promise<void> {
  const { flags } = context
  const propagationPolicy = cascadeOf(context)
  const grace = flags.number('grace-period')
  const removed = context.cluster.write((cluster) => {
    const { server } = cluster
    const present = given(cluster, documents, [...failures])
      .map(({ info, value }) => ({ info, object: placed(context, info, value) }))
      .filter(({ info, object }) => server.storage.get(info.resource, object.metadata.namespace, object.metadata.name))
    for (const { info, object } of present) {
      const options = { manager: 'kubectl-replace', propagationPolicy, gracePeriodSeconds: Math.max(grace, 0) } as const
      server.delete(info, object.metadata.namespace, object.metadata.name, options)
    }
    return present
  })
  for (const { info, object } of removed) {
    const name = info.group ? `${info.kind.toLowerCase()}.${info.group}` : info.kind.toLowerCase()
    const where = object.metadata.namespace ? ` from ${object.metadata.namespace} namespace` : ''
    if (flags.string('output') === '') context.out(`${name} ${JSON.stringify(object.metadata.name)} deleted${where}\n`)
  }
  const patience = new Patience(context, flags.duration('timeout') || FIVE_MINUTES)
  for (;;) {
    const left = context.cluster.read((cluster) =>
      removed.filter(({ info, object }) => cluster.view.get(info.resource, object.metadata.namespace, object.metadata.name)),
    )
    if (!left.length) return
    if (patience.isOver) throw new CommandError('timed out waiting for the condition')
    await patience.pause(50)
  }
}

export const command: Command = { run: replace }
