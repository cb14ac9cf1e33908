// kubectl taint: adds and removes taints of nodes. Upstream: kubectl/pkg/cmd/taint.
import type { KubeObject, Node, Taint } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { resourceMapped } from '../cli/resource-args'
import { resultPrinter } from '../cli/result'
import { select } from '../cli/select'
import { validationOf } from '../cli/validation'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import { isLabelKey, isLabelValue } from '../lib/names'

interface Changes {
  add: Taint[]
  /** Without an effect: all taints with this key. */
  remove: { key: string; effect: string }[]
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function parseTaint(text: string): Taint {
  const parts = text.split(':')
  const wrong = (why?: string) => new Error(`invalid taint spec: ${text}${why ? `, ${why}` : ''}`)
  if (parts.length > 2) throw wrong()
  const [pair, effect = ''] = parts
  let key = pair
  let value = ''
  if (parts.length === 2) {
    if (!EFFECTS.includes(effect)) throw new Error(`invalid taint effect: ${effect}, unsupported taint effect`)
    const sides = pair.split('=')
    if (sides.length > 2) throw wrong()
    key = sides[0]
    value = sides[1] ?? ''
    const problems = isLabelValue(value)
    if (problems.length) throw wrong(problems.join('; '))
  }
  const problems = isLabelKey(key)
  if (problems.length) throw wrong(problems.join('; '))
  return { key, ...(value ? { value } : {}), effect }
}

function parseTaints(words: string[]): Changes {
  const changes: Changes = { add: [], remove: [] }
  for (const word of words) {
    if (word.endsWith('-')) {
      const { key, effect } = parseTaint(word.slice(0, -1))
      changes.remove.push({ key, effect })
      continue
    }
    const taint = parseTaint(word)
    if (!taint.effect) throw new Error(`invalid taint spec: ${word}`)
    if (changes.add.some((t) => t.key === taint.key && t.effect === taint.effect)) {
      throw new Error(`duplicated taints with the same key and effect: {${taint.key} ${taint.value ?? ''} ${taint.effect} <nil>}`)
    }
    changes.add.push(taint)
  }
  return changes
}

/** Words before the first that looks like a taint name the nodes. */
function splitArguments(args: string[]): { resources: string[]; taints: string[] } {
  const at = args.findIndex((a) => /[=:]|-$/.test(a))
  const resources = at < 0 ? args : args.slice(0, at)
  const taints = at < 0 ? [] : args.slice(at)
  const stray = taints.find((a) => !/[=:]|-$/.test(a))
  if (stray !== undefined) throw new CommandError(`all resources must be specified before taint changes: ${stray}`)
  if (!resources.length) throw new CommandError('one or more resources must be specified as <resource> <name>')
  if (!taints.length) throw new CommandError('at least one taint update is required')
  return { resources, taints }
}

function text({ key, value, effect }: { key: string; value?: string; effect: string }): string {
  if (!effect) return value ? `${key}=${value}:` : key
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`
}

function requireNodes(cluster: Cluster, type: string): void {
  if (resourceMapped(cluster.server.discovery, type).kind !== 'Node')
    throw new CommandError(`invalid resource type ${type}, only node types are supported`)
}

function validate(context: CommandContext, resources: string[], { add, remove }: Changes): void {
  const { flags } = context
  const both = add.flatMap((t) =>
    remove.filter((r) => r.key === t.key && (!r.effect || r.effect === t.effect)).map(({ key, effect }) => `${key}=${effect ?? ''}`),
  )
  if (both.length) {
    throw new CommandError(`can not both modify and remove the following taint(s) in the same command: ${both.join(', ')}`)
  }
  if (flags.bool('all') && flags.string('selector')) {
    throw new CommandError("setting 'all' parameter with a non empty selector is prohibited")
  }
  if (!flags.bool('all') && !flags.string('selector') && resources.length < 2) {
    throw new CommandError("at least one resource name must be specified since 'all' parameter is not set")
  }
}

/** The node's new taints and the word for what was done. Throws CommandError. */
function reorganize(node: Node, { add, remove }: Changes, overwrite: boolean): { taints: Taint[]; operation: string } {
  const old = node.spec.taints ?? []
  const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect
  const existing = add.filter((t) => old.some((o) => same(o, t)))
  if (!overwrite && existing.length) {
    const keys = existing.map((t) => t.key).join(',')
    throw new CommandError(`node ${node.metadata.name} already has ${keys} taint(s) with same effect(s) and --overwrite is false`)
  }
  let taints = [...add, ...old.filter((o) => !add.some((t) => same(o, t)))]
  const added = taints.length !== old.length
  let removed = false
  const failures: Error[] = []
  for (const target of remove) {
    const left = taints.filter((t) => t.key !== target.key || (target.effect !== '' && t.effect !== target.effect))
    removed = left.length !== taints.length
    if (!removed) failures.push(new CommandError(`taint ${JSON.stringify(text(target))} not found`))
    taints = left
  }
  const failure = combine(failures)
  if (failure) throw failure
  const operation = (added && removed) || overwrite ? 'modified' : added ? 'tainted' : 'untainted'
  return { taints, operation }
}

function taint(context: CommandContext): void {
  const { flags } = context
  const { resources, taints } = splitArguments(context.args)
  let changes: Changes
  try {
    changes = parseTaints(taints)
  } catch (error) {
    throw context.usage((error as Error).message)
  }
  context.cluster.read((cluster) => requireNodes(cluster, resources[0].toLowerCase()))
  validate(context, resources, changes)
  validationOf(context)
  const dryRun = dryRunOf(context)
  // The sentence of taint does not tell of a dry run.
  const print = resultPrinter(context, 'none', true)
  const lines: string[] = []
  const failures = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const selection = select(context, cluster, undefined, { args: resources })
    for (const { object } of selection.objects) {
      try {
        const node = object as Node
        const { taints: next, operation } = reorganize(node, changes, flags.bool('overwrite'))
        const { taints: _, ...spec } = node.spec
        const changed: KubeObject = { ...node, spec: next.length ? { ...spec, taints: next } : spec }
        const manager = flags.string('field-manager')
        const after = dryRun === 'client' ? changed : cluster.server.update(changed, { manager, dryRun: dryRun === 'server', patch: true })
        lines.push(print(after, operation))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        selection.failures.push(error)
      }
    }
    return selection.failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

export const command: Command = { run: taint }
