// POST or GET pods/NAME/exec over a WebSocket: a command in a container, its streams as channels.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.

import type { Container, Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { ApiError } from '../errors'
import { ByteTextDecoder } from '../lib/byte-text'
import { ExecSession } from '../runtime/exec'
import {
  type Begin,
  CLOSE,
  channel,
  ERROR,
  failed,
  isSet,
  Line,
  POLL_MS,
  podNamed,
  STDERR,
  STDIN,
  STDOUT,
  withContainer,
} from './api-streams'
import { execFailure } from './exec'

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
    const send = (number: number, text: string) => socket.send(channel(number, text))
    const say = (number: number, text: string) => send(number, tty ? text.replaceAll('\n', '\r\n') : text)
    const output = (stream: 'stdout' | 'stderr', text: string) => say(stream === 'stdout' || tty ? STDOUT : STDERR, text)
    let session: ExecSession | undefined
    let timer: NodeJS.Timeout | undefined
    let over = false
    const end = (status: object) => {
      over = true
      send(ERROR, JSON.stringify({ metadata: {}, ...status }))
      socket.close()
    }
    const step = () => {
      clearTimeout(timer)
      if (over) return
      try {
        const { result, now } = file.write(({ world }) => {
          if (!session) {
            const opened = ExecSession.open(world, pod, container, command, { stdin: isSet(query, 'stdin'), tty, output })
            if ('message' in opened) throw execFailure(pod, container, opened.message)
            session = opened
          }
          return { result: session.run(world), now: world.env.now() }
        })
        const { exit, wakeAt, wantsInput } = result
        if (exit) end(exitStatus(exit.code))
        else if (wakeAt !== undefined) timer = setTimeout(step, Math.max(0, wakeAt - now))
        else if (!wantsInput) timer = setTimeout(step, POLL_MS)
      } catch (error) {
        end(failed((error as Error).message))
      }
    }
    const interrupt = () => file.write(({ world }) => session?.interrupt(world))
    const decoder = new ByteTextDecoder()
    const line = new Line(say, (text) => session?.send(text), interrupt)
    socket.onMessage = (message) => {
      if (over || message.length === 0) return
      const text = decoder.push(message.subarray(1))
      if (message[0] === CLOSE && message[1] === STDIN) session?.send(undefined)
      else if (message[0] !== STDIN) return
      else if (tty) line.type(text)
      else session?.send(text)
      step()
    }
    socket.onClose = () => {
      over = true
      clearTimeout(timer)
    }
    step()
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
