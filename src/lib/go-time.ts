// Times as Go's time package reads them in RFC 3339, and its words for what it cannot read. Upstream: go/src/time/format.go.

const STEPS: [RegExp, string][] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01'],
  [/^-/, '-'],
  [/^\d\d/, '02'],
  [/^T/, 'T'],
  [/^\d\d/, '15'],
  [/^:/, ':'],
  [/^\d\d/, '04'],
  [/^:/, ':'],
  [/^\d\d/, '05'],
]

/** time.ParseError of a text that is no time of the layout: which part of it did not fit which part of the layout, or is out of range. */
export function timeError(value: string, layout: string): string {
  let rest = value
  for (const [pattern, element] of STEPS) {
    const found = pattern.exec(rest)
    if (!found) return `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`
    rest = rest.slice(found[0].length)
  }
  const fraction = /^\.\d+/.exec(rest)
  if (fraction) rest = rest.slice(fraction[0].length)
  const zone = /^(Z|[+-]\d\d:\d\d)/.exec(rest)
  if (!zone) return `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "Z07:00"`
  if (rest.length > zone[0].length) {
    return `parsing time ${JSON.stringify(value)}: extra text: ${JSON.stringify(rest.slice(zone[0].length))}`
  }
  const [month, day] = [Number(value.slice(5, 7)), Number(value.slice(8, 10))]
  const [hour, minute] = [Number(value.slice(11, 13)), Number(value.slice(14, 16))]
  const clock = hour > 23 ? 'hour' : minute > 59 ? 'minute' : 'second'
  const part = month < 1 || month > 12 ? 'month' : day < 1 || day > daysIn(Number(value.slice(0, 4)), month) ? 'day' : clock
  return `parsing time ${JSON.stringify(value)}: ${part} out of range`
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** The ms of an RFC 3339 time; undefined for what Go would not read as one (a 30th of February, which Date.parse takes for March). */
export function rfc3339(value: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(value)
  const time = parts ? Date.parse(value) : Number.NaN
  if (!parts || Number.isNaN(time)) return undefined
  return Number(parts[3]) > 28 && Number(parts[3]) > daysIn(Number(parts[1]), Number(parts[2])) ? undefined : time
}
