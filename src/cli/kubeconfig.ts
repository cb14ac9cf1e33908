// The kubeconfig: where it is, what it says, and writing it back. Upstream: client-go/tools/clientcmd.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Host } from '../env'
import { CommandError } from '../errors'
import { fileFailure } from '../lib/os-errors'
import { toYaml } from '../lib/yaml-emit'
import { API_SERVER_ADDRESS } from '../network/api-server-service'
import { parseYaml } from '../schema/yaml'
import type { Flags } from './flags'
import { typedKubeconfig } from './kubeconfig-decode'
import { readBounded } from './read-file'

export type Stanza = Record<string, unknown>
export type Section = 'clusters' | 'contexts' | 'users'

/** Stanzas by name, kept in the order of their names as kubectl writes them. */
export interface Kubeconfig {
  clusters: Map<string, Stanza>
  contexts: Map<string, Stanza>
  users: Map<string, Stanza>
  currentContext: string
  preferences?: Stanza
  extensions?: unknown
}

/** What a stanza of each section is called in the file. */
export const STANZA: Record<Section, string> = { clusters: 'cluster', contexts: 'context', users: 'user' }

export function emptyKubeconfig(): Kubeconfig {
  return { clusters: new Map(), contexts: new Map(), users: new Map(), currentContext: '' }
}

/** What kubesim stands for when there is no file. */
function builtinKubeconfig(): Kubeconfig {
  return {
    clusters: new Map([['kubesim', { server: `https://${API_SERVER_ADDRESS}` }]]),
    contexts: new Map([['kubesim', { cluster: 'kubesim', user: 'kubernetes-admin' }]]),
    users: new Map([['kubernetes-admin', {}]]),
    currentContext: 'kubesim',
  }
}

interface Source {
  file: string
  config: Kubeconfig
}

export class KubeconfigFiles {
  private constructor(
    private readonly sources: Source[],
    /** The file new stanzas go to. */
    readonly defaultFile: string,
    readonly merged: Kubeconfig,
    private readonly builtin: boolean,
    /** Files as they were named. */
    private readonly names: Map<string, string>,
  ) {}

  /** The file new stanzas go to, as it was named. */
  get defaultName(): string {
    return this.names.get(this.defaultFile) ?? this.defaultFile
  }

  /** Reads --kubeconfig, else every file of $KUBECONFIG, else ~/.kube/config. Throws CommandError for what cannot be read. */
  static load(host: Host, flags: Flags): KubeconfigFiles {
    const { files, names, explicit } = kubeconfigPaths(host, flags)
    const sources: Source[] = []
    for (const file of files) {
      const name = names.get(file) ?? file
      const text = readIfThere(file, name)
      if (text !== undefined) sources.push({ file, config: decode(parse(text, name), name) })
    }
    const builtin = sources.length === 0 && !explicit
    return new KubeconfigFiles(sources, defaultFile(files), builtin ? builtinKubeconfig() : merge(sources), builtin, names)
  }

  /** The file a stanza is in; undefined when it is in none. */
  fileOf(section: Section, name: string): string | undefined {
    return this.sources.find(({ config }) => config[section].has(name))?.file
  }

  /** The file that names the current context. */
  get fileOfCurrentContext(): string {
    return this.sources.find(({ config }) => config.currentContext !== '')?.file ?? this.defaultFile
  }

  /** Writes a stanza where it is, or into the default file; `undefined` takes it out. */
  setStanza(section: Section, name: string, value: Stanza | undefined): void {
    this.change(this.fileOf(section, name) ?? this.defaultFile, (config) => {
      if (value) config[section].set(name, value)
      else config[section].delete(name)
    })
  }

  setCurrentContext(name: string): void {
    this.change(this.fileOfCurrentContext, (config) => {
      config.currentContext = name
    })
  }

  setPreferences(preferences: Stanza): void {
    this.change(this.sources.find(({ config }) => config.preferences)?.file ?? this.defaultFile, (config) => {
      config.preferences = preferences
    })
  }

  private change(file: string, edit: (config: Kubeconfig) => void): void {
    let source = this.sources.find((each) => each.file === file)
    if (!source) {
      source = { file, config: this.builtin && this.sources.length === 0 ? builtinKubeconfig() : emptyKubeconfig() }
      this.sources.push(source)
    }
    edit(source.config)
    edit(this.merged)
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 })
    fs.writeFileSync(file, toYaml(encode(source.config)), { mode: 0o600 })
  }
}

/** The files, and under which names they were given: errors show those. */
export function kubeconfigPaths(host: Host, flags: Flags): { files: string[]; names: Map<string, string>; explicit: boolean } {
  const explicit = flags.has('kubeconfig') ? flags.string('kubeconfig') : ''
  if (explicit) return { ...resolved(host, [explicit]), explicit: true }
  const named = (host.variables.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '')
  if (named.length) return { ...resolved(host, named), explicit: false }
  return { ...resolved(host, [path.join(host.variables.HOME || os.homedir(), '.kube', 'config')]), explicit: false }
}

function resolved(host: Host, given: string[]): { files: string[]; names: Map<string, string> } {
  const names = new Map<string, string>()
  for (const name of given) {
    const file = path.resolve(host.cwd, name)
    if (!names.has(file)) names.set(file, name)
  }
  return { files: [...names.keys()], names }
}

/** The address of the context's cluster. */
export function serverAddress(host: Host, flags: Flags): string {
  if (flags.string('server')) return flags.string('server')
  const { merged } = KubeconfigFiles.load(host, flags)
  const context = merged.contexts.get(flags.string('context') || merged.currentContext) as { cluster?: string } | undefined
  const cluster = merged.clusters.get(flags.string('cluster') || context?.cluster || '') as { server?: string } | undefined
  return cluster?.server || `https://${API_SERVER_ADDRESS}`
}

/** The first that exists, else the last. */
function defaultFile(files: string[]): string {
  return files.find((file) => fs.existsSync(file)) ?? files[files.length - 1]
}

function readIfThere(file: string, name: string): string | undefined {
  try {
    return readBounded(file).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandError(`error loading config file "${name}": ${fileFailure(name, error)}`)
  }
}

/** A command that is about the files has them read once more; of many megabytes that takes seconds. */
let lastParsed: { text: string; value: unknown } | undefined

function parse(text: string, file: string): unknown {
  try {
    if (lastParsed?.text !== text) lastParsed = { text, value: parseYaml(text) }
    return lastParsed.value
  } catch (error) {
    throw new CommandError(`error loading config file "${file}": yaml: ${(error as Error).message}`)
  }
}

interface Encoded {
  clusters?: ({ name: string } & Stanza)[] | null
  contexts?: ({ name: string } & Stanza)[] | null
  users?: ({ name: string } & Stanza)[] | null
  'current-context'?: string
  preferences?: Stanza
  extensions?: unknown
}

function decode(value: unknown, name: string): Kubeconfig {
  const file = (typeof value === 'object' && value !== null ? typed(value, name) : {}) as Encoded
  const stanzas = (section: Section) =>
    new Map((file[section] ?? []).map((entry) => [String(entry.name), (entry[STANZA[section]] ?? {}) as Stanza]))
  return {
    clusters: stanzas('clusters'),
    contexts: stanzas('contexts'),
    users: stanzas('users'),
    currentContext: file['current-context'] ?? '',
    ...(file.preferences && Object.keys(file.preferences).length ? { preferences: file.preferences } : {}),
    ...(file.extensions ? { extensions: file.extensions } : {}),
  }
}

function typed(value: object, name: string): Record<string, unknown> {
  try {
    return typedKubeconfig(value)
  } catch (error) {
    throw new CommandError(`error loading config file "${name}": ${(error as Error).message}`)
  }
}

/** As v1.Config: members in Go's order, sections without stanzas null. */
export function encode(config: Kubeconfig): Record<string, unknown> {
  const stanzas = (section: Section) => {
    const names = [...config[section].keys()].sort()
    return names.length ? names.map((name) => ({ name, [STANZA[section]]: config[section].get(name) })) : null
  }
  return {
    kind: 'Config',
    apiVersion: 'v1',
    ...(config.preferences ? { preferences: config.preferences } : {}),
    clusters: stanzas('clusters'),
    users: stanzas('users'),
    contexts: stanzas('contexts'),
    'current-context': config.currentContext,
    ...(config.extensions ? { extensions: config.extensions } : {}),
  }
}

/** Of two files that say something the first has its way. */
function merge(sources: Source[]): Kubeconfig {
  const merged = emptyKubeconfig()
  for (const { config } of sources) {
    for (const section of ['clusters', 'contexts', 'users'] as const) {
      for (const [name, stanza] of config[section]) if (!merged[section].has(name)) merged[section].set(name, stanza)
    }
    merged.currentContext ||= config.currentContext
    merged.preferences ??= config.preferences
    merged.extensions ??= config.extensions
  }
  return merged
}
