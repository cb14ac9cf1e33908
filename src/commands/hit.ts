// kubesim hit TARGET: many requests through DNS and the rules, and how they were shared among the Pods.
import type { Node } from '../api/types'
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import type { Cluster } from '../cluster'
import { monotonic } from '../env'
import { CommandError } from '../errors'
import { chiSquare, chiSquareTail } from '../lib/chi-square'
import { align, TABLE } from '../lib/tabwriter'
import type { Origin } from '../network/packet'
import { type Paint, paintFor } from '../print/paint'
import { stranger } from '../trace/stranger'
import { expectedPods, Hitter, type Plan, type Tally } from './hit-run'
import { destination, OUTSIDE, originOf } from './trace'

interface Options {
  number: string
  from?: string
  namespace: string
  concurrency: string
  keepalive?: boolean
  output?: string
}

/** Requests between two looks at the progress, and in one write of the state. */
const BATCH = 500
const MOST = 1_000_000
const MOST_CONCURRENT = 10_000

export const command: OwnCommand = {
  summary: 'Send many requests to a Service and show how they were shared among its Pods',
  define(program: Program, context: OwnContext, exit) {
    program
      .argument('<target>', 'a name or address with its port, or a URL: web, web.shop:8080/path, node-1:30080')
      .option('-n, --number <n>', 'how many requests', '1000')
      .option('--from <pod>', 'who sends: a Pod, a node or outside (default: a Pod without labels; outside for node ports)')
      .option('--namespace <namespace>', 'the namespace of the sender', 'default')
      .option('--concurrency <n>', 'connections open at a time', '1')
      .option('--keepalive', 'send many requests over one connection: the choice is made once for each')
      .option('-o, --output <format>', 'json for programs')
      .action(async (target: string, options: Options) => {
        if (options.output !== undefined && options.output !== 'json')
          throw new CommandError(`unknown output "${options.output}": only json`)
        exit(hit(context, target, options, await paintFor(context.host)))
      })
  },
}

function count(text: string, what: string, most: number): number {
  const n = Number(text)
  if (!/^\d+$/.test(text) || n < 1 || n > most) throw new CommandError(`invalid ${what} "${text}": must be from 1 to ${most}`)
  return n
}

function hit(context: OwnContext, target: string, options: Options, paint: Paint): number {
  const requests = count(options.number, 'number of requests', MOST)
  const concurrency = count(options.concurrency, 'concurrency', MOST_CONCURRENT)
  const { plan, expected } = context.cluster.read((cluster) => planned(cluster, target, options, requests, concurrency))
  const hitter = new Hitter(plan, monotonic)
  const progress = progressBar(context, requests)
  while (!hitter.done) {
    context.cluster.write((cluster) => hitter.run(cluster, BATCH))
    progress(hitter.tally.sent)
  }
  const report = reportOf(hitter.tally, expected, plan, target)
  const from = options.from ?? ('outside' in plan.origin ? 'outside' : undefined)
  const why = from && `kubesim trace ${from} ${plan.host}:${plan.port}${options.namespace === 'default' ? '' : ` -n ${options.namespace}`}`
  context.out(options.output === 'json' ? `${JSON.stringify(report, null, 4)}\n` : textOf(report, paint, why))
  return report.failed > 0 ? 1 : 0
}

function planned(cluster: Cluster, target: string, { from, namespace, keepalive }: Options, requests: number, concurrency: number) {
  const url = /^(?:https?:\/\/)?([^/]+)(\/.*)?$/.exec(target)
  // `svc/web` has a slash too.
  const typed = /^(svc|services?|po|pods?|no|nodes?|deploy|deployments?|rs|replicasets?)\/[^/]+$/.test(target)
  const where = typed || !url ? target : target.slice(0, target.length - (url[2]?.length ?? 0))
  const { host, port } = destination(cluster, where, namespace, 'TCP')
  const origin = from === undefined ? defaultOrigin(cluster, host, namespace) : originOf(cluster, from, namespace)
  const plan: Plan = { origin, host, port, path: (!typed && url?.[2]) || '/', requests, concurrency, keepAlive: keepalive === true }
  return { plan, expected: expectedPods(cluster, plan) }
}

/** Node names and addresses are asked from outside, everything else from a Pod that nothing selects. */
function defaultOrigin({ view }: Cluster, host: string, namespace: string): Origin {
  const nodes = view.list<Node>('nodes')
  if (nodes.some((n) => n.metadata.name === host || n.status?.addresses?.some((a) => a.address === host))) return { outside: OUTSIDE }
  return { pod: stranger(view, 'kubesim-hit', namespace) }
}

function progressBar(context: OwnContext, total: number): (sent: number) => void {
  if (!context.host.streams.stderrIsTerminal) return () => {}
  return (sent) => {
    const filled = Math.round((sent / total) * 30)
    context.err(`\r[${'#'.repeat(filled).padEnd(30)}] ${sent}/${total}${sent >= total ? '\r\u001b[K' : ''}`)
  }
}

// ---------------------------------------------------------------- report

interface Row {
  pod: string
  node: string
  requests: number
  connections: number
  share: number
  expected?: number
}

interface Report {
  target: string
  requests: number
  connections: number
  answered: number
  failed: number
  failures: Record<string, number>
  statuses: Record<string, number>
  pods: Row[]
  chiSquare?: { value: number; degrees: number; p: number; equal: boolean }
  verdict: string
  latencyMs: { median: number; p95: number; p99: number; longest: number }
}

/** Below this many draws a Pod the test says little. */
const FEWEST_DRAWS = 5
const DOUBT = 0.001

function reportOf(tally: Tally, expected: string[] | undefined, plan: Plan, target: string): Report {
  const names = [...new Set([...(expected ?? []), ...tally.pods.keys()])].sort()
  const answered = [...tally.pods.values()].reduce((sum, p) => sum + p.requests, 0)
  const share = expected && expected.length > 0 ? 1 / expected.length : undefined
  const pods = names.map((pod) => {
    const own = tally.pods.get(pod) ?? { node: '', requests: 0, connections: 0 }
    return { pod, ...own, share: answered ? own.requests / answered : 0, expected: share }
  })
  const sorted = tally.latencies.slice().sort((a, b) => a - b)
  const at = (part: number) => Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(3))
  return {
    target,
    requests: tally.sent,
    connections: tally.connections,
    answered,
    failed: tally.sent - answered,
    failures: Object.fromEntries(tally.failures),
    statuses: Object.fromEntries(tally.statuses),
    pods,
    ...judged(tally, pods, plan),
    latencyMs: { median: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) },
  }
}

/** Connections are what the rules draw for; requests of one connection stay together. */
function judged(tally: Tally, pods: Row[], { keepAlive }: Plan): Pick<Report, 'chiSquare' | 'verdict'> {
  const draws = pods.reduce((sum, p) => sum + p.connections, 0)
  if (tally.affinity) return { verdict: 'session affinity: a client stays with the Pod of its first connection' }
  if (pods.length < 2) return { verdict: pods.length === 1 ? 'there is one Pod, and it got everything' : 'no Pod was reached' }
  const kept = keepAlive ? 'each connection stays with the Pod it was made to; ' : ''
  if (draws < FEWEST_DRAWS * pods.length) return { verdict: `${kept}${draws} connections are too few to judge their shares` }
  const value = chiSquare(
    pods.map((p) => p.connections),
    pods.map(() => draws / pods.length),
  )
  const degrees = pods.length - 1
  const p = chiSquareTail(value, degrees)
  const equal = p >= DOUBT
  const what = equal ? 'approximately equal shares, as random choice gives them' : 'the shares are not equal'
  return { chiSquare: { value, degrees, p, equal }, verdict: `${kept}${what}` }
}

const BAR = 40

/** `why`: the command that says why requests fail. */
function textOf(report: Report, paint: Paint, why: string | undefined): string {
  const percent = (part: number | undefined) => (part === undefined ? '' : `${(part * 100).toFixed(1)}%`)
  const rows = report.pods.map((p) => {
    const bar = '█'.repeat(Math.round(p.share * BAR))
    return [p.pod, p.node || '<none>', String(p.requests), percent(p.share), percent(p.expected) || '-', bar]
  })
  const head = ['POD', 'NODE', 'REQUESTS', 'SHARE', 'EXPECTED', '']
  const table = rows.length > 0 ? align([head, ...rows].map((r) => `${r.join('\t')}\n`).join(''), TABLE) : ''
  const lines = [`${report.target}: ${report.requests} requests over ${report.connections} connections`, '']
  const shown = table.split('\n').filter((line) => line.trim() !== '')
  if (shown.length > 0) lines.push(...shown.map((line) => line.trimEnd()), '')
  lines.push(...verdictOf(report, paint))
  const statuses = Object.entries(report.statuses).map(([code, n]) => `${n} × ${code}`)
  if (statuses.length > 0) lines.push(`answers: ${statuses.join(', ')}`)
  for (const [failure, n] of Object.entries(report.failures)) lines.push(paint.bad(`${failure}: ${n}`))
  if (report.failed > 0 && why) lines.push(`why: ${paint.strong(why)}`)
  const { median, p95, p99, longest } = report.latencyMs
  if (report.answered > 0) lines.push(`latency: median ${median} ms, 95% ${p95} ms, 99% ${p99} ms, longest ${longest} ms`)
  return `${lines.join('\n')}\n`
}

function verdictOf({ chiSquare, verdict }: Report, paint: Paint): string[] {
  if (!chiSquare) return [verdict]
  const { value, degrees, p, equal } = chiSquare
  const text = `chi-square ${value.toFixed(2)}, ${degrees} degree${degrees === 1 ? '' : 's'} of freedom, p = ${p.toFixed(3)}: ${verdict}`
  return [(equal ? paint.good : paint.bad)(text)]
}
