// kubectl patch: changes single fields of objects. Upstream: kubectl/pkg/cmd/patch/patch.go.

import path from 'node:path'
import type { Json, KubeObject } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { type PatchType, patchedObject } from '../apiserver/patch'
import { patchObject } from '../apiserver/patch-requests'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { readBounded } from '../cli/read-file'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import { parseYaml } from '../cli/yaml'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import { jsonPatch, type PatchOperation } from '../lib/patch/json-patch'
import { type JsonObject, PatchError } from '../lib/patch/value'

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

/** The patch as JSON; it may be given as YAML. Throws CommandError. */
async function readPatch(context: CommandContext): Promise<Json> {
  const { flags, host } = context
  const file = flags.string('patch-file')
  let text = flags.string('patch')
  if (file) {
    try {
      text = readBounded(path.resolve(host.cwd, file)).toString('utf8')
    } catch {
      throw new CommandError(`unable to read patch file: open ${file}: no such file or directory`)
    }
  }
  try {
    return JSON.parse(text) as Json
  } catch {}
  try {
    return parseYaml(text, '') as Json
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing : error converting YAML to JSON: /, '')
    throw new CommandError(`unable to parse ${JSON.stringify(flags.string('patch'))}: ${why}`)
  }
}

async function patch(context: CommandContext): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  validate(context, dryRun)
  const type = patchTypeOf(context)
  const change = await readPatch(context)
  const local = flags.bool('local')
  resultPrinter(context, dryRun)
  const documents = await documentsOf(context)
  const writes = !local && dryRun !== 'client'
  const lines: string[] = []
  const failures = context.cluster[writes ? 'write' : 'read']((cluster) => {
    const selection = select(context, cluster, documents, { local })
    for (const selected of selection.objects) {
      try {
        const before = { ...selected.object, apiVersion: groupVersion(selected.info), kind: selected.info.kind }
        const after = writes
          ? send(context, cluster, selected, type, change, dryRun === 'server')
          : patchLocally(selected, before, type, change)
        // A printer an object: nothing stands between two documents.
        const print = resultPrinter(context, dryRun)
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
  change: Json,
  dryRun: boolean,
): KubeObject {
  const { flags } = context
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

/** --local and dry runs of the client: the same patch without the server's word on it. */
function patchLocally({ info }: Selected, before: KubeObject, type: PatchType, change: Json): KubeObject {
  if (type === 'json') {
    try {
      return jsonPatch(before as unknown as JsonObject, change as unknown as PatchOperation[]) as unknown as KubeObject
    } catch (error) {
      if (!(error instanceof PatchError)) throw error
      const key = /doc is missing key: (.*)$/.exec(error.message)
      throw new CommandError(key ? `Object to be patched is missing field (${key[1]})` : error.message)
    }
  }
  if (type === 'strategic' && info.custom) {
    const kind = `${info.group}/${info.version}, Kind=${info.kind}`
    throw new CommandError(`strategic merge patch is not supported for ${kind} locally, try --type merge`)
  }
  try {
    return patchedObject(info, before, type, change)
  } catch (error) {
    throw error instanceof ApiError ? new CommandError(error.message) : error
  }
}

export const command: Command = { run: patch }
