// kubectl exec: a command in a container. Upstream: kubectl/pkg/cmd/exec/exec.go.
import type { Container, KubeObject, Pod } from '../api/types'
import { requireNamespace } from '../apiserver/decode'
import type { Command, CommandContext } from '../cli/context'
import { readManifests } from '../cli/manifests'
import { wallClockOf } from '../env'
import { CommandError, PlainFailure } from '../errors'
import { ExecSession } from '../runtime/exec'
import { digestOf } from '../runtime/images/digest'
import type { World } from '../runtime/world'
import { containerOrDefault, isCompleted, objectNamed, podFor, requireKubelet, requirePermission, requireRunning } from './pod-container'
import { type Remote, Terminal } from './terminal'

async function exec(context: CommandContext): Promise<number | undefined> {
  const { flags } = context
  const { args, dash } = flags
  const resource = args.length > 0 && dash !== 0 ? args[0] : undefined
  const command = dash === 0 || dash === 1 ? args.slice(dash) : []
  const files = flags.list('filename')
  if (dash !== 0 && dash !== 1 && (args.length > 1 || (args.length > 0 && files.length > 0))) {
    throw context.usage('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead')
  }
  if (flags.duration('pod-running-timeout') <= 0) throw context.usage('--pod-running-timeout must be higher than zero')
  if (!resource && files.length === 0) throw new CommandError('pod, type/name or --filename must be specified')
  if (command.length === 0) throw new CommandError('you must specify at least one command for the container')
  const pod = await podOf(context, resource, files)
  if (isCompleted(pod)) throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
  const container = containerOrDefault(pod, flags.string('container'), (text) => !flags.bool('quiet') && context.err(text))
  const stdin = flags.bool('stdin')
  const tty = stdin && flags.bool('tty') && ttyOrNotice(context)
  return execIn(context, pod, container, command, { stdin, tty })
}

/** Whether the terminal can be used; says so when not. */
export function ttyOrNotice(context: CommandContext): boolean {
  if (Terminal.isPossible(context)) return true
  if (!context.flags.bool('quiet')) context.err('Unable to use a TTY - input is not a terminal or the right kind of file\n')
  return false
}

async function podOf(context: CommandContext, resource: string | undefined, files: string[]): Promise<Pod> {
  const timeout = context.flags.duration('pod-running-timeout')
  let word = resource
  if (files.length > 0) {
    const { documents, failures } = await readManifests(context.host, files)
    if (failures.length > 0) throw failures[0]
    if (resource !== undefined) throw new CommandError('resource/name arguments cannot be provided when a path is specified')
    for (const { value } of documents)
      requireNamespace((value as Partial<KubeObject>).metadata?.namespace, context.namespace, context.namespaceGiven)
    if (documents.length > 1) throw new CommandError('cannot exec into multiple objects at a time')
    const { kind, metadata } = documents[0].value as { kind: string; metadata: { name: string; namespace?: string } }
    word = `${kind}/${metadata.name}`
  }
  const object = context.cluster.read((cluster) => objectNamed(cluster, word!, context.namespace))
  return podFor(context, object, timeout)
}

/** Runs a command with the user's streams; resolves to its exit code, throws as exec does when it is not 0. */
export async function execIn(
  context: CommandContext,
  pod: Pod,
  container: Container,
  command: string[],
  options: { stdin: boolean; tty: boolean; output?: (stream: 'stdout' | 'stderr', text: string) => void },
): Promise<number> {
  requirePermission(context, pod, 'exec')
  requireRunning(pod, container)
  const terminal = new Terminal(context, options)
  const { frozen } = wallClockOf(context.host)
  let session: ExecSession | undefined
  // Under a clock that stands still the command's own waits are imagined.
  let ahead = 0
  let now = 0
  const worldOf = (world: World): World =>
    ahead === 0 ? world : { ...world, env: { ...world.env, now: () => world.env.now() + ahead, random: world.env.random } }
  const remote: Remote = {
    now: () => now,
    step: () =>
      context.cluster.write((cluster) => {
        const world = worldOf(cluster.world)
        now = world.env.now()
        if (!session) requireKubelet(world, pod)
        session ??= opened(
          ExecSession.open(world, pod, container, command, { ...options, output: options.output ?? ((s, t) => terminal.output(s, t)) }),
          pod,
          container,
        )
        let result = session.run(world)
        while (frozen && !result.exit && result.wakeAt !== undefined) {
          ahead += Math.max(1, result.wakeAt - worldOf(cluster.world).env.now())
          result = session.run(worldOf(cluster.world))
        }
        const { exit, wakeAt, wantsInput, watchesFiles } = result
        return {
          ...(exit ? { code: exit.code } : {}),
          ...(wakeAt === undefined ? {} : { wakeAt }),
          wantsInput,
          watches: watchesFiles || !wantsInput,
        }
      }),
    send: (text) => session?.send(text),
    interrupt: () => context.cluster.write((cluster) => session?.interrupt(worldOf(cluster.world))),
  }
  const code = await terminal.run(remote)
  if (code !== 0) throw new PlainFailure(`command terminated with exit code ${code}`, code)
  return 0
}

/** The session, or the failure in the words of the kubelet and the runtime. */
function opened(session: ReturnType<typeof ExecSession.open>, pod: Pod, container: Container): ExecSession {
  if (!('message' in session)) return session
  if (session.message === 'container not running') {
    throw new CommandError(`unable to upgrade connection: container not found (${JSON.stringify(container.name)})`)
  }
  throw execFailure(pod, container, session.message)
}

/** `reason` is runc's. The kubelet and the runtime behind it each say that it is an internal error. */
export function execFailure(pod: Pod, container: Container, reason: string): CommandError {
  const id = digestOf(`${pod.metadata.uid}${container.name}exec`)
  return new CommandError(
    `Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${reason}`,
  )
}

export const command: Command = { run: exec }
