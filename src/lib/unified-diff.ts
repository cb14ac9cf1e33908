// The difference of two texts in unified form, by the matching of Python's difflib, which the API server's refusals use in Go.

/** The same lines in both: where, and how many. */
interface Match {
  a: number
  b: number
  size: number
}

/** Changed or equal lines of both: [from, to) in the first, [from, to) in the second. */
interface Step {
  equal: boolean
  a: [number, number]
  b: [number, number]
}

/** Where each line stands in the second text; of long texts, lines that come too often do not count. */
function positions(lines: string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const [i, line] of lines.entries()) {
    const at = found.get(line)
    if (at) at.push(i)
    else found.set(line, [i])
  }
  const limit = Math.floor(lines.length / 100) + 1
  if (lines.length >= 200) for (const [line, at] of found) if (at.length > limit) found.delete(line)
  return found
}

type Range = [aLow: number, aHigh: number, bLow: number, bHigh: number]

/** Pairs of lines that are looked at; what is left then counts as changed. Texts of thousands of alike lines would take for ever. */
const MOST_PAIRS = 20_000_000

/** For each line of the second text how many lines before it, and it, match those up to a line of the first; and the row before that. */
interface Rows {
  now: Int32Array
  before: Int32Array
}

const NOWHERE: number[] = []

function longest(a: string[], b: string[], where: Map<string, number[]>, range: Range, rows: Rows, budget: { pairs: number }): Match {
  const [aLow, aHigh, bLow, bHigh] = range
  let best: Match = { a: aLow, b: bLow, size: 0 }
  let last = NOWHERE
  for (let i = aLow; i < aHigh && budget.pairs > 0; i++) {
    const here = where.get(a[i]) ?? NOWHERE
    budget.pairs -= here.length + 1
    for (const j of here) {
      if (j < bLow) continue
      if (j >= bHigh) break
      const size = (j > bLow ? rows.before[j - 1] : 0) + 1
      rows.now[j] = size
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    for (const j of last) rows.before[j] = 0
    ;[rows.now, rows.before] = [rows.before, rows.now]
    last = here
  }
  for (const j of last) rows.before[j] = 0
  while (best.a > aLow && best.b > bLow && a[best.a - 1] === b[best.b - 1]) best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 }
  while (best.a + best.size < aHigh && best.b + best.size < bHigh && a[best.a + best.size] === b[best.b + best.size]) best.size++
  return best
}

function matches(a: string[], b: string[]): Match[] {
  const where = positions(b)
  const budget = { pairs: MOST_PAIRS }
  const rows = { now: new Int32Array(b.length), before: new Int32Array(b.length) }
  const found: Match[] = []
  const ranges: Range[] = [[0, a.length, 0, b.length]]
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const [aLow, aHigh, bLow, bHigh] = range
    const match = longest(a, b, where, range, rows, budget)
    if (match.size === 0) continue
    found.push(match)
    ranges.push([aLow, match.a, bLow, match.b], [match.a + match.size, aHigh, match.b + match.size, bHigh])
  }
  return found.sort((one, other) => one.a - other.a)
}

function steps(a: string[], b: string[]): Step[] {
  const out: Step[] = []
  let [i, j] = [0, 0]
  for (const match of [...matches(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) out.push({ equal: false, a: [i, match.a], b: [j, match.b] })
    const [aEnd, bEnd] = [match.a + match.size, match.b + match.size]
    const last = out[out.length - 1]
    if (match.size && last?.equal) Object.assign(last, { a: [last.a[0], aEnd], b: [last.b[0], bEnd] })
    else if (match.size) out.push({ equal: true, a: [match.a, aEnd], b: [match.b, bEnd] })
    ;[i, j] = [aEnd, bEnd]
  }
  return out
}

/** The steps in groups that are further apart than twice the context. */
function groups(all: Step[], context: number): Step[][] {
  const out: Step[][] = []
  let group: Step[] = []
  for (const [i, step] of all.entries()) {
    let [a, b] = [step.a, step.b]
    if (step.equal && i === 0) [a, b] = [clipped(a, context, 'end'), clipped(b, context, 'end')]
    if (step.equal && i === all.length - 1) [a, b] = [clipped(a, context, 'start'), clipped(b, context, 'start')]
    if (step.equal && i > 0 && i < all.length - 1 && a[1] - a[0] > 2 * context) {
      group.push({ equal: true, a: clipped(a, context, 'start'), b: clipped(b, context, 'start') })
      out.push(group)
      group = []
      ;[a, b] = [clipped(a, context, 'end'), clipped(b, context, 'end')]
    }
    group.push({ equal: step.equal, a, b })
  }
  return group.some((step) => !step.equal) ? [...out, group] : out
}

function clipped([from, to]: [number, number], context: number, side: 'start' | 'end'): [number, number] {
  return side === 'start' ? [from, Math.min(to, from + context)] : [Math.max(from, to - context), to]
}

function rangeText(from: number, to: number): string {
  const length = to - from
  if (length === 1) return String(from + 1)
  return `${length === 0 ? from : from + 1},${length}`
}

/** `@@ -1,6 +1,6 @@` and lines; without names of files. Empty when nothing differs. */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let out = ''
  for (const group of groups(steps(a, b), context)) {
    const [first, last] = [group[0], group[group.length - 1]]
    out += `@@ -${rangeText(first.a[0], last.a[1])} +${rangeText(first.b[0], last.b[1])} @@\n`
    for (const step of group) {
      if (step.equal) for (const line of a.slice(...step.a)) out += ` ${line}\n`
      else {
        for (const line of a.slice(...step.a)) out += `-${line}\n`
        for (const line of b.slice(...step.b)) out += `+${line}\n`
      }
    }
  }
  return out
}
