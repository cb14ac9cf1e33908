// kubectl patch: changes single fields of objects. Upstream: kubectl/pkg/cmd/patch/patch.go.

import type { Json, KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import type { PatchType } from '../apiserver/patch'
import { patchObject } from '../apiserver/patch-requests'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import { patchLocally } from './patch-local'
import { BrokenJson, readPatch } from './patch-text'

const MEDIA_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

function validate(context: CommandContext, dryRun: string): void {
  const { flags } = context
  const patch = flags.string('patch')
  const file = flags.string('patch-file')
  if (patch && file) throw new CommandError('cannot specify --patch and --patch-file together')
  if (!patch && !file) throw new CommandError('must specify --patch or --patch-file containing the contents of the patch')
  if (flags.bool('local') && context.args.length) throw new CommandError('cannot specify --local and server resources')
  if (flags.bool('local') && dryRun === 'server') {
    throw new CommandError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
  }
}

function patchTypeOf(context: CommandContext): PatchType {
  const word = context.flags.string('type')
  const type = word.toLowerCase() || 'strategic'
  if (type === 'json' || type === 'merge' || type === 'strategic') return type
  throw new CommandError(`--type must be one of [json merge strategic], not ${JSON.stringify(word)}`)
}

async function patch(context: CommandContext): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  validate(context, dryRun)
  const type = patchTypeOf(context)
  const change = readPatch(context)
  const local = flags.bool('local')
  resultPrinter(context, dryRun)
  const documents = await documentsOf(context)
  const writes = !local && dryRun !== 'client'
  const lines: string[] = []
  const failures = context.cluster[writes ? 'write' : 'read']((cluster) => {
    // Files are taken as they are: only --local leaves the namespace out.
    const selection = select(context, cluster, documents, { local: true, placed: !local })
    for (const selected of selection.objects) {
      try {
        const before = { ...selected.object, apiVersion: groupVersion(selected.info), kind: selected.info.kind }
        const after = writes
          ? send(context, cluster, selected, type, change, dryRun === 'server')
          : patchLocally(selected.info, before, type, change)
        // A printer an object: nothing stands between two documents, and nothing tells of a dry run.
        const print = resultPrinter(context, 'none')
        lines.push(print(after, deepEqual(before, after) ? 'patched (no change)' : 'patched'))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        selection.failures.push(error)
      }
    }
    if (!selection.objects.length && !selection.failures.length) throw new CommandError('no objects passed to patch')
    return selection.failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function send(
  context: CommandContext,
  cluster: Cluster,
  { info, object }: Selected,
  type: PatchType,
  change: Json | BrokenJson,
  dryRun: boolean,
): KubeObject {
  if (change instanceof BrokenJson) throw new ApiError('BadRequest', `${type === 'strategic' ? '' : 'error decoding patch: '}${change.why}`)
  const { flags } = context
  if (!object.metadata?.name) throw new CommandError('resource name may not be empty')
  const subresource = flags.string('subresource')
  const options = { manager: flags.string('field-manager'), dryRun, ...(subresource ? { subresource } : {}) }
  try {
    const { namespace, name } = object.metadata
    const patched = patchObject(cluster.server, info, namespace, name, type, change, options)
    const { annotations = {} } = recorded(context, patched).metadata
    if (deepEqual(annotations, patched.metadata.annotations ?? {})) return patched
    return patchObject(cluster.server, info, namespace, name, 'merge', { metadata: { annotations } }, options)
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'UnsupportedMediaType') throw error
    const kind = `${info.group}/${info.version}, Kind=${info.kind}`
    throw new CommandError(`${MEDIA_TYPES[type]} is not supported by ${kind}: ${error.message}`)
  }
}

export const command: Command = { run: patch }
