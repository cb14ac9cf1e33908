// kubectl set env: environment variables of containers. Upstream: kubectl/pkg/cmd/set/set_env.go, set/env/env_parse.go.
import type { Container, EnvVar, KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { describeReference, resolveReference } from '../cli/env-references'
import type { Documents } from '../cli/manifests'
import { select } from '../cli/select'
import {
  ALL_AND_SELECTOR,
  containerFits,
  LOCAL_AND_SERVER,
  mapContainers,
  NO_RESOURCES,
  setOnObjects,
  Unfit,
  withPodSpec,
} from '../cli/set-objects'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import { isEnvVarName } from '../lib/names'

interface EnvChange {
  set: EnvVar[]
  remove: string[]
}

function isEnvWord(word: string): boolean {
  return word.indexOf('=') > 0 || word.endsWith('-')
}

/** Resources come first; `KEY=value`, `KEY-` and `-` behind them. Throws CommandError. */
function splitWords(words: string[]): { resources: string[]; env: string[] } {
  const at = words.findIndex(isEnvWord)
  const env = at < 0 ? [] : words.slice(at)
  if (!env.every(isEnvWord)) throw new CommandError(`all resources must be specified before environment changes: ${words.join(' ')}`)
  return { resources: at < 0 ? words : words.slice(0, at), env }
}

function validate(context: CommandContext, resources: string[]): void {
  const { flags } = context
  if (flags.bool('local') && flags.string('dry-run') === 'server') throw new CommandError(LOCAL_AND_SERVER)
  if (!flags.list('filename').length && !resources.length) throw new CommandError(NO_RESOURCES)
  if (flags.bool('list') && flags.string('output')) throw new CommandError('--list and --output may not be specified together')
  if (flags.list('keys').length && !flags.string('from')) {
    throw new CommandError('when specifying --keys, a configmap or secret must be provided with --from')
  }
}

async function parseWords(context: CommandContext, words: string[]): Promise<EnvChange> {
  const set: EnvVar[] = []
  const remove: string[] = []
  for (const word of words) {
    if (word === '-') {
      if (context.flags.list('filename').includes('-')) throw new CommandError('standard input cannot be used for multiple arguments')
      const text = await context.host.streams.readInput()
      for (const raw of text.split('\n')) {
        const line = raw.split('#')[0]
        if (line.includes('=')) set.push(pair(line))
      }
    } else if (word.includes('=')) {
      const variable = pair(word)
      const errors = isEnvVarName(variable.name)
      if (errors.length) throw new CommandError(`${JSON.stringify(variable.name)} is not a valid key name: ${errors.join(';')}`)
      set.push(variable)
    } else if (word.endsWith('-')) {
      remove.push(word.slice(0, -1))
    } else {
      throw new CommandError(`unknown environment variable: ${word}`)
    }
  }
  if (remove.some((name) => set.some((variable) => variable.name === name))) {
    throw new CommandError('can not both modify and remove the same environment variable in the same command')
  }
  return { set, remove }
}

function pair(text: string): EnvVar {
  const equals = text.indexOf('=')
  const value = text.slice(equals + 1)
  return { name: text.slice(0, equals), ...(value ? { value } : {}) }
}

/** --from: a variable for each key of a ConfigMap or Secret. */
function importedFrom(context: CommandContext, cluster: Cluster, documents: Documents | undefined): EnvVar[] {
  const { flags } = context
  const from = flags.string('from')
  if (!from) return []
  const local = flags.bool('local')
  const { objects, failures } = select(context, cluster, documents, { args: local ? [] : [from], local, allowAll: flags.bool('all') })
  const failure = combine(failures)
  if (failure) throw failure
  const wanted = flags.list('keys')
  return objects.flatMap(({ object }) => {
    const field = object.kind === 'Secret' ? 'secretKeyRef' : object.kind === 'ConfigMap' ? 'configMapKeyRef' : undefined
    if (!field) throw new CommandError('unsupported resource specified in --from')
    const keys = Object.keys((object.data as object | undefined) ?? {}).sort()
    return keys
      .filter((key) => wanted.length === 0 || wanted.includes(key))
      .map((key): EnvVar => {
        const name = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase()
        if (name !== key) context.err(`Warning: key ${key} transferred to ${name}\n`)
        return { name, valueFrom: { [field]: { name: object.metadata.name, key } } }
      })
  })
}

/** New values take the place of old ones of their name; removal goes before. */
function updated(existing: EnvVar[], { set, remove }: EnvChange): EnvVar[] {
  const covered = new Set(remove)
  const out: EnvVar[] = []
  for (const variable of existing) {
    if (covered.has(variable.name)) continue
    const newer = set.find((candidate) => candidate.name === variable.name)
    if (newer) covered.add(variable.name)
    out.push(newer ?? variable)
  }
  for (const variable of set) {
    if (covered.has(variable.name)) continue
    covered.add(variable.name)
    out.push(variable)
  }
  return out
}

function refuseOverwrite(existing: EnvVar[], set: EnvVar[]): void {
  for (const { name, value = '' } of set) {
    const current = existing.find((variable) => variable.name === name)
    if (current && (current.value ?? '') !== value) {
      throw new Unfit(`'${name}' already has a value (${current.value ?? ''}), and --overwrite is false`)
    }
  }
}

/** The lines of --list for one container. */
function listContainer(context: CommandContext, cluster: Cluster, object: KubeObject, container: Container): void {
  const lines = [`# ${object.kind} ${object.metadata.name}, container ${container.name}\n`]
  const unresolved = new Map<string, string[]>()
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (!valueFrom) {
      lines.push(`${name}=${value ?? ''}\n`)
      continue
    }
    const result = context.flags.bool('resolve')
      ? resolveReference(cluster.view, context.namespace, valueFrom, object, container)
      : undefined
    if (result && 'value' in result) lines.push(`${name}=${result.value}\n`)
    else {
      lines.push(`# ${name} from ${describeReference(valueFrom)}\n`)
      if (result) unresolved.set(result.error, [...(unresolved.get(result.error) ?? []), name])
    }
  }
  context.out(lines.join(''))
  const errors = [...unresolved].map(([error, names]) => `error retrieving reference for ${names.sort().join(', ')}: ${error}\n`)
  context.err(errors.sort().join(''))
}

async function setEnv(context: CommandContext): Promise<void> {
  const { flags } = context
  if (flags.bool('all') && flags.string('selector')) throw new CommandError(ALL_AND_SELECTOR)
  const { resources, env } = splitWords(context.args)
  validate(context, resources)
  const given = await parseWords(context, [...flags.list('env'), ...env])
  const pattern = flags.string('containers')
  const listing = flags.bool('list')
  let imported: EnvVar[] = []
  await setOnObjects(context, {
    resources,
    outcome: 'env updated',
    failure: 'failed to patch env update to pod template: ',
    listing,
    prepare(cluster, documents) {
      imported = importedFrom(context, cluster, documents)
    },
    change(object, _complain, cluster) {
      const prefix = flags.string('prefix')
      const set = [...given.set, ...imported].map((variable) => ({ ...variable, name: prefix + variable.name }))
      let matched = false
      const after = withPodSpec(object, (spec) =>
        mapContainers(spec, (container) => {
          if (!containerFits(container.name, pattern)) return container
          matched = true
          const existing = container.env ?? []
          if (!flags.bool('overwrite')) refuseOverwrite(existing, set)
          const { env: _, ...rest } = container
          const next = updated(existing, { set, remove: given.remove })
          const changed: Container = { ...rest, ...(next.length ? { env: next } : {}) }
          if (listing) listContainer(context, cluster, object, changed)
          return changed
        }),
      )
      if (!matched) {
        context.err(`Warning: ${object.kind}/${object.metadata.name} does not have any containers matching ${JSON.stringify(pattern)}\n`)
      }
      return after
    },
  })
}

export const command: Command = { run: setEnv }
