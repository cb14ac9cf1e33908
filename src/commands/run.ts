// kubectl run: makes a Pod, and a Service with it; attaches when asked to. Upstream: kubectl/pkg/cmd/run/run.go.
import type { DeleteOptions } from '../api/contracts'
import type { Container, KubeObject, Pod, StringMap } from '../api/types'
import { cascadeOf } from '../cli/cascade'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { typedObject } from '../cli/generate'
import { overridden } from '../cli/overrides'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine, PlainFailure, UsageError } from '../errors'
import { Follower } from '../follower'
import { IMAGE_REFERENCE } from '../lib/image-reference'
import { isEnvVarName } from '../lib/names'
import { containerRecord } from '../runtime/containers'
import { LogCursor } from '../runtime/logs'
import { attachTo } from './attach'
import { instanceFor } from './log-stream'
import { Patience } from './patience'
import { containerOrDefault } from './pod-container'

/** How often a Pod is looked at, ms. */
const POLL = 50

interface Plan {
  name: string
  arguments: string[]
  annotations: StringMap
  labels: StringMap
  env: { name: string; value: string }[]
  restart: string
  pullPolicy: string
  attach: boolean
  dryRun: DryRun
}

async function run(context: CommandContext): Promise<void> {
  const { flags } = context
  if (!flags.changed('image')) throw new UsageError('required flag(s) "image" not set')
  const plan = complete(context)
  const propagationPolicy = cascadeOf(context)
  validate(context, plan)
  const print = resultPrinter(context, plan.dryRun, true)
  const { lines, failures, made } = context.cluster[plan.dryRun === 'client' ? 'read' : 'write']((cluster) =>
    create(context, cluster, plan, print),
  )
  if (plan.attach && made.length > 0) {
    try {
      await attachAndWait(context, plan, made[0] as Pod)
    } finally {
      if (flags.bool('rm')) remove(context, made, propagationPolicy)
    }
    return
  }
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function complete(context: CommandContext): Plan {
  const { flags } = context
  const interactive = flags.bool('stdin')
  const restart = flags.string('restart') || (interactive ? 'OnFailure' : 'Always')
  const annotations = pairs(flags.list('annotations'))
  const labels = labelsOf(flags.string('labels'))
  const env = flags.list('env').map(variable)
  if (!['Always', 'OnFailure', 'Never'].includes(restart))
    throw new CommandError(`invalid restart policy: ${restart}, valid values are: Always, OnFailure, Never`)
  const pullPolicy = flags.string('image-pull-policy')
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pullPolicy))
    throw new CommandError(`invalid image pull policy: ${pullPolicy}, valid values are: Always, IfNotPresent, Never`)
  if (flags.duration('pod-running-timeout') <= 0) throw new CommandError('--pod-running-timeout must be higher than zero')
  return {
    name: context.args[0] ?? '',
    arguments: context.args.slice(1),
    annotations,
    labels,
    env,
    restart,
    pullPolicy,
    attach: flags.changed('attach') ? flags.bool('attach') : interactive,
    dryRun: dryRunOf(context),
  }
}

function pairs(list: string[]): StringMap {
  const out: StringMap = {}
  for (const text of list) {
    const at = text.indexOf('=')
    if (at < 0) throw new CommandError(`invalid annotations format: ${text}`)
    out[text.slice(0, at)] = text.slice(at + 1)
  }
  return out
}

function labelsOf(text: string): StringMap {
  const out: StringMap = {}
  for (const spec of text === '' ? [] : text.split(',')) {
    const parts = spec.split('=')
    if (parts.length !== 2) throw new CommandError(`unexpected label spec: ${spec}`)
    if (parts[0] === '') throw new CommandError('unexpected empty label key')
    out[parts[0]] = parts[1]
  }
  return out
}

function variable(text: string): { name: string; value: string } {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  if (at <= 0 || isEnvVarName(name).length > 0) throw new CommandError(`invalid env: ${text}`)
  return { name, value: text.slice(at + 1) }
}

function validate(context: CommandContext, plan: Plan): void {
  const { flags } = context
  const [image, port] = [flags.string('image'), flags.string('port')]
  if (context.args.length === 0 || flags.dash === 0) throw new CommandError('NAME is required for run')
  if (image === '') throw new CommandError('--image is required')
  if (!IMAGE_REFERENCE.test(image)) throw new CommandError(`invalid image name ${JSON.stringify(image)}: invalid reference format`)
  if (flags.bool('tty') && !flags.bool('stdin')) throw new CommandError('-i/--stdin is required for containers with -t/--tty=true')
  if (flags.bool('expose') && port === '') throw new CommandError('--port must be set when exposing a service')
  if (port !== '' && !/^[+-]?\d+$/.test(port)) throw new CommandError('--port must be a number')
  if (!plan.attach && flags.bool('rm')) throw new CommandError('--rm should only be used for attached containers')
  if (plan.attach && plan.dryRun !== 'none') {
    throw new CommandError("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)")
  }
}

function podOf(context: CommandContext, plan: Plan, labels: StringMap): KubeObject {
  const { flags } = context
  const container: Container = { name: plan.name, image: flags.string('image') }
  if (plan.env.length > 0) container.env = plan.env
  if (flags.bool('stdin')) {
    container.stdin = true
    if (!flags.bool('leave-stdin-open')) container.stdinOnce = true
  }
  if (flags.bool('tty')) container.tty = true
  if (plan.pullPolicy) container.imagePullPolicy = plan.pullPolicy
  if (flags.bool('privileged')) container.securityContext = { privileged: true }
  if (plan.arguments.length > 0) container[flags.bool('command') ? 'command' : 'args'] = plan.arguments
  if (flags.string('port')) container.ports = [{ containerPort: Number(flags.string('port')) } as NonNullable<Container['ports']>[number]]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: plan.name, labels, ...(Object.keys(plan.annotations).length > 0 ? { annotations: plan.annotations } : {}) },
    spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: plan.restart },
  } as unknown as KubeObject
}

function serviceOf(context: CommandContext, plan: Plan, selector: StringMap): KubeObject {
  const port = Number(context.flags.string('port'))
  return {
    apiVersion: 'v1',
    kind: 'Service',
    // Only labels that were asked for.
    metadata: { name: plan.name, ...(Object.keys(plan.labels).length > 0 ? { labels: plan.labels } : {}) },
    spec: { selector, ports: [{ port, protocol: 'TCP', targetPort: port }] },
  } as unknown as KubeObject
}

interface Created {
  lines: string[]
  failures: Error[]
  made: KubeObject[]
}

function create(context: CommandContext, cluster: Cluster, plan: Plan, print: (object: KubeObject, outcome: string) => string): Created {
  const { flags } = context
  const labels = Object.keys(plan.labels).length > 0 ? plan.labels : { run: plan.name }
  const made: KubeObject[] = []
  const failures: Error[] = []
  function one(generated: KubeObject): void {
    const object = typedObject(recorded(context, generated), flags.bool('save-config') && plan.dryRun !== 'client')
    if (plan.dryRun === 'client') {
      made.push(context.namespaceGiven ? { ...object, metadata: { ...object.metadata, namespace: context.namespace } } : object)
      return
    }
    const namespaced = { ...object, metadata: { ...object.metadata, namespace: context.namespace } }
    made.push(cluster.server.create(namespaced, { manager: flags.string('field-manager'), dryRun: plan.dryRun === 'server' }))
  }
  one(overridden(context, podOf(context, plan, labels)))
  if (flags.bool('expose')) {
    try {
      one(serviceOf(context, plan, labels))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failures.push(error)
    }
  }
  return { lines: made.map((o) => print(o, 'created')), failures, made }
}

/** Waits until the Pod has begun, joins its streams, and gives its exit code where the restart policy lets it have one. */
async function attachAndWait(context: CommandContext, plan: Plan, created: Pod): Promise<void> {
  const { flags } = context
  const follower = new Follower(context.cluster)
  const timeout = flags.duration('pod-running-timeout')
  const quiet = flags.bool('quiet')
  const pod = await waitFor(context, follower, created, timeout, (p) => isOver(p) || isReady(p))
  const { name } = containerOrDefault(pod, '', () => {})
  const { records } = follower.current().server.storage
  if (isOver(pod)) {
    const cursor = new LogCursor(pod.metadata.uid, name, instanceFor(follower.current(), pod, name, false))
    for (const { text } of cursor.take(records)) context.out(text)
  } else {
    const cursor = new LogCursor(
      pod.metadata.uid,
      name,
      containerRecord(follower.current().world, pod.metadata.uid, name)?.restartCount ?? 0,
    )
    // At a terminal what was written before is shown with the session, so that its prompt is whole.
    if (!flags.bool('tty')) for (const { text } of cursor.take(records)) context.out(text)
    await attachTo(context, pod, '', { stdin: flags.bool('stdin'), tty: flags.bool('tty'), commandName: 'kubectl attach', cursor })
  }
  void quiet
  if (flags.bool('leave-stdin-open') || plan.restart === 'Always') return
  const ended = await waitFor(
    context,
    follower,
    created,
    timeout,
    plan.restart === 'OnFailure' ? (p) => p.status?.phase === 'Succeeded' : isOver,
  )
  if (ended.status.phase === 'Succeeded') return
  const where = `pod ${ended.metadata.namespace}/${ended.metadata.name}`
  const terminated = ended.status.containerStatuses?.[0]?.state.terminated
  if (!terminated?.exitCode) throw new CommandError(`${where} failed with unknown exit code`)
  throw new PlainFailure(`${where} terminated (${terminated.reason ?? ''})\n${terminated.message ?? ''}`, terminated.exitCode)
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

function isReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && !!pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
}

async function waitFor(
  context: CommandContext,
  follower: Follower,
  { metadata }: Pod,
  timeout: number,
  test: (pod: Pod) => boolean,
): Promise<Pod> {
  const patience = new Patience(context, timeout)
  for (;;) {
    const pod = follower.current().view.get<Pod>('pods', metadata.namespace, metadata.name)
    if (!pod) throw new ApiError('NotFound', `pods "" not found`)
    if (test(pod)) return pod
    if (patience.isOver) throw new CommandError('timed out waiting for the condition')
    await patience.pause(POLL)
  }
}

/** --rm: what was made goes again. */
function remove(context: CommandContext, made: KubeObject[], propagationPolicy: DeleteOptions['propagationPolicy']): void {
  const lines = context.cluster.write((cluster) =>
    made.flatMap(({ kind, metadata }) => {
      const info = cluster.server.resourceOf(made.find((m) => m.kind === kind)!)
      try {
        cluster.server.delete(info, metadata.namespace, metadata.name, { propagationPolicy, manager: 'kubectl-run' })
        return [`${info.singular} ${JSON.stringify(metadata.name)} deleted from ${metadata.namespace} namespace\n`]
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'NotFound') return []
        throw error
      }
    }),
  )
  if (!context.flags.bool('quiet')) context.out(lines.join(''))
}

export const command: Command = { run }
