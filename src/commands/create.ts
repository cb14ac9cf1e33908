// kubectl create -f: makes the objects of files. The generators are files of their own. Upstream: kubectl/pkg/cmd/create/create.go.
import type { KubeObject } from '../api/types'
import { decodeObject, placeInNamespace, recognise } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { presented } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { manifestsOf } from '../cli/kustomize'
import { saveConfiguration } from '../cli/last-applied'
import { type Document, visitDocuments } from '../cli/manifests'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { fileSelector } from '../cli/select'
import { addSource } from '../cli/source-error'
import { unversioned } from '../cli/unversioned'
import { validationOf } from '../cli/validation'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import type { FieldValidation } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'
import { createEdited } from './create-edited'

async function create(context: CommandContext): Promise<void> {
  const { flags, args } = context
  const files = flags.list('filename')
  if (args.length) throw context.usage(`Unexpected args: [${args.join(' ')}]`)
  if (!files.length && !flags.string('kustomize')) throw new CommandError('must specify one of -f and -k')
  const validation = validationOf(context)
  const raw = flags.string('raw')
  if (raw) {
    validateRaw(context)
    const { rawBody, sendRaw } = await import('./get-raw')
    sendRaw(context, 'POST', raw, await rawBody(context, raw), flags.string('field-manager'))
    return
  }
  const manifests = await manifestsOf(context)
  if (flags.bool('edit')) return createEdited(context, manifests, validation)
  const { documents, failures } = manifests
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun)
  if (!documents.length && !failures.length) throw new CommandError('no objects passed to create')
  const wanted = fileSelector(context.flags.string('selector'))
  const asks = documents.some(({ value }) => /Review$/.test(String(value.kind)))
  const reviews = asks ? await import('../apiserver/rest/reviews') : undefined
  const lines: string[] = []
  let fileFailures: Error[] = []
  const commandFailures: Error[] = []
  context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    fileFailures = visitDocuments(manifests, (document) => {
      const info = recognise(cluster.server, document.value, document.source, document.inList)
      if (validation !== 'Ignore') context.observeSchema?.(groupVersion(info), cluster.server)
      if (!wanted(asObject(document.value))) return
      try {
        const made = createOne(context, cluster, info, document, { dryRun, validation, reviews })
        // The cluster acts on each object before the next one comes, as a real one does while kubectl makes its requests.
        if (dryRun === 'none') cluster.settle()
        lines.push(print(made, 'created'))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        commandFailures.push(error instanceof CommandError ? error : addSource('creating', document.source, error))
      }
    })
  })
  context.out(lines.join(''))
  const fileFailure = combine(fileFailures)
  const failure = combine([...commandFailures, ...(fileFailure ? [fileFailure] : [])])
  if (failure) throw failure
}

/** --raw posts one file as it is. */
function validateRaw({ flags }: CommandContext): void {
  const files = flags.list('filename')
  const refusals: [boolean, string][] = [
    [flags.bool('edit'), '--raw and --edit are mutually exclusive'],
    [files.length !== 1, '--raw can only use a single local file or stdin'],
    [/^https?:\/\//.test(files[0] ?? ''), '--raw cannot read from a url'],
    [flags.bool('recursive'), '--raw and --recursive are mutually exclusive'],
    [flags.string('selector') !== '', '--raw and --selector (-l) are mutually exclusive'],
    [flags.string('output') !== '', '--raw and --output are mutually exclusive'],
  ]
  const refusal = refusals.find(([refused]) => refused)
  if (refusal) throw new CommandError(refusal[1])
}

/** Questions to the server, which answers them and stores nothing. */
type Reviews = typeof import('../apiserver/rest/reviews')

interface Creation {
  dryRun: DryRun
  validation: FieldValidation
  reviews: Reviews | undefined
}

function createOne(
  context: CommandContext,
  { server }: Cluster,
  info: ResourceInfo,
  document: Document,
  { dryRun, validation, reviews }: Creation,
): KubeObject {
  const placed = placeInNamespace(info, asObject(document.value), context.namespace, context.namespaceGiven)
  const configured = recorded(context, saveConfiguration(placed, context.flags.bool('save-config')))
  if (dryRun === 'client') return configured
  if (reviews?.isReview(info.resource)) {
    const question = decodeObject(server, info, configured, validation)
    return reviews.reviewed(server, info.resource, question, info.namespaced ? placed.metadata.namespace : undefined)
  }
  const object = decodeObject(server, info, configured, validation)
  const options = { manager: context.flags.string('field-manager'), dryRun: dryRun === 'server' }
  return presented(info, server.create(unversioned(object), options))
}

function asObject(value: Record<string, unknown>): KubeObject {
  return { ...value, metadata: { ...(value.metadata as object) } } as KubeObject
}

export const command: Command = { run: create }
