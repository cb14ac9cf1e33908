// Why a cron schedule cannot be read, in the words of the parser upstream uses (robfig/cron v3, ParseStandard).

interface Bounds {
  min: number
  max: number
  names?: string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

class CronError extends Error {}

function number(text: string): number {
  if (!/^[-+]?\d+$/.test(text))
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`)
  return value
}

function value(text: string, { names, min }: Bounds): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1
  return index >= 0 ? index + min : number(text)
}

function checkRange(expression: string, bounds: Bounds): void {
  const parts = expression.split('/')
  const ends = parts[0].split('-')
  let start: number
  let end: number
  if (ends[0] === '*' || ends[0] === '?') {
    start = bounds.min
    end = bounds.max
  } else {
    start = value(ends[0], bounds)
    if (ends.length > 2) throw new CronError(`too many hyphens: ${expression}`)
    end = ends.length === 2 ? value(ends[1], bounds) : start
  }
  let step = 1
  if (parts.length > 2) throw new CronError(`too many slashes: ${expression}`)
  if (parts.length === 2) {
    step = number(parts[1])
    if (ends.length === 1) end = bounds.max
  }
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`)
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${expression}`)
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`)
  if (step === 0) throw new CronError(`step of range should be a positive number: ${expression}`)
}

/** What is wrong with a schedule; undefined when nothing is. */
export function cronError(schedule: string): string | undefined {
  const spec = schedule.replace(/^(CRON_)?TZ=\S+\s*/, '').trim()
  if (spec.startsWith('@')) {
    if (DESCRIPTORS.includes(spec)) return undefined
    if (/^@every \S+$/.test(spec)) {
      const duration = spec.slice(7)
      if (/^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(duration)) return undefined
      return `failed to parse duration ${spec}: time: invalid duration ${JSON.stringify(duration)}`
    }
    return `unrecognized descriptor: ${spec}`
  }
  const fields = spec.split(/\s+/).filter(Boolean)
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  try {
    for (const [i, field] of fields.entries()) for (const part of field.split(',')) checkRange(part, FIELDS[i])
    return undefined
  } catch (error) {
    if (error instanceof CronError) return error.message
    throw error
  }
}
