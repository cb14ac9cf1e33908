// POST or GET pods/NAME/attach over a WebSocket: the streams of a container's own process.
// Upstream: apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand.
import type { Container, Pod } from '../api/types'
import type { ClusterFile } from '../cluster-file'
import { containerRecord, sendInput } from '../runtime/containers'
import { LogCursor } from '../runtime/logs'
import { type Begin, converse, isSet, POLL_MS, podNamed, withContainer } from './api-streams'

/** Throws ApiError for a Pod that is not there, before the connection is taken. */
export function attachRequest(file: ClusterFile, namespace: string, name: string, query: URLSearchParams): Begin {
  const pod = podNamed(file, namespace, name)
  return withContainer(pod, query, (container) => attach(file, pod, container, query))
}

/** What the process ended with is in the Pod's status. */
const ENDED = { status: 'Success' }

function attach(file: ClusterFile, pod: Pod, container: Container, query: URLSearchParams): Begin {
  const { uid } = pod.metadata
  return (socket) => {
    const first = file.read(({ world }) => {
      const record = containerRecord(world, uid, container.name)
      const cursor = record && new LogCursor(uid, container.name, record.restartCount)
      cursor?.skip(world.records)
      return record && cursor && { id: record.id, cursor }
    })
    converse(socket, isSet(query, 'tty') && container.tty === true, (output) => ({
      step() {
        if (!first) throw new Error('container not running')
        return file.read(({ world }) => {
          const record = containerRecord(world, uid, container.name)
          for (const { stream, text } of first.cursor.take(world.records)) output(stream, text)
          return record?.id !== first.id || record.exit !== undefined ? { ended: ENDED } : { again: POLL_MS }
        })
      },
      input(text) {
        if (!isSet(query, 'stdin') || !container.stdin || (text === undefined && !container.stdinOnce)) return
        file.write(({ world }) => sendInput(world, pod, container, text))
      },
      interrupt: () => ENDED,
    }))
  }
}
