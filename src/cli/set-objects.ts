// What the set commands share: find objects, change them, send the difference as a strategic merge patch.
// Upstream: kubectl/pkg/cmd/set/helper.go, kubectl/pkg/polymorphichelpers/updatepodspec.go.
import type { Container, KubeObject, PodSpec } from '../api/types'
import { groupVersion } from '../apiserver/discovery'
import { patchObject } from '../apiserver/patch-requests'
import { patchSchemaOf } from '../apiserver/patch-schema'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { createTwoWayPatch } from '../lib/patch/strategic-diff'
import type { JsonObject } from '../lib/patch/value'
import { kindPrefix } from '../print/table'
import { normalize } from '../schema/decode'
import type { CommandContext } from './context'
import { dryRunOf } from './dry-run'
import type { Documents } from './manifests'
import { recorded } from './record'
import { resultPrinter } from './result'
import { documentsOf, select } from './select'

export interface Change {
  /** TYPE and NAME words. */
  resources: string[]
  /** `image updated` */
  outcome: string
  /** Stands before the server's refusal of the patch; without it the refusal is printed as it is. */
  failure?: string
  /** Called before the objects are looked up; throws to refuse. */
  prepare?(cluster: Cluster, documents: Documents | undefined): void
  /** Called once the objects are found; throws to refuse. */
  validate?(objects: KubeObject[]): void
  /** The changed object, or undefined to leave it out. What it throws is laid to the object; `complain` notes a failure besides. */
  change(object: KubeObject, complain: (message: string) => void, cluster: Cluster): KubeObject | undefined
  /** Prints an object even when nothing changed. */
  always?: boolean
  /** Nothing is to be changed (set env --list). */
  listing?: boolean
}

/** What --local says to objects named by arguments. */
export const LOCAL_ONLY = `error: you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'`

export async function setOnObjects(context: CommandContext, task: Change): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun, true)
  const local = flags.bool('local')
  if (local && task.resources.length) throw new CommandError(LOCAL_ONLY)
  const documents = await documentsOf(context)
  const writes = !local && dryRun !== 'client' && !task.listing
  const lines: string[] = []
  const errors: Error[] = []
  context.cluster[writes ? 'write' : 'read']((cluster) => {
    task.prepare?.(cluster, documents)
    const selection = select(context, cluster, documents, { args: task.resources, local, allowAll: flags.has('all') && flags.bool('all') })
    const failure = combine(selection.failures)
    if (failure) throw failure
    const found = selection.objects.map(({ info, object }) => {
      const versioned = { ...object, apiVersion: groupVersion(info), kind: info.kind }
      return { info, object: normalize(versioned) }
    })
    task.validate?.(found.map(({ object }) => object))
    for (const { info, object } of found) {
      try {
        const changed = task.change(object, (message) => errors.push(new CommandError(message)), cluster)
        if (!changed || task.listing) continue
        const after = recorded(context, changed)
        const patch = difference(object, after)
        if (Object.keys(patch).length === 0 && !task.always) continue
        if (!writes) {
          lines.push(print(after, task.outcome))
          continue
        }
        const options = { manager: flags.string('field-manager'), dryRun: dryRun === 'server' }
        const { namespace, name } = object.metadata
        lines.push(
          print(
            send(task, () => patchObject(cluster.server, info, namespace, name, 'strategic', patch, options)),
            task.outcome,
          ),
        )
      } catch (error) {
        if (error instanceof Unfit)
          errors.push(
            new CommandError(`error: ${local ? kindPrefix(info) : info.plural}/${object.metadata?.name ?? ''} ${error.message}\n`),
          )
        else if (error instanceof ApiError || error instanceof CommandError) errors.push(error)
        else throw error
      }
    }
  })
  context.out(lines.join(''))
  const failure = combine(errors)
  if (failure) throw failure
}

function send(task: Change, request: () => KubeObject): KubeObject {
  try {
    return request()
  } catch (error) {
    if (!(error instanceof ApiError) || task.failure === undefined) throw error
    throw new CommandError(task.failure + error.message)
  }
}

function difference(before: KubeObject, after: KubeObject): JsonObject {
  const schema = patchSchemaOf(before.apiVersion, before.kind)
  if (!schema) throw new Unfit(`no kind ${JSON.stringify(before.kind)} is registered for version ${JSON.stringify(before.apiVersion)}`)
  return createTwoWayPatch(before as unknown as JsonObject, after as unknown as JsonObject, schema)
}

/** A change that does not suit the object; printed after the object's name. */
export class Unfit extends Error {}

const TEMPLATED = ['ReplicationController', 'Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet', 'Job']

interface Templated extends KubeObject {
  spec: { template: { spec: PodSpec }; jobTemplate?: { spec: { template: { spec: PodSpec } } } }
}

/** The object with its Pod's or Pod template's spec changed. Throws Unfit for kinds without one. */
export function withPodSpec(object: KubeObject, change: (spec: PodSpec) => PodSpec): KubeObject {
  if (object.kind === 'Pod') return { ...object, spec: change(object.spec as PodSpec) }
  const { spec } = object as Templated
  if (TEMPLATED.includes(object.kind)) {
    return { ...object, spec: { ...spec, template: { ...spec.template, spec: change(spec.template.spec) } } } as KubeObject
  }
  if (object.kind === 'CronJob' && spec.jobTemplate) {
    const job = spec.jobTemplate.spec
    const template = { ...job.template, spec: change(job.template.spec) }
    return { ...object, spec: { ...spec, jobTemplate: { ...spec.jobTemplate, spec: { ...job, template } } } } as KubeObject
  }
  throw new Unfit(`the object is not a pod or does not have a pod template: *v1.${object.kind}`)
}

/**
 * Whether a container's name fits a pattern in which `*` stands for any text. Upstream's search does not hold the first part to
 * the start (`n*` finds `init`), and reckons what is left from wherever it stands. Upstream: kubectl/pkg/cmd/set/helper.go selectString.
 */
export function containerFits(name: string, pattern: string): boolean {
  if (pattern === '*') return true
  const parts = pattern.split('*')
  if (parts.length === 1) return name === pattern
  let from = 0
  for (const [i, part] of parts.entries()) {
    if (part === '') continue
    const next = name.slice(from).indexOf(part)
    if (next < from || (i === 0 && from !== 0) || (i === parts.length - 1 && name.length !== part.length + next)) return false
    from = next
  }
  return true
}

/** The spec with its plain, then its init containers passed through `change`. */
export function mapContainers(spec: PodSpec, change: (container: Container) => Container): PodSpec {
  const containers = spec.containers.map(change)
  return { ...spec, ...(spec.initContainers ? { initContainers: spec.initContainers.map(change) } : {}), containers }
}

/** Splits words into resources and the `key=value` or `key-` words behind them. Throws CommandError. */
export function splitPairs(words: string[], what: string): { resources: string[]; pairs: string[] } {
  const isPair = (word: string) => (word.includes('=') && !word.startsWith('=')) || (word.endsWith('-') && word !== '-')
  const at = words.findIndex(isPair)
  if (at < 0) return { resources: words, pairs: [] }
  const pairs = words.slice(at)
  const stray = pairs.find((word) => !isPair(word))
  if (stray !== undefined) throw new CommandError(`all resources must be specified before ${what} changes: ${stray}`)
  return { resources: words.slice(0, at), pairs }
}

/** Refusals that come together, as an aggregate. */
export function refuseAll(messages: (string | false)[]): void {
  const failure = combine(messages.filter((message) => message !== false).map((message) => new CommandError(message)))
  if (failure) throw failure
}

export const NO_RESOURCES = 'one or more resources must be specified as <resource> <name> or <resource>/<name>'
export const LOCAL_AND_SERVER = 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?'
export const ALL_AND_SELECTOR = 'cannot set --all and --selector at the same time'
