// kubectl attach: the streams of a container's own process. Upstream: kubectl/pkg/cmd/attach/attach.go.
import type { Container, Pod } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { wallClockOf } from '../env'
import { CommandError } from '../errors'
import { Follower } from '../follower'
import { containerRecord, sendInput } from '../runtime/containers'
import { LogCursor } from '../runtime/logs'
import { ttyOrNotice } from './exec'
import {
  containerOrDefault,
  findContainer,
  isCompleted,
  objectNamed,
  podFor,
  requireKubelet,
  requirePermission,
  requireRunning,
} from './pod-container'
import { type Remote, Terminal } from './terminal'

async function attach(context: CommandContext): Promise<void> {
  const { flags, args } = context
  const timeout = flags.duration('pod-running-timeout')
  if (timeout <= 0) throw context.usage('--pod-running-timeout must be higher than zero')
  if (args.length === 0) throw new CommandError('at least 1 argument is required for attach')
  if (args.length > 2)
    throw new CommandError(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`)
  const word = args.length === 2 ? `${args[0]}/${args[1]}` : args[0]
  const object = context.cluster.read((cluster) => objectNamed(cluster, word, context.namespace))
  const pod = await podFor(context, object, timeout)
  if (isCompleted(pod)) throw new CommandError(`cannot attach a container in a completed pod; current phase is ${pod.status.phase}`)
  await attachTo(context, pod, flags.string('container'), {
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    commandName: context.programPath,
  })
}

export interface AttachOptions {
  stdin: boolean
  tty: boolean
  /** `kubectl attach`, for the closing hint. */
  commandName: string
  /** Where in the container's log output begins; without it, at what comes next. */
  cursor?: LogCursor
}

/** Joins the container's streams until it ends, or until Ctrl-C. */
export async function attachTo(context: CommandContext, pod: Pod, name: string, options: AttachOptions): Promise<void> {
  const quiet = context.flags.bool('quiet')
  let container: Container
  try {
    container = containerOrDefault(pod, name, (text) => !quiet && context.err(text))
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`cannot attach to the container: ${error.message}`) : error
  }
  let { tty } = options
  if (tty && !container.tty) {
    tty = false
    if (!quiet) context.err(`error: Unable to use a TTY - container ${container.name} did not allocate one\n`)
  } else if (!tty && container.tty) tty = true
  const stdin = options.stdin
  const raw = stdin && tty && ttyOrNotice(context)
  if (!quiet) {
    context.err(
      "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
    )
  }
  requirePermission(context, pod, 'attach')
  requireRunning(pod, container)
  await join(context, pod, container, { ...options, tty: raw })
  if (quiet || !stdin || !raw) return
  const again = `'${options.commandName} ${pod.metadata.name} -c ${container.name} -n ${pod.metadata.namespace} -i -t'`
  const ephemeral = findContainer(pod, container.name)?.fieldPath.startsWith('spec.ephemeralContainers')
  context.out(
    ephemeral
      ? `Session ended, the ephemeral container will not be restarted but may be reattached using ${again} if it is still running\n`
      : `Session ended, resume using ${again} command\n`,
  )
}

async function join(context: CommandContext, pod: Pod, container: Container, options: AttachOptions): Promise<void> {
  const follower = new Follower(context.cluster)
  const { uid } = pod.metadata
  requireKubelet(follower.current().world, pod)
  const first = containerRecord(follower.current().world, uid, container.name)
  if (!first) return
  const cursor = options.cursor ?? new LogCursor(uid, container.name, first.restartCount)
  if (!options.cursor) cursor.skip(follower.current().server.storage.records)
  const terminal = new Terminal(context, { stdin: options.stdin, tty: options.tty })
  const { frozen } = wallClockOf(context.host)
  let left = false
  if (!options.stdin) {
    context.host.onInterrupt(() => {
      left = true
    })
  }
  const remote: Remote = {
    now: () => follower.now(),
    step() {
      const cluster = follower.current()
      const record = containerRecord(cluster.world, uid, container.name)
      for (const { stream, text } of cursor.take(cluster.server.storage.records)) terminal.output(options.tty ? 'stdout' : stream, text)
      const over = left || !record || record.id !== first.id || record.exit !== undefined
      // Under a clock that stands still the program's own waits pass at once.
      const due = frozen && !over ? record.wakeAt : undefined
      if (due !== undefined) {
        context.cluster.write((c) => c.advance(Math.max(1, due - c.env.now())))
        return { wakeAt: 0 }
      }
      return over ? { code: 0 } : { wantsInput: true, watches: true }
    },
    send(text) {
      if (!container.stdin || (text === undefined && !container.stdinOnce)) {
        if (text === undefined && options.tty) left = true
        return
      }
      context.cluster.write((cluster) => sendInput(cluster.world, pod, container, text))
    },
    interrupt() {
      left = true
    },
  }
  await terminal.run(remote)
}

export const command: Command = { run: attach }
