// POST or GET pods/NAME/exec over a WebSocket: a command in a container, its streams as channels.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.

import type { Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { ApiError, CommandError, notFound } from '../errors'
import { ByteTextDecoder, bytesOfText } from '../lib/byte-text'
import { ExecSession } from '../runtime/exec'
import { execFailure } from './exec'
import { containerOrDefault, requireRunning } from './pod-container'
import type { WebSocket } from './websocket'

export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const CLOSE = 255
/** How often a command that waits for something in the cluster is looked at, ms. */
const POLL_MS = 100

/** Throws ApiError for a Pod or a container that is not there, before the connection is taken. */
export function execRequest(file: ClusterFile, namespace: string, name: string, query: URLSearchParams): (socket: WebSocket) => void {
  const pod = file.read((cluster) => cluster.view.get<Pod>('pods', namespace, name))
  if (!pod) throw notFound('pods', name)
  const command = query.getAll('command')
  if (command.length === 0) throw new ApiError('BadRequest', 'you must specify at least one command for the container')
  const flag = (word: string) => ['true', '1'].includes(query.get(word) ?? '')
  let container: ReturnType<typeof containerOrDefault>
  try {
    container = containerOrDefault(pod, query.get('container') ?? '', () => {})
    requireRunning(pod, container)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    // Said over the connection, which the server takes before it asks the kubelet.
    return (socket) => {
      socket.send(channel(ERROR, JSON.stringify({ metadata: {}, ...failed(error.message) })))
      socket.close()
    }
  }
  const tty = flag('tty')
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
            const opened = ExecSession.open(world, pod, container, command, { stdin: flag('stdin'), tty, output })
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

function channel(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([number]), bytesOfText(text)])
}

function failed(message: string): object {
  return { status: 'Failure', message, reason: 'InternalError', details: { causes: [{ message }] }, code: 500 }
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

/** What a terminal's line discipline does between the keys and the program: echo, erase, interrupt, end of input. */
class Line {
  private typed = ''

  constructor(
    private readonly echo: (channel: number, text: string) => void,
    private readonly send: (text: string | undefined) => void,
    private readonly interrupt: () => void,
  ) {}

  type(keys: string): void {
    for (const key of keys) {
      if (key === '\x03') {
        this.typed = ''
        this.echo(STDOUT, '^C\n')
        this.interrupt()
      } else if (key === '\x04') {
        if (this.typed === '') this.send(undefined)
      } else if (key === '\x7f' || key === '\b') {
        if (this.typed !== '') this.echo(STDOUT, '\b \b')
        this.typed = this.typed.slice(0, -1)
      } else if (key === '\r' || key === '\n') {
        this.echo(STDOUT, '\n')
        this.send(`${this.typed}\n`)
        this.typed = ''
      } else {
        this.typed += key
        this.echo(STDOUT, key)
      }
    }
  }
}
