// One line for a probe. Follows DescribeProbe of kubectl's pkg/describe.
import type { Probe } from '../../api/types'
import { hostPort } from './endpoints'

/** `http-get http://:8080/ delay=0s timeout=1s period=10s successThreshold=1 failureThreshold=3` */
export function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0, successThreshold = 0, failureThreshold = 0 } = probe
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`
  return `${actionText(probe)} ${times} successThreshold=${successThreshold} failureThreshold=${failureThreshold}`
}

function actionText({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`
  if (httpGet) {
    const host = hostPort(httpGet.host ?? '', httpGet.port)
    return `http-get ${(httpGet.scheme ?? '').toLowerCase()}://${host}${urlPath(httpGet.path ?? '')}`
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`
  return 'unknown'
}

/** A path inside a URL with a host: it starts with a slash, and what a path cannot hold is escaped (net/url). */
function urlPath(path: string): string {
  const rooted = path === '' || path.startsWith('/') ? path : `/${path}`
  return rooted.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]/gu, (char) =>
    Array.from(new TextEncoder().encode(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
