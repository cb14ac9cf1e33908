// kubectl config view: the merged kubeconfig, secrets left out. Upstream: kubectl/pkg/cmd/config/view.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { encode, type Kubeconfig, type Stanza } from '../cli/kubeconfig'
import { printerOptions, readBinaryFile } from '../cli/result'
import { CommandError } from '../errors'
import { toJson } from '../lib/json-emit'
import { resultPrinterFor } from '../print'
import { isOn, kubeconfigOf } from './config-shared'

function view(context: CommandContext): void {
  const { flags, args } = context
  if (args.length) throw context.usage(`unexpected arguments: [${args.join(' ')}]`)
  if (!isOn(flags, 'merge') && !flags.string('kubeconfig')) throw new CommandError('if merge==false a precise file must be specified')
  const output = flags.string('output')
  const printer = resultPrinterFor('', output, printerOptions(context))
  let config = kubeconfigOf(context).merged
  if (flags.bool('minify')) config = minified(config, flags.string('context') || config.currentContext)
  if (flags.bool('flatten')) config = mapStanzas(config, (stanza) => embedded(context, stanza))
  else if (!flags.bool('raw')) config = mapStanzas(config, redacted)
  const shown = encode(config)
  // A typed object: its members are not sorted.
  if (output === 'json') context.out(toJson(withStanzaFirst(shown), { sort: false }))
  else context.out(printer.print(shown as unknown as KubeObject))
}

function minified(config: Kubeconfig, name: string): Kubeconfig {
  const context = config.contexts.get(name) as { cluster: string; user: string } | undefined
  if (!name) throw new CommandError('current-context must exist in order to minify')
  if (!context) throw new CommandError(`cannot locate context ${name}`)
  const only = (section: Map<string, Stanza>, key: string) => new Map([...section].filter(([each]) => each === key))
  return {
    ...config,
    contexts: only(config.contexts, name),
    clusters: only(config.clusters, context.cluster),
    users: only(config.users, context.user),
    currentContext: name,
  }
}

function mapStanzas(config: Kubeconfig, change: (stanza: Stanza) => Stanza): Kubeconfig {
  const each = (section: Map<string, Stanza>) => new Map([...section].map(([name, stanza]) => [name, change(stanza)]))
  return { ...config, clusters: each(config.clusters), users: each(config.users) }
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

function embedded(context: CommandContext, stanza: Stanza): Stanza {
  const out = { ...stanza }
  for (const field of ['certificate-authority', 'client-certificate', 'client-key']) {
    if (!out[field]) continue
    out[`${field}-data`] = readBinaryFile(context.host.cwd, String(out[field])).toString('base64')
    delete out[field]
  }
  return out
}

const FIELDS =
  'server tls-server-name insecure-skip-tls-verify certificate-authority certificate-authority-data proxy-url disable-compression client-certificate client-certificate-data client-key client-key-data token tokenFile as as-uid as-groups as-user-extra username password auth-provider exec cluster user namespace extensions'.split(
    ' ',
  )

/** The members of the stanzas in the order of Go's structs. */
function withStanzaFirst(config: Record<string, unknown>): Record<string, unknown> {
  const ordered = (stanza: Stanza) => Object.fromEntries(Object.entries(stanza).sort(([a], [b]) => FIELDS.indexOf(a) - FIELDS.indexOf(b)))
  const section = (entries: unknown) =>
    (entries as Record<string, unknown>[] | null)?.map((entry) =>
      Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, key === 'name' ? value : ordered(value as Stanza)])),
    ) ?? null
  return { ...config, clusters: section(config.clusters), users: section(config.users), contexts: section(config.contexts) }
}

export const command: Command = { run: view }
