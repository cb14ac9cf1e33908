// kubectl diff: how objects would differ if files were applied, as diff(1) or $KUBECTL_EXTERNAL_DIFF prints it.
// Upstream: kubectl/pkg/cmd/diff/diff.go.
import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { KubeObject, StringMap } from '../api/types'
import { decodeObject, placeInNamespace, recognise } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import { applyObject, patchObject } from '../apiserver/patch-requests'
import { lookUp, presented } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { manifestsOf } from '../cli/kustomize'
import { encodeConfiguration } from '../cli/last-applied'
import type { Document } from '../cli/manifests'
import { addSource } from '../cli/source-error'
import type { Cluster } from '../cluster'
import { CommandError, SilentExit } from '../errors'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import type { JsonObject } from '../lib/patch/value'
import { toYaml } from '../lib/yaml-emit'
import { withoutManagedFields } from '../print/structured'
import type { ResourceInfo } from '../schema/resources'
import type { Given } from './apply'
import { threeWayPatch } from './apply-client'
import { checkAllowlist, pruneResources, superfluous, warnOfPruning } from './apply-prune'

interface Pair {
  /** The file's name on both sides: `apps.v1.Deployment.default.web`. */
  name: string
  live?: KubeObject
  merged?: KubeObject
}

/** What is shown of a pair; null is nothing, behind a mask. */
interface Sides {
  live?: KubeObject | null
  merged?: KubeObject
}

async function diff(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length) throw context.usage(`Unexpected args: [${args.join(' ')}]`)
  if (!flags.list('filename').length && !flags.string('kustomize')) throw new CommandError('must specify one of -f and -k')
  if (flags.bool('force-conflicts') && !flags.bool('server-side')) {
    throw new CommandError('--force-conflicts only works with --server-side')
  }
  if (flags.bool('prune')) checkAllowlist(context)
  const { documents, failures } = await manifestsOf(context)
  const pairs = context.cluster.read((cluster) => compare(context, cluster, documents, failures))
  const shown = pairs.map(({ name, live, merged }) => ({ name, ...prepared(context, live, merged) }))
  const directories = [
    writeSide(
      'LIVE',
      shown.map(({ name, live }) => ({ name, object: live })),
    ),
  ]
  try {
    directories.push(
      writeSide(
        'MERGED',
        shown.filter((pair) => pair.merged).map(({ name, merged }) => ({ name, object: merged })),
      ),
    )
    runDiff(context, directories[0], directories[1])
  } finally {
    for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true })
  }
}

function compare(context: CommandContext, cluster: Cluster, documents: Document[], failures: Error[]): Pair[] {
  if (failures.length) throw failures[0]
  const { flags } = context
  const selector = parseLabelSelector(flags.string('selector'))
  const given = documents
    .map(({ value, source, inList }): Given => {
      const info = recognise(cluster.server, value, source, inList)
      const metadata = typeof value.metadata === 'object' && value.metadata !== null ? value.metadata : {}
      const object = { ...value, metadata: { ...metadata } } as KubeObject
      return { info, object: placeInNamespace(info, object, context.namespace, context.namespaceGiven), source }
    })
    .filter(({ object }) => selectorMatches(selector, object.metadata.labels))
  const pairs = given.map((one): Pair => {
    const { info, object } = one
    const stored = lookUp(cluster.server, info, object.metadata.namespace, object.metadata.name)
    const live = stored && presented(info, stored)
    return { name: fileName(info, object), live, merged: merged(context, cluster, one, live) }
  })
  if (flags.bool('prune')) {
    const resources = pruneResources({ context, cluster })
    const uids = pairs.flatMap(({ live }) => (live ? [live.metadata.uid] : []))
    for (const { info, object } of superfluous({ context, cluster }, resources, given, uids)) {
      pairs.push({ name: fileName(info, object), live: presented(info, object) })
    }
    warnOfPruning(context, resources)
  }
  return pairs
}

function fileName({ group, version, kind }: ResourceInfo, { metadata }: KubeObject): string {
  return `${group ? `${group}.` : ''}${version}.${kind}.${metadata.namespace ?? ''}.${metadata.name}`
}

/** What the object would be, by a dry run on the server. */
function merged(context: CommandContext, { server }: Cluster, { info, object, source }: Given, live: KubeObject | undefined): KubeObject {
  const { flags } = context
  const serverSide = flags.bool('server-side')
  const manager = serverSide && !flags.changed('field-manager') ? 'kubectl' : flags.string('field-manager')
  const options = { manager, dryRun: true }
  if (serverSide) return presented(info, applyObject(server, info, object, { ...options, force: flags.bool('force-conflicts') }))
  if (!live) return presented(info, server.create(decodeObject(server, info, object, 'Warn'), options))
  const changes = threeWayPatch(info, live, JSON.parse(encodeConfiguration(object)) as KubeObject, true)
  if (Object.keys(changes).length === 0) return live
  // What is compared is the object that was looked at.
  const patch = { ...changes, metadata: { ...(changes.metadata as JsonObject), resourceVersion: live.metadata.resourceVersion } }
  try {
    const type = info.custom ? 'merge' : 'strategic'
    context.observeSchema?.(groupVersion(info), server)
    return presented(info, patchObject(server, info, live.metadata.namespace, live.metadata.name, type, patch, options))
  } catch (error) {
    throw addSource('patching', source, error)
  }
}

function prepared(context: CommandContext, live: KubeObject | undefined, merged: KubeObject | undefined): Sides {
  // What is to be pruned is shown as it is stored: with its managed fields, and secrets too.
  if (!merged) return { live }
  const bare = (object: KubeObject | undefined) =>
    object && !context.flags.bool('show-managed-fields') ? withoutManagedFields(object) : object
  const secret = [live, merged].some((object) => object?.kind === 'Secret' && object.apiVersion === 'v1')
  if (!secret || context.flags.bool('show-secrets')) return { live: bare(live), merged: bare(merged) }
  return masked(bare(live), bare(merged))
}

/** Secret values as stars, with words where the two sides differ. */
function masked(live: KubeObject | undefined, merged: KubeObject | undefined): Sides {
  const dataOf = (object: KubeObject | undefined) => (object?.data ?? {}) as StringMap
  const [from, to] = [dataOf(live), dataOf(merged)]
  const mask = (object: KubeObject | undefined, other: StringMap, word: string) => {
    if (!object?.data) return object
    const hidden = Object.entries(dataOf(object)).map(([key, value]) => {
      const differs = Object.hasOwn(other, key) && other[key] !== value
      return [key, differs ? `*** (${word})` : '***']
    })
    return { ...object, data: Object.fromEntries(hidden) }
  }
  // The masks know no object that is not there, only a null.
  return { live: mask(live, to, 'before') ?? null, merged: mask(merged, from, 'after') }
}

function writeSide(prefix: string, files: { name: string; object?: KubeObject | null }[]): string {
  const directory = path.join(os.tmpdir(), `${prefix}-${crypto.randomBytes(4).readUInt32BE(0)}`)
  fs.mkdirSync(directory, { mode: 0o700 })
  for (const { name, object } of files)
    fs.writeFileSync(path.join(directory, name), object === null ? 'null\n' : object ? toYaml(object) : '', { mode: 0o700 })
  return directory
}

/** Runs the program on both sides. Throws SilentExit for differences, CommandError when it fails. */
function runDiff(context: CommandContext, live: string, merged: string): void {
  const [program, ...given] = (context.host.variables.KUBECTL_EXTERNAL_DIFF || 'diff').split(' ')
  const options = given.filter((word) => /^[a-zA-Z0-9-=]+$/.test(word))
  const words = context.host.variables.KUBECTL_EXTERNAL_DIFF ? [live, merged, ...options] : ['-u', '-N', live, merged]
  const { error, status, stdout, stderr } = childProcess.spawnSync(program, words, {
    cwd: context.host.cwd,
    env: context.host.variables,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = missing ? 'executable file not found in $PATH' : error.message
    throw new CommandError(`failed to run ${JSON.stringify(program)}: ${why}`)
  }
  context.out(stdout)
  context.err(stderr)
  if (status === 1) throw new SilentExit(1)
  if (status !== 0) throw new CommandError(`failed to run ${JSON.stringify(program)}: exit status ${status}`)
}

export const command: Command = { run: diff }
