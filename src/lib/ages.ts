// How long ago, as kubectl prints it, and Go's time.Duration: reading `1m30s` and writing it.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** duration.HumanDuration: two units at most, coarser with age (`90s`, `3m5s`, `47h`, `2y3d`). `ms` may be negative. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60 * 2) return `${seconds}s`
  const minutes = Math.trunc(ms / MINUTE)
  if (minutes < 10) return pair(minutes, 'm', Math.trunc(ms / SECOND) % 60, 's')
  if (minutes < 60 * 3) return `${minutes}m`
  const hours = Math.trunc(ms / HOUR)
  if (hours < 8) return pair(hours, 'h', Math.trunc(ms / MINUTE) % 60, 'm')
  if (hours < 48) return `${hours}h`
  if (hours < 24 * 8) return pair(Math.trunc(hours / 24), 'd', hours % 24, 'h')
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24)}d`
  if (hours < 24 * 365 * 8) return pair(Math.trunc(hours / 24 / 365), 'y', Math.trunc(hours / 24) % 365, 'd')
  return `${Math.trunc(hours / 24 / 365)}y`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** duration.ShortHumanDuration: one unit. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.trunc(ms / MINUTE)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.trunc(ms / HOUR)
  if (hours < 24) return `${hours}h`
  if (hours < 24 * 365) return `${Math.trunc(hours / 24)}d`
  return `${Math.trunc(hours / 24 / 365)}y`
}

/** The AGE of an RFC 3339 timestamp at cluster time `now` (ms); `<unknown>` when there is none. */
export function age(timestamp: string | null | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>'
}

/** Milliseconds in each of Go's units; `ns` and `us` are fractions. */
const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: SECOND, m: MINUTE, h: HOUR }
const LONGEST = 2 ** 63 / 1e6

/** Milliseconds (whole nanoseconds as a fraction). Throws Error with time.ParseDuration's words: `time: invalid duration "1p"`. */
export function parseDuration(text: string): number {
  const invalid = () => new Error(`time: invalid duration ${quoteGo(text)}`)
  const negative = text.startsWith('-')
  let rest = /^[-+]/.test(text) ? text.slice(1) : text
  if (rest === '0') return 0
  if (rest === '') throw invalid()
  let total = 0
  while (rest !== '') {
    const number = /^(\d*)(\.\d*)?/.exec(rest)![0]
    if (number === '' || number === '.') throw invalid()
    rest = rest.slice(number.length)
    const unit = /^[^.\d]*/.exec(rest)![0]
    if (unit === '') throw new Error(`time: missing unit in duration ${quoteGo(text)}`)
    if (!(unit in UNITS)) throw new Error(`time: unknown unit ${quoteGo(unit)} in duration ${quoteGo(text)}`)
    rest = rest.slice(unit.length)
    total += Number(number) * UNITS[unit]
    if (total > LONGEST) throw invalid()
  }
  if (total >= LONGEST && !negative) throw invalid()
  return negative ? -total : total
}

/** The quoting of the time package: backslash before `"` and `\`, bytes outside printable ASCII as \x.. */
function quoteGo(text: string): string {
  const bytes = (char: string) => Array.from(new TextEncoder().encode(char), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^ -~]/gu, (char) => bytes(char).join(''))}"`
}

/** time.Duration.String of milliseconds: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  const nanoseconds = Math.round(Math.abs(ms) * 1e6)
  if (nanoseconds === 0) return '0s'
  const sign = ms < 0 ? '-' : ''
  if (nanoseconds < 1000) return `${sign}${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1000}µs`
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`
  const whole = Math.floor(nanoseconds / 1e9)
  const fraction = String(nanoseconds % 1e9)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = `${whole % 60}${fraction && '.'}${fraction}s`
  const minutes = Math.floor(whole / 60)
  if (minutes === 0) return sign + seconds
  if (minutes < 60) return `${sign}${minutes}m${seconds}`
  return `${sign}${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`
}
