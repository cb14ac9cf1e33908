// kubesim trace FROM TO[:PORT]: one connection hop by hop, its end, and the one cause of a failure with its remedy.
import type { Pod, Service } from '../api/types'
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import { resourceNamed } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { CommandError, notFound } from '../errors'
import type { Origin } from '../network/packet'
import { type Paint, paintFor } from '../print/paint'
import { trace } from '../trace/trace'
import type { Trace, TraceRequest } from '../trace/types'
import { attachablePod } from './attachable-pod'

/** The host of a kind cluster as its nodes see it: where connections from outside come from. */
export const OUTSIDE = '172.18.0.1'
const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ICMP'] as const

interface Options {
  namespace: string
  output?: string
  protocol: string
  all?: boolean
}

export const command: OwnCommand = {
  summary: 'Follow one connection from a Pod, a node or outside, and say why it fails',
  define(program: Program, context: OwnContext, exit) {
    program
      .argument('<from>', 'a Pod, a node, outside, or TYPE/NAME such as deployment/web')
      .argument('<to>', 'a name or address with its port: web, web.shop:8080, 10.96.0.10:53, node-1:30080, svc/web')
      .option('-n, --namespace <namespace>', 'the namespace of FROM', 'default')
      .option('--protocol <protocol>', 'tcp, udp, sctp or icmp', 'tcp')
      .option('--all', 'show every rule and question, those that only pass on too')
      .option('-o, --output <format>', 'json for programs')
      .action(async (from: string, to: string, options: Options) => {
        if (options.output !== undefined && options.output !== 'json')
          throw new CommandError(`unknown output "${options.output}": only json`)
        const found = context.cluster.read((cluster) => trace(cluster.world, requestOf(cluster, from, to, options)))
        if (options.output === 'json') context.out(`${JSON.stringify(found, null, 4)}\n`)
        else context.out(traceText(found, options.all === true, await paintFor(context.host)))
        exit(found.verdict === 'delivered' ? 0 : 1)
      })
  },
}

/** The words as a request. Throws ApiError NotFound, CommandError. */
export function requestOf(
  cluster: Cluster,
  from: string,
  to: string,
  { namespace, protocol: given }: Pick<Options, 'namespace' | 'protocol'>,
): TraceRequest {
  const protocol = PROTOCOLS.find((p) => p === given.toUpperCase())
  if (!protocol) throw new CommandError(`unknown protocol "${given}": tcp, udp, sctp or icmp`)
  const origin = originOf(cluster, from, namespace)
  return { origin, fromWord: from, namespace, protocol, ...destination(cluster, to, namespace, protocol) }
}

/** A Pod, a node or outside by the word for it. Throws ApiError NotFound, CommandError. */
export function originOf(cluster: Cluster, word: string, namespace: string): Origin {
  const { view, server } = cluster
  if (word === 'outside') return { outside: OUTSIDE }
  if (!word.includes('/')) {
    const pod = view.get<Pod>('pods', namespace, word)
    if (pod) return { pod }
    if (view.get('nodes', undefined, word)) return { node: word }
    throw notFound('pods', word)
  }
  const [type, name] = word.split('/')
  const info = resourceNamed(server.discovery, type)
  const object = server.get(info, namespace, name)
  if (object.kind === 'Node') return { node: name }
  const pod = attachablePod(view, object)
  if (!pod) throw new CommandError(`${word} has no Pod`)
  return { pod }
}

/** Host and port of `web:80`, `http://web/path`, `svc/web`, `pod/x`; a Service's only port, or 80, without one. */
export function destination(cluster: Cluster, to: string, namespace: string, protocol: string): { host: string; port: number } {
  const url = /^(https?):\/\/([^/]+)/.exec(to)
  const word = url ? url[2] : to
  const match = /^\[(.+)\](?::(\d+))?$/.exec(word) ?? /^([^:]+)(?::(\d+))?$/.exec(word) ?? /^(.+)()$/.exec(word)
  const named = match?.[1] ?? word
  if (named === '') throw new CommandError('the name or address to go to is empty')
  const port = match?.[2] ? Number(match[2]) : url ? (url[1] === 'https' ? 443 : 80) : undefined
  if (port !== undefined && (port < 1 || port > 65535)) throw new CommandError(`invalid port ${port}: must be from 1 to 65535`)
  const host = hostOf(cluster, named, namespace)
  return { host, port: protocol === 'ICMP' ? 0 : (port ?? onlyPort(cluster, host, namespace) ?? 80) }
}

function hostOf({ view, server }: Cluster, named: string, namespace: string): string {
  if (!named.includes('/')) return named
  const [type, name] = named.split('/')
  const object = server.get(resourceNamed(server.discovery, type), namespace, name)
  if (object.kind === 'Service' || object.kind === 'Node') return name
  const pod = attachablePod(view, object)
  if (!pod?.status?.podIP) throw new CommandError(`${named} has no address`)
  return pod.status.podIP
}

function onlyPort({ view }: Cluster, host: string, namespace: string): number | undefined {
  const [name, other] = host.split('.')
  const ports = view.get<Service>('services', other ?? namespace, name)?.spec.ports ?? []
  return ports.length > 0 ? ports[0].port : undefined
}

// ---------------------------------------------------------------- text

const LABELS: Record<string, string> = { 'resolv.conf': 'resolver' }

function traceText(found: Trace, all: boolean, paint: Paint): string {
  const lines = found.hops.filter((h) => all || !h.minor).map((h) => `${paint.dim((LABELS[h.kind] ?? h.kind).padEnd(10))}${h.text}`)
  const good = found.verdict === 'delivered'
  lines.push('', (good ? paint.good : paint.bad)(found.summary))
  if (found.cause) {
    lines.push(`${paint.dim('cause'.padEnd(10))}${found.cause.text}`, `${paint.dim('remedy'.padEnd(10))}${found.cause.remedy}`)
    if (found.cause.command) lines.push(`${''.padEnd(10)}${paint.strong(found.cause.command)}`)
  }
  return `${lines.join('\n')}\n`
}
