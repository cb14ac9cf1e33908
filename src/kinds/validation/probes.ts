// Validation of probes and lifecycle handlers. Upstream: pkg/apis/core/validation/validation.go (validateProbe, validateHandler).
import type { Container, Handler, Probe } from '../../api/types'
import type { FieldError } from '../../errors'
import { isPortName, isPortNumber, regexError } from '../../lib/names'
import { forbiddenField, invalids, invalidValue, nonNegative, notSupported, required } from './errors'

export function validatePort(port: unknown, field: string): FieldError[] {
  if (typeof port === 'string') return invalids(field, port, isPortName(port))
  const number = typeof port === 'number' ? port : 0
  return invalids(field, number, isPortNumber(number))
}

const HEADER = '[-A-Za-z0-9]+'

function validateHttpGet(http: NonNullable<Handler['httpGet']>, field: string): FieldError[] {
  const errors: FieldError[] = []
  if (!http.path) errors.push(required(`${field}.path`))
  errors.push(...validatePort(http.port, `${field}.port`))
  const scheme = http.scheme ?? ''
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(`${field}.scheme`, scheme, ['HTTP', 'HTTPS']))
  for (const { name } of http.httpHeaders ?? []) {
    if (new RegExp(`^${HEADER}$`).test(name)) continue
    const complaint = regexError("a valid HTTP header must consist of alphanumeric characters or '-'", HEADER, 'X-Header-Name')
    errors.push(invalidValue(`${field}.httpHeaders`, name, complaint))
  }
  return errors
}

function validateSleep(sleep: { seconds: number }, field: string, grace: number | undefined): FieldError[] {
  if (grace === undefined || (sleep.seconds >= 0 && sleep.seconds <= grace)) return []
  return [invalidValue(field, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)]
}

function validateHandler(handler: Handler, field: string, grace: number | undefined): FieldError[] {
  const errors: FieldError[] = []
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  const given: [string, () => FieldError[]][] = []
  if (exec) given.push(['exec', () => (exec.command?.length ? [] : [required(`${field}.exec.command`)])])
  if (httpGet) given.push(['httpGet', () => validateHttpGet(httpGet, `${field}.httpGet`)])
  if (tcpSocket) given.push(['tcpSocket', () => validatePort(tcpSocket.port, `${field}.tcpSocket.port`)])
  if (grpc) given.push(['grpc', () => validatePort(grpc.port, `${field}.grpc.port`)])
  if (sleep) given.push(['sleep', () => validateSleep(sleep, `${field}.sleep`, grace)])
  for (const [i, [name, check]] of given.entries()) {
    if (i > 0) errors.push(forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type'))
    else errors.push(...check())
  }
  if (!given.length) errors.push(required(field, 'must specify a handler type'))
  return errors
}

function validateProbe(probe: Probe, field: string): FieldError[] {
  const errors = validateHandler(probe, field, undefined)
  for (const key of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    errors.push(...nonNegative(`${field}.${key}`, probe[key]))
  }
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0)
    errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
  return errors
}

/** The lifecycle hooks and probes of a container that may have them. `grace` in seconds. */
export function validateProbes(container: Container, path: string, grace: number | undefined): FieldError[] {
  const errors: FieldError[] = []
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  if (lifecycle?.postStart) errors.push(...validateHandler(lifecycle.postStart, `${path}.lifecycle.postStart`, grace))
  if (lifecycle?.preStop) errors.push(...validateHandler(lifecycle.preStop, `${path}.lifecycle.preStop`, grace))
  for (const [name, probe] of [
    ['livenessProbe', livenessProbe],
    ['readinessProbe', readinessProbe],
    ['startupProbe', startupProbe],
  ] as const) {
    if (!probe) continue
    const field = `${path}.${name}`
    errors.push(...validateProbe(probe, field))
    if (name === 'readinessProbe') {
      const seconds = probe.terminationGracePeriodSeconds
      if (seconds !== undefined) {
        errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes'))
      }
    } else if (probe.successThreshold !== 1)
      errors.push(invalidValue(`${field}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
  }
  return errors
}
