// Values as Go's standard library reads them from text, with its error words.

const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** time.ParseDuration: `1m20s` in milliseconds. Throws Error in Go's words. */
export function goDuration(text: string): number {
  const quoted = JSON.stringify(text)
  const sign = text[0] === '-' ? -1 : 1
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0
  if (rest === '') throw new Error(`time: invalid duration ${quoted}`)
  let total = 0
  while (rest) {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)
    if (!number) throw new Error(`time: invalid duration ${quoted}`)
    rest = rest.slice(number[0].length)
    const unit = /^[^\d.]+/.exec(rest)
    if (!unit) throw new Error(`time: missing unit in duration ${quoted}`)
    if (UNITS[unit[0]] === undefined) throw new Error(`time: unknown unit ${JSON.stringify(unit[0])} in duration ${quoted}`)
    rest = rest.slice(unit[0].length)
    total += Number(number[0]) * UNITS[unit[0]]
  }
  return sign * total
}
