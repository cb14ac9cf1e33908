// Schedules: standard five-field cron and its macros, in a time zone. Follows robfig/cron's standard parser and SpecSchedule.

/** Allowed values of each field as a bit set; `any` for a field that is `*`. */
export interface CronSchedule {
  minutes: Set<number>
  hours: Set<number>
  days: Set<number>
  months: Set<number>
  weekdays: Set<number>
  anyDay: boolean
  anyWeekday: boolean
  /** Of `@every`: milliseconds from one time to the next; the fields are not used then. */
  every?: number
  /** IANA name; UTC when absent. */
  zone?: string
}

export class CronError extends Error {}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MACROS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

interface Bounds {
  min: number
  max: number
  names?: string[]
}

function value(text: string, { min, names }: Bounds): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (!/^[+-]?\d+$/.test(text)) throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`)
  const number = Number(text)
  if (number < 0) throw new CronError(`negative number (${number}) not allowed: ${text}`)
  return number
}

function range(text: string, bounds: Bounds, into: Set<number>): boolean {
  const [span, stepText, ...more] = text.split('/')
  const [low, high, ...rest] = span.split('-')
  const star = low === '*' || low === '?'
  let start = bounds.min
  let end = bounds.max
  if (!star) {
    start = value(low, bounds)
    if (rest.length) throw new CronError(`too many hyphens: ${text}`)
    end = high === undefined ? start : value(high, bounds)
  }
  let step = 1
  if (more.length) throw new CronError(`too many slashes: ${text}`)
  if (stepText !== undefined) {
    step = value(stepText, { min: 0, max: 0 })
    // `5/15` means from 5 to the end.
    if (high === undefined && !star) end = bounds.max
  }
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`)
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${text}`)
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`)
  for (let n = start; n <= end; n += step) into.add(n)
  return star && step === 1
}

function field(text: string, bounds: Bounds): { values: Set<number>; any: boolean } {
  const values = new Set<number>()
  let any = false
  for (const part of text.split(',').filter((p) => p !== '')) any = range(part, bounds, values) || any
  return { values, any }
}

/** Go's ParseDuration for `@every`; whole seconds at least. */
function duration(text: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  if (!parts.length || parts.map((p) => p[0]).join('') !== text) {
    throw new CronError(`failed to parse duration @every ${text}: time: invalid duration "${text}"`)
  }
  const ms = parts.reduce((sum, [, n, unit]) => sum + Number(n) * units[unit], 0)
  return Math.max(1000, Math.floor(ms / 1000) * 1000)
}

/** Throws CronError with the parser's own words. `zone` is an IANA name; a `TZ=` prefix of the schedule wins. */
export function parseCron(schedule: string, zone?: string): CronSchedule {
  let text = schedule
  if (text.length === 0) throw new CronError('empty spec string')
  const prefix = /^(?:CRON_TZ|TZ)=(\S+)\s+/.exec(text)
  if (prefix) {
    zone = prefix[1]
    if (!isTimeZone(zone)) throw new CronError(`provided bad location ${zone}: unknown time zone ${zone}`)
    text = text.slice(prefix[0].length).trim()
  }
  const none = new Set<number>()
  const base = { minutes: none, hours: none, days: none, months: none, weekdays: none, anyDay: true, anyWeekday: true, zone }
  if (text.startsWith('@')) {
    if (text.startsWith('@every ')) return { ...base, every: duration(text.slice('@every '.length)) }
    if (!MACROS[text]) throw new CronError(`unrecognized descriptor: ${text}`)
    text = MACROS[text]
  }
  const fields = text.split(/\s+/).filter((f) => f !== '')
  if (fields.length !== 5) throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const minutes = field(fields[0], { min: 0, max: 59 })
  const hours = field(fields[1], { min: 0, max: 23 })
  const days = field(fields[2], { min: 1, max: 31 })
  const months = field(fields[3], { min: 1, max: 12, names: MONTHS })
  const weekdays = field(fields[4], { min: 0, max: 6, names: DAYS })
  return {
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    anyDay: days.any,
    anyWeekday: weekdays.any,
    zone,
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

// ---------------------------------------------------------------- when next

/** Milliseconds a zone's clock is ahead of UTC at an instant. */
function offsetAt(zone: string | undefined, instant: number): number {
  if (!zone || zone === 'UTC' || zone === 'Etc/UTC') return 0
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant)
  const get = (type: string) => Number(parts.find((p) => p.type === type)?.value)
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
  return local - Math.floor(instant / 1000) * 1000
}

/** The instant at which a zone's clock shows a local time; one that is skipped is moved on by the gap. */
function instantOf(zone: string | undefined, local: number): number {
  const guess = local - offsetAt(zone, local)
  return local - offsetAt(zone, guess)
}

const YEARS_AHEAD = 5

/** The first time (ms) after `after` (ms) that the schedule names; undefined when there is none in five years. */
export function nextCron(schedule: CronSchedule, after: number): number | undefined {
  if (schedule.every) return Math.floor(after / 1000) * 1000 + schedule.every
  const { zone } = schedule
  const dayFits = (d: Date) => {
    const byDay = schedule.days.has(d.getUTCDate())
    const byWeekday = schedule.weekdays.has(d.getUTCDay())
    return schedule.anyDay || schedule.anyWeekday ? byDay && byWeekday : byDay || byWeekday
  }
  // Local times are kept as if they were UTC; each step moves to the next value of the largest field that does not fit.
  const start = Math.floor(after / 60_000) * 60_000 + 60_000
  let local = start + offsetAt(zone, start)
  const last = new Date(local).getUTCFullYear() + YEARS_AHEAD
  for (;;) {
    const d = new Date(local)
    const [y, mo, day, h] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCHours()]
    if (y > last) return undefined
    if (!schedule.months.has(mo + 1)) local = Date.UTC(y, mo + 1, 1)
    else if (!dayFits(d)) local = Date.UTC(y, mo, day + 1)
    else if (!schedule.hours.has(h)) local = Date.UTC(y, mo, day, h + 1)
    else if (!schedule.minutes.has(d.getUTCMinutes())) local += 60_000
    else {
      const instant = instantOf(zone, local)
      if (instant > after) return instant
      local += 60_000
    }
  }
}
