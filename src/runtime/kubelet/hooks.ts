// Post-start and pre-stop hooks: exec, httpGet, sleep. Follows pkg/kubelet/lifecycle/handlers.go.
import type { Container, Handler } from '../../api/types'
import { connectToPod } from '../connect'
import { execInContainer } from '../exec'
import { portNumber } from '../probes'
import { podText, type Session, withAddress } from './state'

export interface HookResult {
  durationMs: number
  /** What went wrong, as the kubelet words it. */
  problem?: string
}

/** `limitMs`: how long it may take; it is cut off then. */
export function runHook(session: Session, container: Container, hook: Handler, limitMs?: number): HookResult {
  const { world } = session
  const pod = withAddress(session)
  const cap = (ms: number) => (limitMs === undefined ? ms : Math.min(ms, limitMs))
  if (hook.sleep) return { durationMs: cap(hook.sleep.seconds * 1000) }
  const about = `for Container "${container.name}" in Pod "${podText(pod)}" failed - error`
  if (hook.exec) {
    const command = hook.exec.command ?? []
    const result = execInContainer(world, pod, container, command, { ...(limitMs === undefined ? {} : { limitMs }) })
    const lead = `Exec lifecycle hook ([${command.join(' ')}]) ${about}`
    if ('message' in result) return { durationMs: 0, problem: `${lead}: ${result.message}, message: ""` }
    const durationMs = cap(result.durationMs ?? 0)
    if (result.exitCode === 0) return { durationMs }
    const output = JSON.stringify(result.stdout + result.stderr)
    return {
      durationMs,
      problem: `${lead}: command '${command.join(' ')}' exited with ${result.exitCode}: ${result.stderr}, message: ${output}`,
    }
  }
  if (hook.httpGet) {
    const { path = '/', port, host, scheme = 'HTTP', httpHeaders = [] } = hook.httpGet
    const number = portNumber(container, port)
    const target = number === undefined ? undefined : connectToPod(world, pod, number)
    if (target?.outcome === 'connected') {
      const headers = Object.fromEntries(httpHeaders.map((h) => [h.name, h.value]))
      const response = target.request({ path, headers: { 'user-agent': 'Go-http-client/1.1', ...headers } })
      return { durationMs: cap(response.delayMs ?? 0) }
    }
    const address = `${host || pod.status.podIP || ''}:${number ?? port}`
    const url = `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? '' : '/'}${path}`
    const why = `Get "${url}": dial tcp ${address}: connect: connection refused`
    return { durationMs: 0, problem: `HTTP lifecycle hook (${path}) ${about}: ${why}` }
  }
  return { durationMs: 0 }
}
