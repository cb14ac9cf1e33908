// What the generators share (create deployment, create secret, …): the name, the dry run, --save-config, the printed result.
import type { KubeObject, ObjectMeta } from '../api/types'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, UsageError } from '../errors'
import { toCompactJson } from '../lib/json-emit'
import { normalizeMade } from '../schema/decode'
import { inGoOrder } from '../schema/go-order'
import type { CommandContext } from './context'
import { dryRunOf } from './dry-run'
import { LAST_APPLIED } from './last-applied'
import { resultPrinter } from './result'
import { validationOf } from './validation'

/** Throws UsageError, as cobra does before anything else. */
export function requireFlags(context: CommandContext, ...names: string[]): void {
  const missing = names.filter((name) => !context.flags.changed(name)).map((name) => JSON.stringify(name))
  if (missing.length) throw new UsageError(`required flag(s) ${missing.join(', ')} not set`)
}

/** The one NAME; words after `--` are the container's command. Throws UsageError. */
export function nameOf(context: CommandContext): { name: string; command: string[] } {
  const { args, dash } = context.flags
  const count = dash < 0 ? args.length : dash
  if (count !== 1) throw context.usage(`exactly one NAME is required, got ${count}`)
  return { name: args[0], command: args.slice(1) }
}

/** Metadata of a generated object; the namespace stands in it only when asked for by flag. */
export function metadataOf(context: CommandContext, name: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  return { name, ...(context.namespaceGiven ? { namespace: context.namespace } : {}), ...more } as ObjectMeta
}

export interface Generation {
  /** Stands before the server's refusal: `failed to create deployment: `. Without it the refusal is printed as it is. */
  failure?: string
  /** Cluster-scoped: the object gets no namespace. */
  clusterScoped?: boolean
  /** --save-config is taken and forgotten. */
  unsaved?: boolean
  /** The object; may look things up and may throw. Missing fields that Go always prints are filled in. */
  build(cluster: Cluster): unknown
}

/** Creates what a generator makes, or only shows it, and prints the result. */
export function generate(context: CommandContext, { failure, clusterScoped, unsaved, build }: Generation): void {
  const { flags } = context
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun, true)
  validationOf(context)
  const line = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const made = typedObject(build(cluster) as KubeObject, flags.bool('save-config') && !unsaved)
    if (dryRun === 'client') return print(made, 'created')
    const namespaced = clusterScoped ? made : { ...made, metadata: { ...made.metadata, namespace: context.namespace } }
    try {
      return print(cluster.server.create(namespaced, { manager: flags.string('field-manager'), dryRun: dryRun === 'server' }), 'created')
    } catch (error) {
      if (!(error instanceof ApiError) || failure === undefined) throw error
      throw new CommandError(failure + error.message)
    }
  })
  context.out(line)
}

/** As Go has it, with --save-config's annotation, which holds a typed object's JSON. */
export function typedObject(object: KubeObject, saveConfig: boolean): KubeObject {
  const complete = normalizeMade(object)
  if (!saveConfig) return complete
  const { metadata } = complete
  const annotation = `${toCompactJson(inGoOrder(complete), { sort: false })}\n`
  return { ...complete, metadata: { ...metadata, annotations: { ...metadata.annotations, [LAST_APPLIED]: annotation } } }
}

/** intstr.Parse: a number when it is one. */
export function intOrString(text: string): number | string {
  return /^[+-]?[0-9]+$/.test(text) && Math.abs(Number(text)) < 2 ** 31 ? Number(text) : text
}
