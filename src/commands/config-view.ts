// kubectl config view: the merged kubeconfig, secrets left out. Upstream: kubectl/pkg/cmd/config/view.go.
import path from 'node:path'
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { encode, type Kubeconfig, type Section, type Stanza } from '../cli/kubeconfig'
import { typedKubeconfig } from '../cli/kubeconfig-decode'
import { printerOptions, readBinaryFile } from '../cli/result'
import { CommandError } from '../errors'
import { toJson } from '../lib/json-emit'
import { toKyaml } from '../lib/kyaml-emit'
import { resultPrinterFor } from '../print'
import { isOn, kubeconfigOf } from './config-shared'

function view(context: CommandContext): void {
  const { flags, args } = context
  if (args.length) throw context.usage(`unexpected arguments: [${args.join(' ')}]`)
  if (!isOn(flags, 'merge') && !flags.string('kubeconfig')) throw new CommandError('if merge==false a precise file must be specified')
  const output = flags.string('output')
  const printer = resultPrinterFor('', output, printerOptions(context))
  const files = kubeconfigOf(context)
  let config = files.merged
  if (flags.bool('minify')) config = minified(config, flags.string('context') || config.currentContext)
  if (flags.bool('flatten'))
    config = mapStanzas(config, (stanza, section, name) => embedded(stanza, path.dirname(files.fileOf(section, name) ?? '')))
  else if (!flags.bool('raw')) config = mapStanzas(config, redacted)
  const shown = encode(config)
  // A typed object: its members are not sorted.
  if (output === 'json') context.out(toJson(typedKubeconfig(shown), { sort: false }))
  else if (output === 'kyaml') context.out(toKyaml(typedKubeconfig(shown), false, false))
  else context.out(printer.print(shown as unknown as KubeObject))
}

function minified(config: Kubeconfig, name: string): Kubeconfig {
  const context = config.contexts.get(name) as { cluster: string; user: string } | undefined
  if (!name) throw new CommandError('current-context must exist in order to minify')
  if (!context) throw new CommandError(`cannot locate context ${name}`)
  const only = (section: Map<string, Stanza>, key: string, what?: string) => {
    if (what && key && !section.has(key)) throw new CommandError(`cannot locate ${what} ${key}`)
    return new Map([...section].filter(([each]) => each === key))
  }
  return {
    ...config,
    contexts: only(config.contexts, name),
    clusters: only(config.clusters, context.cluster, 'cluster'),
    users: only(config.users, context.user, 'user'),
    currentContext: name,
  }
}

function mapStanzas(config: Kubeconfig, change: (stanza: Stanza, section: Section, name: string) => Stanza): Kubeconfig {
  const each = (section: Section) => new Map([...config[section]].map(([name, stanza]) => [name, change(stanza, section, name)]))
  return { ...config, users: each('users'), clusters: each('clusters') }
}

const HIDDEN: Record<string, string> = {
  token: 'REDACTED',
  password: 'REDACTED',
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
}

function redacted(stanza: Stanza): Stanza {
  return Object.fromEntries(Object.entries(stanza).map(([key, value]) => [key, value && HIDDEN[key] ? HIDDEN[key] : value]))
}

/** Files of a kubeconfig are named from its directory. */
function embedded(stanza: Stanza, directory: string): Stanza {
  const out = { ...stanza }
  for (const field of ['client-certificate', 'client-key', 'certificate-authority']) {
    if (!out[field]) continue
    if (out[`${field}-data`]) throw new CommandError('cannot have values for both path and contents')
    try {
      out[`${field}-data`] = readBinaryFile('/', path.resolve(directory, String(out[field]))).toString('base64')
    } catch (error) {
      throw new CommandError((error as Error).message)
    }
    delete out[field]
  }
  return out
}

export const command: Command = { run: view }
