// The streams of a container over a WebSocket: each message is the number of a channel and bytes.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.
import type { Container, Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { CommandError, notFound } from '../errors'
import { ByteTextDecoder, bytesOfText } from '../lib/byte-text'
import { containerOrDefault, requireRunning } from './pod-container'
import type { WebSocket } from './websocket'

export const STREAM_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const CLOSE = 255
/** What all clients together have sent to programs that still run, bytes: each may keep what it has read. */
const MOST_INPUT = 128 << 20
let sent = 0
/** Characters of a line that is typed, as a terminal's line discipline takes them. */
const MOST_TYPED = 4095
/** How often what waits for something in the cluster is looked at, ms. */
export const POLL_MS = 100

export type Output = (stream: 'stdout' | 'stderr', text: string) => void

/** Steps that are to be taken, one a turn: whoever else asks something of this process is answered between two. */
const turns: (() => void)[] = []

function inTurn(step: () => void): void {
  turns.push(step)
  if (turns.length === 1) setImmediate(takeTurn)
}

function takeTurn(): void {
  try {
    turns[0]()
  } finally {
    turns.shift()
    if (turns.length > 0) setImmediate(takeTurn)
  }
}

/** What a connection is made to. */
export interface Program {
  /** Lets it go on. Answers with which status it ended, or in how many ms it goes on; neither when it waits for input. Throws what went wrong. */
  step(): { ended?: object; again?: number }
  /** More of its input; undefined ends that. */
  input(text: string | undefined): void
  /** Ctrl-C on a terminal. Answers the status with which that ends the connection, if it does. */
  interrupt(): object | undefined
}

/** Lets a client talk with a program, on a terminal or not, until one of them goes. */
export function converse(socket: WebSocket, tty: boolean, programOf: (output: Output) => Program): void {
  let timer: NodeJS.Timeout | undefined
  let over = false
  let own = 0
  const say = (number: number, text: string) => socket.send(channel(number, tty ? text.replaceAll('\n', '\r\n') : text))
  const program = programOf((stream, text) => say(stream === 'stdout' || tty ? STDOUT : STDERR, text))
  const end = (status: object) => {
    over = true
    clearTimeout(timer)
    socket.send(channel(ERROR, JSON.stringify({ metadata: {}, ...status })))
    socket.close()
  }
  const step = () => {
    clearTimeout(timer)
    if (over) return
    try {
      const { ended, again } = program.step()
      if (ended) end(ended)
      else if (again !== undefined) timer = setTimeout(() => inTurn(step), again)
    } catch (error) {
      end(failed((error as Error).message))
    }
  }
  const decoder = new ByteTextDecoder()
  const interrupt = () => {
    const status = program.interrupt()
    if (status) end(status)
  }
  const line = new Line(say, (text) => program.input(text), interrupt)
  socket.onMessage = (message) => {
    if (over || message.length === 0) return
    own += message.length
    sent += message.length
    if (sent > MOST_INPUT) {
      end(failed('too much input'))
      return
    }
    const text = decoder.push(message.subarray(1))
    if (message[0] === CLOSE && message[1] === STDIN) program.input(undefined)
    else if (message[0] !== STDIN) return
    else if (tty) line.type(text)
    else program.input(text)
    step()
  }
  socket.onClose = () => {
    over = true
    clearTimeout(timer)
    sent -= own
  }
  step()
}

/** What takes over a connection. */
export type Begin = (socket: WebSocket) => void

/** Throws ApiError for a Pod that is not there, before the connection is taken. */
export function podNamed(file: ClusterFile, namespace: string, name: string): Pod {
  const pod = file.read((cluster) => cluster.view.get<Pod>('pods', namespace, name))
  if (!pod) throw notFound('pods', name)
  return pod
}

/** Lets `begin` have the running container that a request names; that there is none is said over the connection. */
export function withContainer(pod: Pod, query: URLSearchParams, begin: (container: Container) => Begin): Begin {
  try {
    const container = containerOrDefault(pod, query.get('container') ?? '', () => {})
    requireRunning(pod, container)
    return begin(container)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    // The server takes the connection before it asks the kubelet.
    return (socket) => {
      socket.send(channel(ERROR, JSON.stringify({ metadata: {}, ...failed(error.message) })))
      socket.close()
    }
  }
}

/** Is a flag of the request set? */
export function isSet(query: URLSearchParams, flag: string): boolean {
  return ['true', '1'].includes(query.get(flag) ?? '')
}

function channel(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([number]), bytesOfText(text)])
}

function failed(message: string): object {
  return { status: 'Failure', message, reason: 'InternalError', details: { causes: [{ message }] }, code: 500 }
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
      } else if (this.typed.length < MOST_TYPED) {
        this.typed += key
        this.echo(STDOUT, key)
      }
    }
  }
}
