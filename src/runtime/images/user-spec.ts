// Reading a user's image description: every field checked, every mistake named.
import { parseDuration } from '../../lib/ages'
import type { ImageSpec } from './user'

type Check = (value: unknown, at: string) => string | undefined

const text: Check = (v, at) => (typeof v === 'string' ? undefined : `${at}: must be a text`)
const whole: Check = (v, at) => (Number.isInteger(v) ? undefined : `${at}: must be a whole number`)
const duration: Check = (v, at) => {
  try {
    parseDuration(String(v))
    return undefined
  } catch {
    return `${at}: must be a duration such as 200ms, 3s or 1m`
  }
}
const port: Check = (v, at) =>
  Number.isInteger(v) && Number(v) >= 1 && Number(v) <= 65535 ? undefined : `${at}: must be a port from 1 to 65535`
const share: Check = (v, at) => (typeof v === 'number' && v >= 0 && v <= 1 ? undefined : `${at}: must be a number from 0 to 1`)
const flag: Check = (v, at) => (typeof v === 'boolean' ? undefined : `${at}: must be true or false`)
const oneOf =
  (...values: unknown[]): Check =>
  (v, at) =>
    values.includes(v) ? undefined : `${at}: must be one of ${values.join(', ')}`
const address: Check = (v, at) =>
  typeof v === 'string' && /^(?:127\.0\.0\.1|localhost):\d+$/.test(v) ? undefined : `${at}: must be 127.0.0.1:PORT`
const texts: Check = (v, at) =>
  typeof v === 'object' &&
  v !== null &&
  !Array.isArray(v) &&
  Object.values(v).every((x) => ['string', 'number', 'boolean'].includes(typeof x))
    ? undefined
    : `${at}: must be names with texts`
const listOf =
  (check: Check): Check =>
  (v, at) => {
    if (!Array.isArray(v)) return `${at}: must be a list`
    for (const [i, item] of v.entries()) {
      const problem = check(item, `${at}[${i}]`)
      if (problem) return problem
    }
    return undefined
  }
const fields =
  (known: Record<string, Check>, ...required: string[]): Check =>
  (v, at) => {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) return `${at}: must be a mapping`
    for (const name of required) if (!(name in v)) return `${at}.${name}: is missing`
    for (const [name, value] of Object.entries(v)) {
      const where = at === '' ? name : `${at}.${name}`
      if (!Object.hasOwn(known, name)) return `${where}: unknown field; known are ${Object.keys(known).join(', ')}`
      const problem = known[name](value, where)
      if (problem) return problem
    }
    return undefined
  }

const ROUTE = fields({ path: text, method: text, status: whole, headers: texts, body: text, delay: duration, errorRate: share })
const LISTEN = fields({ port, protocol: oneOf('TCP', 'UDP', 'SCTP'), routes: listOf(ROUTE), reply: text, process: address }, 'port')
const IMAGE = fields(
  {
    image: text,
    tags: listOf(text),
    userland: oneOf('none', 'busybox', 'alpine', 'debian'),
    size: whole,
    environment: texts,
    files: texts,
    startupTime: duration,
    listen: listOf(LISTEN),
    dependsOn: listOf(fields({ host: text, port, timeout: duration, exitCode: whole, message: text }, 'host', 'port')),
    logs: listOf(text),
    logRequests: flag,
    exit: fields({ after: duration, code: whole, message: text }),
    onTerm: (v, at) => (v === 'ignore' ? undefined : whole(v, at)),
  },
  'image',
)

/** A description out of plain data; throws Error that names the first field that is wrong. */
export function imageSpecOf(value: unknown): ImageSpec {
  const problem = IMAGE(value, '')
  if (problem) throw new Error(problem.replace(/^\./, ''))
  const spec = value as ImageSpec
  const strings = (map: Record<string, unknown> | undefined) =>
    map && Object.fromEntries(Object.entries(map).map(([k, v]) => [k, String(v)]))
  return {
    ...spec,
    ...(spec.environment ? { environment: strings(spec.environment) } : {}),
    ...(spec.files ? { files: strings(spec.files) } : {}),
  }
}
