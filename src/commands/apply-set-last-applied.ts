// kubectl apply set-last-applied: makes the annotation say what a file says. Upstream: kubectl/pkg/cmd/apply/apply_set_last_applied.go.
import type { Json, KubeObject } from '../api/types'
import { placeInNamespace, recognise } from '../apiserver/decode'
import { patchObject } from '../apiserver/patch-requests'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { LAST_APPLIED, lastApplied } from '../cli/last-applied'
import { readManifests } from '../cli/manifests'
import { MISSING } from '../cli/resource-args'
import { resultPrinter } from '../cli/result'
import { CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import { toCompactJson } from '../lib/json-emit'
import type { ResourceInfo } from '../schema/resources'

/** The patch that puts an object's own text into its annotation. */
export function annotationPatch(object: KubeObject): { text: string; patch: Json } {
  const text = `${toCompactJson(object)}\n`
  return { text, patch: { metadata: { annotations: { [LAST_APPLIED]: text } } } }
}

async function set(context: CommandContext): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun)
  if (!flags.list('filename').length) throw new CommandError(MISSING)
  const { documents, failures } = await readManifests(context.host, flags.list('filename'))
  const failure = combine(failures)
  if (failure) throw failure
  const lines: string[] = []
  context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { server } = cluster
    const changes: { info: ResourceInfo; live: KubeObject; patch: Json }[] = []
    for (const { value, source, inList } of documents) {
      const info = recognise(server, value, source, inList)
      const given = { ...value, metadata: { ...(value.metadata as object) } } as KubeObject
      const object = placeInNamespace(info, given, context.namespace, context.namespaceGiven)
      const { text, patch } = annotationPatch(object)
      const live = server.get(info, object.metadata.namespace, object.metadata.name)
      const before = lastApplied(live)
      const { name } = live.metadata
      if (before === undefined && !flags.bool('create-annotation')) {
        throw new CommandError(
          `no last-applied-configuration annotation found on resource: ${name}, to create the annotation, run the command with --create-annotation`,
        )
      }
      if (before !== undefined && deepEqual(JSON.parse(before), JSON.parse(text))) {
        lines.push(`set-last-applied ${name}: no changes required.\n`)
      } else {
        changes.push({ info, live, patch })
      }
    }
    for (const { info, live, patch } of changes) {
      const options = { manager: 'kubectl', dryRun: dryRun === 'server' }
      const { namespace, name } = live.metadata
      const after = dryRun === 'client' ? live : patchObject(server, info, namespace, name, 'merge', patch, options)
      lines.push(print(after, 'configured'))
    }
  })
  context.out(lines.join(''))
}

export const command: Command = { run: set }
