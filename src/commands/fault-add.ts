// kubesim fault add KIND: what the words and flags of each kind of fault mean, checked against the cluster before anything is stored.
import type { LabelSelector, Node, Pod } from '../api/types'
import { durationArgument, type OwnContext, type Program } from '../cli/own'
import { resourceNamed } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { CommandError, notFound } from '../errors'
import { concerns, type Fault, type FaultKind, isOver, listFaults, type ProbeName, putFault, removeFault } from '../faults'
import { parseDuration } from '../lib/ages'
import { parseReference } from '../lib/image-reference'
import { labelSelectorOf } from '../lib/label-selector'
import { allContainers, containerRecord, endContainer } from '../runtime/containers'
import { effectOf } from '../trace/fault-cause'
import { podSelector } from './attachable-pod'
import { checkOutput, faultJson, targetOf } from './fault'

interface Options {
  namespace: string
  selector?: string
  container?: string
  for?: string
  output?: string
  type?: string
  delay?: string
  exitCode?: string
  every?: string
  oom?: boolean
  status?: string
  hangUp?: boolean
  rate?: string
  servfail?: boolean
}

type Details = Pick<Fault, 'probe' | 'delayMs' | 'code' | 'everyMs' | 'reason' | 'rate' | 'image' | 'rcode'>

interface KindHelp {
  kind: FaultKind
  description: string
  argument: [string, string]
  /** `-c` means something. */
  containers?: boolean
  flags: [string, string][]
  examples: [string, string][]
  /** Reads the kind's own flags. Throws CommandError. */
  details(options: Options): Details
}

const TARGET: [string, string] = ['[target]', 'a Pod, or TYPE/NAME such as deployment/api, service/api, node/node-2 (all Pods of it)']
const DELAY: [string, string] = ['--delay <duration>', 'add this to the time it takes, e.g. 500ms, 3s']
const RATE: [string, string] = ['--rate <share>', 'only this share of them, e.g. 20% or 0.2']

const KINDS: KindHelp[] = [
  {
    kind: 'probe',
    description: 'Probes fail, or are slow',
    argument: TARGET,
    containers: true,
    flags: [['--type <probe>', 'startup, readiness or liveness (default: all three)'], DELAY],
    examples: [
      ['One Pod is not ready any more', 'probe api-6c8f7 --type readiness'],
      ['The containers of a Deployment are restarted by their liveness probes', 'probe deployment/api --type liveness --for 2m'],
      ['Probes take 3 s longer: those with a shorter timeout fail', 'probe -l app=api --delay 3s'],
    ],
    details: (o) => ({ probe: probeName(o.type), delayMs: duration(o.delay, 'delay') }),
  },
  {
    kind: 'crash',
    description: 'Containers end: once, or again and again',
    argument: TARGET,
    containers: true,
    flags: [
      ['--every <duration>', 'so long after each start (default: once, now)'],
      ['--exit-code <n>', 'the exit code, 0 to 255 (default: 1)'],
      ['--oom', 'killed for want of memory: reason OOMKilled, exit code 137'],
    ],
    examples: [
      ['A container ends now with exit code 3', 'crash api-6c8f7 -c api --exit-code 3'],
      ['A crash loop', 'crash deployment/api --every 5s'],
    ],
    details: (o) => ({
      everyMs: duration(o.every, 'time between two crashes'),
      code: o.oom ? 137 : (whole(o.exitCode, 'exit code', 0, 255) ?? 1),
      reason: o.oom ? 'OOMKilled' : undefined,
    }),
  },
  {
    kind: 'pull',
    description: 'Images cannot be pulled: their registry is out of order, and no node has them',
    argument: ['[image]', 'an image as Pods name it, with * at its end for all that begin so (default: all images)'],
    flags: [],
    examples: [
      ['New Pods with this image come to ImagePullBackOff', 'pull nginx:1.25'],
      ['So do those of one namespace with any image of a registry', "pull 'ghcr.io/*' -n shop"],
    ],
    details: () => ({}),
  },
  {
    kind: 'reply',
    description: 'Replies are errors, or late',
    argument: TARGET,
    containers: true,
    flags: [['--status <code>', 'answer this HTTP status, 100 to 599'], ['--hang-up', 'end the connection without an answer'], DELAY, RATE],
    examples: [
      ['A fifth of the replies are 503', 'reply deployment/api --status 503 --rate 20%'],
      ['One Pod is slow', 'reply api-6c8f7 --delay 2s'],
    ],
    details: replyDetails,
  },
  {
    kind: 'network',
    description: 'Packets to and from Pods are lost',
    argument: TARGET,
    flags: [RATE],
    examples: [
      ['Connections to a Pod time out, and so do its own', 'network api-6c8f7'],
      ['Every tenth connection', 'network deployment/api --rate 10%'],
    ],
    details: (o) => ({ rate: share(o.rate) }),
  },
  {
    kind: 'dns',
    description: "The cluster's DNS does not answer",
    argument: ['[target]', 'only what this Pod, or the Pods of TYPE/NAME, ask (default: everybody)'],
    flags: [['--servfail', 'it answers SERVFAIL in place of nothing']],
    examples: [
      ['Nobody finds a Service by its name', 'dns'],
      ['For one minute', 'dns --for 1m'],
    ],
    details: (o) => ({ rcode: o.servfail ? 'SERVFAIL' : undefined }),
  },
  {
    kind: 'node',
    description: 'A node is not ready: its kubelet is out of action, and after 50 s everybody knows',
    argument: ['<node>', 'the name of the node'],
    flags: [],
    examples: [['The Pods of a node leave it after five minutes', 'node node-2']],
    details: () => ({}),
  },
]

export function defineAdd(program: Program, context: OwnContext): void {
  for (const help of KINDS) {
    const { kind, description, argument, containers, flags, examples } = help
    const sub = program
      .command(kind)
      .description(description)
      .argument(...argument)
    if (kind !== 'node') {
      sub.option('-n, --namespace <namespace>', 'the namespace of the Pods', 'default')
      sub.option('-l, --selector <labels>', 'all Pods with these labels')
    }
    if (containers) sub.option('-c, --container <container>', 'only this container of them')
    for (const [flag, text] of flags) sub.option(flag, text)
    sub.option('--for <duration>', 'it ends by itself after this long, e.g. 30s, 5m')
    sub.option('-o, --output <format>', 'json for programs')
    sub.addHelpText('after', `\nExamples:\n${examples.map(([why, line]) => `  # ${why}\n  kubesim fault add ${line}\n`).join('\n')}`)
    sub.action((target: string | undefined, options: Options) => add(context, help, target, options))
  }
}

function add(context: OwnContext, { kind, details }: KindHelp, target: string | undefined, options: Options): void {
  checkOutput(options.output)
  const own = details(options)
  const lasts = duration(options.for, 'duration')
  const { fault, crashed } = context.cluster.write((cluster) => {
    const { records } = cluster.server.storage
    const now = cluster.env.now()
    for (const old of listFaults(records)) if (isOver(old, now)) removeFault(records, old.id)
    const id = freeId(kind, listFaults(records))
    const until = lasts === undefined ? undefined : now + lasts
    const fault = withoutGaps({ id, kind, addedAt: now, until, ...where(cluster, kind, target, options), ...own })
    checkContainer(cluster, fault)
    if (kind === 'crash' && fault.everyMs === undefined) return { fault, crashed: crash(cluster, fault) }
    putFault(records, fault)
    roused(cluster, fault)
    return { fault }
  })
  if (options.output === 'json') context.out(`${JSON.stringify(crashed ?? faultJson(fault), null, 4)}\n`)
  else if (crashed)
    context.out(crashed.map((c) => `container ${c.container} of pod/${c.pod} ended with exit code ${c.exitCode}\n`).join(''))
  else context.out(`fault/${fault.id} added: ${targetOf(fault)}: ${effectOf(fault)}\n`)
}

function withoutGaps(fault: Fault): Fault {
  return JSON.parse(JSON.stringify(fault)) as Fault
}

interface Crashed {
  namespace: string
  pod: string
  container: string
  exitCode: number
}

/** Ends what runs now, once. Throws CommandError when nothing does. */
function crash(cluster: Cluster, fault: Fault): Crashed[] {
  const { world } = cluster
  const { code = 1, reason } = fault
  const crashed: Crashed[] = []
  for (const pod of podsOf(cluster, fault)) {
    for (const container of allContainers(pod)) {
      if (fault.container !== undefined && fault.container !== container.name) continue
      const record = containerRecord(world, pod.metadata.uid, container.name)
      if (!record || record.exit) continue
      endContainer(world, pod, container, { code, ...(reason ? { reason } : {}) })
      crashed.push({ namespace: record.namespace, pod: record.pod, container: container.name, exitCode: code })
    }
  }
  if (crashed.length === 0) throw new CommandError(`no container of ${targetOf(fault)} is running`)
  roused(cluster, fault)
  return crashed
}

function freeId(kind: FaultKind, faults: Fault[]): string {
  for (let i = 1; ; i++) if (!faults.some((f) => f.id === `${kind}-${i}`)) return `${kind}-${i}`
}

// ---------------------------------------------------------------- what it concerns

type Where = Pick<Fault, 'namespace' | 'pod' | 'selector' | 'container' | 'node' | 'image'>

/** Throws ApiError NotFound, CommandError. */
function where(cluster: Cluster, kind: FaultKind, target: string | undefined, options: Options): Where {
  const { namespace, selector, container } = options
  if (kind === 'node') {
    const name = target!.replace(/^nodes?\//, '')
    if (!cluster.view.get<Node>('nodes', undefined, name)) throw notFound('nodes', name)
    return { node: name }
  }
  if (kind === 'pull') {
    const reference = target === undefined || target.endsWith('*') ? undefined : parseReference(target)
    if (reference && 'error' in reference) throw new CommandError(`invalid image ${JSON.stringify(target)}: ${reference.error}`)
    const limited = selector !== undefined || namespace !== 'default'
    return { image: target, ...(limited ? { namespace, ...selected(selector) } : {}) }
  }
  if (target !== undefined && selector !== undefined) throw new CommandError('name a target or give --selector, not both')
  if (target === undefined && selector === undefined) {
    if (kind === 'dns') return {}
    throw new CommandError('name a Pod, or TYPE/NAME, or give --selector')
  }
  if (target === undefined) return { namespace, ...selected(selector), container }
  return { ...targetNamed(cluster, target, namespace), container }
}

function selected(text: string | undefined): Pick<Fault, 'selector'> {
  if (text === undefined) return {}
  try {
    return { selector: labelSelectorOf(text) }
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}

function targetNamed(cluster: Cluster, target: string, namespace: string): Where {
  const [type, name, ...more] = target.includes('/') ? target.split('/') : ['pods', target]
  if (!type || !name || more.length > 0) throw new CommandError(`invalid target ${JSON.stringify(target)}: a Pod, or TYPE/NAME`)
  const object = cluster.server.get(resourceNamed(cluster.server.discovery, type), namespace, name)
  if (object.kind === 'Node') return { node: name }
  if (object.kind === 'Pod') return { namespace, pod: name }
  return { namespace, selector: selectorOfObject(object, target) }
}

function selectorOfObject(object: Parameters<typeof podSelector>[0], target: string): LabelSelector {
  try {
    return podSelector(object)
  } catch {
    throw new CommandError(`${target} has no Pods of its own`)
  }
}

function podsOf(cluster: Cluster, fault: Fault): Pod[] {
  if (fault.kind === 'dns' || fault.kind === 'pull' || fault.kind === 'node') return []
  return cluster.view.list<Pod>('pods', fault.namespace).filter((p) => concerns(fault, p))
}

function checkContainer(cluster: Cluster, fault: Fault): void {
  const { container } = fault
  const names = new Set(podsOf(cluster, fault).flatMap((p) => allContainers(p).map((c) => c.name)))
  if (container === undefined || names.size === 0 || names.has(container)) return
  throw new CommandError(`no Pod of these has a container ${JSON.stringify(container)}; there are: ${[...names].join(', ')}`)
}

/** Lets those look again whom a fault concerns that came or went. */
export function roused(cluster: Cluster, fault: Fault): void {
  if (fault.kind === 'node') cluster.enqueue('node-controller', fault.node!)
  for (const pod of cluster.view.list<Pod>('pods', fault.namespace)) {
    if (concerns(fault, pod)) cluster.enqueue('kubelet', `${pod.metadata.namespace}/${pod.metadata.name}`)
  }
}

// ---------------------------------------------------------------- flags

function duration(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined
  const ms = durationArgument(text, parseDuration)
  if (ms <= 0) throw new CommandError(`invalid ${what} ${JSON.stringify(text)}: must be more than 0`)
  return ms
}

function whole(text: string | undefined, what: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const n = Number(text)
  if (!/^\d+$/.test(text) || n < least || n > most)
    throw new CommandError(`invalid ${what} ${JSON.stringify(text)}: must be from ${least} to ${most}`)
  return n
}

function share(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const n = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(n > 0 && n <= 1)) throw new CommandError(`invalid share ${JSON.stringify(text)}: must be more than 0% and at most 100%`)
  return n === 1 ? undefined : n
}

const PROBES: ProbeName[] = ['startup', 'readiness', 'liveness']

function probeName(text: string | undefined): ProbeName | undefined {
  const found = PROBES.find((p) => p === text)
  if (text !== undefined && !found) throw new CommandError(`unknown probe ${JSON.stringify(text)}: startup, readiness or liveness`)
  return found
}

function replyDetails({ status, hangUp, delay, rate }: Options): Details {
  const code = hangUp ? 0 : whole(status, 'status', 100, 599)
  const delayMs = duration(delay, 'delay')
  if (hangUp && status !== undefined) throw new CommandError('give --status or --hang-up, not both')
  if (code === undefined && delayMs === undefined)
    throw new CommandError('say what is wrong with the replies: --status, --hang-up or --delay')
  return { code, delayMs, rate: share(rate) }
}
