// POST or GET pods/NAME/exec over a WebSocket: a command in a container, its streams as channels.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.

import type { Container, Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { ApiError } from '../errors'
import { ExecSession } from '../runtime/exec'
import { type Begin, converse, isSet, POLL_MS, podNamed, withContainer } from './api-streams'
import { execFailure } from './exec'

/** Steps a command takes in one turn, others being served between two; and how many turns it is given without a pause. */
const SLICE = 100_000
const MOST_SLICES = 30

/** Throws ApiError for a Pod that is not there, before the connection is taken. */
export function execRequest(file: ClusterFile, namespace: string, name: string, query: URLSearchParams): Begin {
  const pod = podNamed(file, namespace, name)
  const command = query.getAll('command')
  if (command.length === 0) throw new ApiError('BadRequest', 'you must specify at least one command for the container')
  return withContainer(pod, query, (container) => execute(file, pod, container, command, query))
}

function execute(file: ClusterFile, pod: Pod, container: Container, command: string[], query: URLSearchParams): Begin {
  const tty = isSet(query, 'tty')
  return (socket) => {
    let session: ExecSession | undefined
    let busy = 0
    converse(socket, tty, (output) => ({
      step() {
        const { result, now } = file.write(({ world }) => {
          if (!session) {
            const opened = ExecSession.open(world, pod, container, command, { stdin: isSet(query, 'stdin'), tty, output, budget: SLICE })
            if ('message' in opened) throw execFailure(pod, container, opened.message)
            session = opened
          }
          return { result: session.run(world), now: world.env.now() }
        })
        const { exit, wakeAt, wantsInput, isBusy } = result
        busy = isBusy ? busy + 1 : 0
        if (busy > 0 && busy < MOST_SLICES) return { again: 0 }
        if (exit) return { ended: exitStatus(exit.code) }
        return wakeAt !== undefined ? { again: Math.max(0, wakeAt - now) } : wantsInput ? {} : { again: POLL_MS }
      },
      input(text) {
        if (isSet(query, 'stdin')) session?.send(text)
      },
      interrupt: () => {
        file.write(({ world }) => session?.interrupt(world))
        return undefined
      },
    }))
  }
}

function exitStatus(code: number): object {
  if (code === 0) return { status: 'Success' }
  return {
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}
