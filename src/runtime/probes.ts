// One probe of a container: HTTP, TCP, exec, gRPC, with the words a failure is reported in.
// Follows pkg/kubelet/prober/prober.go and pkg/probe/{http,tcp,exec,grpc}.
import type { Container, Pod, Probe } from '../api/types'
import { probeFault } from '../faults'
import { formatDuration } from '../lib/ages'
import { connectToPod } from './connect'
import { execInContainer } from './exec'
import type { Connection, HttpResponse } from './process'
import type { World } from './world'

export type ProbeOutcome =
  | { result: 'success' }
  /** Unhealthy; the text stands behind `Liveness probe failed: `. */
  | { result: 'failure'; output: string }
  /** Counts as success, with a ProbeWarning event. */
  | { result: 'warning'; output: string }
  /** The probe itself could not be run; the outcome is thrown away. `exec`: its text names the exec, each time another. */
  | { result: 'error'; error: string; exec?: true }

/** Stands where a runtime names the exec that it could not start. */
export const EXEC_ID = '<exec>'

type Kind = 'startup' | 'readiness' | 'liveness'

/** A port's number, by its name among the container's ports; undefined when there is no such name. */
export function portNumber(container: Container, port: number | string): number | undefined {
  if (typeof port === 'number') return port
  if (/^\d+$/.test(port)) return Number(port)
  return container.ports?.find((p) => p.name === port)?.containerPort
}

function failure(output: string): ProbeOutcome {
  return { result: 'failure', output }
}

/** What a dial ends in, in Go's words; undefined when it is connected. */
function dialProblem(connection: Connection, address: string, timedOut: string): string | undefined {
  if (connection.outcome === 'connected') return undefined
  if (connection.outcome === 'unresolved') return `dial tcp: lookup ${connection.host}: no such host`
  if (connection.outcome === 'unreachable') return `dial tcp ${address}: connect: no route to host`
  return connection.outcome === 'timeout' ? timedOut : `dial tcp ${address}: connect: connection refused`
}

const EXCEEDED = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
const MOST_REDIRECTS = 10
const VERSION = 'kube-probe/1.37'

/** Runs the probe once, now. `podIp` is the address it goes to unless it names a host. */
export function runProbe(world: World, pod: Pod, container: Container, probe: Probe, kind: Kind): ProbeOutcome {
  const fault = probeFault(world, pod, container.name, kind)
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  if (probe.exec) return execProbe(world, pod, container, probe.exec.command ?? [], timeoutMs, fault)
  if (probe.httpGet) return httpProbe(world, pod, container, probe, timeoutMs, fault)
  if (probe.tcpSocket) return tcpProbe(world, pod, container, probe, fault)
  if (probe.grpc) return grpcProbe(world, pod, probe, timeoutMs, fault)
  return {
    result: 'error',
    error: `missing probe handler for ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid}):${container.name}`,
  }
}

type FaultEffect = ReturnType<typeof probeFault>

function execProbe(world: World, pod: Pod, container: Container, command: string[], timeoutMs: number, fault: FaultEffect): ProbeOutcome {
  if (fault.fails) return failure('')
  const result = execInContainer(world, pod, container, command, { limitMs: timeoutMs })
  if ('message' in result) {
    const error = `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${EXEC_ID}": OCI runtime exec failed: exec failed: unable to start container process: ${result.message}`
    return { result: 'error', error, exec: true }
  }
  if ((result.durationMs ?? 0) + fault.delayMs >= timeoutMs) {
    return failure(`command timed out: "${command.join(' ')}" timed out after ${formatDuration(timeoutMs)}`)
  }
  if (result.exitCode === 0) return { result: 'success' }
  return failure((result.stdout + result.stderr).slice(0, 10 * 1024))
}

function badPort(port: number | string): ProbeOutcome {
  return { result: 'error', error: `port "${port}" not found` }
}

function httpProbe(world: World, pod: Pod, container: Container, probe: Probe, timeoutMs: number, fault: FaultEffect): ProbeOutcome {
  const { path = '/', port, host, scheme = 'HTTP', httpHeaders = [] } = probe.httpGet!
  const number = portNumber(container, port)
  if (number === undefined) return badPort(port)
  const address = `${host || pod.status.podIP || ''}:${number}`
  const lower = scheme.toLowerCase()
  const headers: Record<string, string> = { 'user-agent': VERSION, accept: '*/*', connection: 'close' }
  for (const { name, value } of httpHeaders) headers[name.toLowerCase()] = value
  let at = path.startsWith('/') ? path : `/${path}`
  for (let hops = 0; ; hops++) {
    const url = `${lower}://${address}${at}`
    const connection = connectToPod(world, pod, number)
    const problem = dialProblem(connection, address, EXCEEDED)
    if (problem) return failure(`Get "${url}": ${problem}`)
    if (fault.delayMs >= timeoutMs) return failure(`Get "${url}": ${EXCEEDED}`)
    if (lower === 'https' && !String(number).endsWith('443'))
      return failure(`Get "${url}": http: server gave HTTP response to HTTPS client`)
    const response = (connection as Extract<Connection, { outcome: 'connected' }>).request({ path: at, headers })
    if ((response.delayMs ?? 0) + fault.delayMs >= timeoutMs) return failure(`Get "${url}": ${EXCEEDED}`)
    if (response.status === 0) return failure(`Get "${url}": EOF`)
    if (fault.fails) return failure('HTTP probe failed with statuscode: 500')
    const next = redirectOf(response, lower, address, at)
    if (next === undefined) return judge(response)
    if (next === 'elsewhere')
      return { result: 'warning', output: `Probe terminated redirects, Response body: ${response.body.slice(0, 10 * 1024)}` }
    if (hops + 1 >= MOST_REDIRECTS) return failure(`Get "${next}": stopped after 10 redirects`)
    at = next
  }
}

function judge({ status }: HttpResponse): ProbeOutcome {
  return status >= 200 && status < 400 ? { result: 'success' } : failure(`HTTP probe failed with statuscode: ${status}`)
}

/** Where a redirect leads on the same host, `elsewhere` when off it; undefined when the answer is no redirect. */
function redirectOf({ status, headers }: HttpResponse, scheme: string, address: string, from: string): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined
  const location = Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1]
  if (!location) return undefined
  const url = new URL(location, `${scheme}://${address}${from}`)
  return url.hostname === address.slice(0, address.lastIndexOf(':')) ? url.pathname + url.search : 'elsewhere'
}

function tcpProbe(world: World, pod: Pod, container: Container, probe: Probe, fault: FaultEffect): ProbeOutcome {
  const { port, host } = probe.tcpSocket!
  const number = portNumber(container, port)
  if (number === undefined) return badPort(port)
  const address = `${host || pod.status.podIP || ''}:${number}`
  const timedOut = `dial tcp ${address}: i/o timeout`
  if (fault.fails || fault.delayMs >= (probe.timeoutSeconds ?? 1) * 1000) return failure(timedOut)
  const problem = dialProblem(connectToPod(world, pod, number), address, timedOut)
  return problem ? failure(problem) : { result: 'success' }
}

/** The codes that health checks end with. */
const GRPC_CODES: Record<number, string> = {
  2: 'Unknown',
  5: 'NotFound',
  7: 'PermissionDenied',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
}

/**
 * A program speaks gRPC health when it answers its path over HTTP with the word SERVING or NOT_SERVING, or with a code in the header
 * `grpc-status`.
 */
function grpcProbe(world: World, pod: Pod, probe: Probe, timeoutMs: number, fault: FaultEffect): ProbeOutcome {
  const { port, service = '' } = probe.grpc!
  const address = `${pod.status.podIP ?? ''}:${port}`
  const limit = formatDuration(timeoutMs)
  const connection = connectToPod(world, pod, port)
  if (connection.outcome !== 'connected') {
    return failure(`timeout: failed to connect service "${address}" within ${limit}: context deadline exceeded`)
  }
  const path = '/grpc.health.v1.Health/Check'
  const response = connection.request({ method: 'POST', path, headers: { 'content-type': 'application/grpc' }, body: service })
  if ((response.delayMs ?? 0) + fault.delayMs >= timeoutMs) return failure(`timeout: health rpc did not complete within ${limit}`)
  const isGrpc = Object.entries(response.headers).some(([n, v]) => n.toLowerCase() === 'content-type' && v.startsWith('application/grpc'))
  if (response.status !== 200) {
    // A server that speaks no HTTP/2 is never connected to.
    if (!isGrpc) return failure(`timeout: failed to connect service "${address}" within ${limit}: context deadline exceeded`)
    return failure(
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health',
    )
  }
  const code = Number(response.headers['grpc-status'] ?? 0)
  if (code !== 0 && !fault.fails) {
    const error = `rpc error: code = ${GRPC_CODES[code] ?? `Code(${code})`} desc = ${response.headers['grpc-message'] ?? ''}`
    return failure(`error: health rpc probe failed: ${error}`)
  }
  const word = fault.fails ? 'NOT_SERVING' : response.body
  return word === 'SERVING' ? { result: 'success' } : failure(`service unhealthy (responded with "${word}")`)
}
