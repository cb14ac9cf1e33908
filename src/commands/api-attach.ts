// POST or GET pods/NAME/attach over a WebSocket: the streams of a container's own process.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.
import type { Container, Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { ByteTextDecoder } from '../lib/byte-text'
import { containerRecord, sendInput } from '../runtime/containers'
import { LogCursor } from '../runtime/logs'
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

/** Throws ApiError for a Pod that is not there, before the connection is taken. */
export function attachRequest(file: ClusterFile, namespace: string, name: string, query: URLSearchParams): Begin {
  const pod = podNamed(file, namespace, name)
  return withContainer(pod, query, (container) => attach(file, pod, container, query))
}

function attach(file: ClusterFile, pod: Pod, container: Container, query: URLSearchParams): Begin {
  const { uid } = pod.metadata
  const tty = isSet(query, 'tty') && container.tty === true
  return (socket) => {
    let timer: NodeJS.Timeout | undefined
    let over = false
    const say = (number: number, text: string) => socket.send(channel(number, tty ? text.replaceAll('\n', '\r\n') : text))
    const end = (status: object) => {
      over = true
      clearTimeout(timer)
      socket.send(channel(ERROR, JSON.stringify({ metadata: {}, ...status })))
      socket.close()
    }
    const first = file.read(({ world }) => {
      const record = containerRecord(world, uid, container.name)
      const cursor = record && new LogCursor(uid, container.name, record.restartCount)
      cursor?.skip(world.records)
      return record && cursor && { id: record.id, cursor }
    })
    const step = () => {
      clearTimeout(timer)
      if (over || !first) return
      try {
        const ended = file.read(({ world }) => {
          const record = containerRecord(world, uid, container.name)
          for (const { stream, text } of first.cursor.take(world.records)) say(stream === 'stdout' || tty ? STDOUT : STDERR, text)
          return record?.id !== first.id || record.exit !== undefined
        })
        // What the process ended with is in the Pod's status.
        if (ended) end({ status: 'Success' })
        else timer = setTimeout(step, POLL_MS)
      } catch (error) {
        end(failed((error as Error).message))
      }
    }
    const input = (text: string | undefined) => {
      if (!isSet(query, 'stdin') || !container.stdin || (text === undefined && !container.stdinOnce)) return
      file.write(({ world }) => sendInput(world, pod, container, text))
    }
    const decoder = new ByteTextDecoder()
    const line = new Line(say, input, () => end({ status: 'Success' }))
    socket.onMessage = (message) => {
      if (over || message.length === 0) return
      const text = decoder.push(message.subarray(1))
      if (message[0] === CLOSE && message[1] === STDIN) input(undefined)
      else if (message[0] !== STDIN) return
      else if (tty) line.type(text)
      else input(text)
      step()
    }
    socket.onClose = () => {
      over = true
      clearTimeout(timer)
    }
    if (first) step()
    else end(failed('container not running'))
  }
}
