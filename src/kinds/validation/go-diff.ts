// The difference of two values in the manner of go-cmp's Diff, as some refusals show it. Field names and nesting are Go's,
// types are left out where only the API server knows them.

type Value = unknown

function isRecord(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `imagePullPolicy` -> `ImagePullPolicy`, `podIP` -> `PodIP`. */
function goField(key: string): string {
  return /^[a-z]/.test(key) ? key[0].toUpperCase() + key.slice(1) : key
}

function literal(value: Value): string {
  if (value === undefined || value === null) return 'nil'
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`
  if (isRecord(value)) {
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${goField(key)}: ${literal(value[key])}`)
      .join(', ')}}`
  }
  return JSON.stringify(value)
}

function equal(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (isRecord(a) && isRecord(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].every((key) => equal(a[key], b[key]))
  }
  return a === b
}

function tabs(depth: number): string {
  return '\t'.repeat(depth)
}

function skipped(count: number, depth: number, noun: string): string[] {
  return count > 0 ? [`  ${tabs(depth)}... // ${count} identical ${noun}${count > 1 ? 's' : ''}`] : []
}

function changed(label: string, before: Value, after: Value, depth: number): string[] {
  if (isRecord(before) && isRecord(after)) return block(`${label}{`, fields(before, after, depth + 1), depth)
  if (Array.isArray(before) && Array.isArray(after)) return block(`${label}{`, items(before, after, depth + 1), depth)
  const out: string[] = []
  if (before !== undefined || after !== undefined) {
    out.push(`- ${tabs(depth)}${label}${literal(before)},`)
    out.push(`+ ${tabs(depth)}${label}${literal(after)},`)
  }
  return out
}

function block(open: string, inner: string[], depth: number): string[] {
  return [`  ${tabs(depth)}${open}`, ...inner, `  ${tabs(depth)}},`]
}

function fields(before: Record<string, Value>, after: Record<string, Value>, depth: number): string[] {
  const out: string[] = []
  let same = 0
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    if (equal(before[key], after[key])) {
      same++
      continue
    }
    out.push(...skipped(same, depth, 'field'))
    same = 0
    out.push(...changed(`${goField(key)}: `, before[key], after[key], depth))
  }
  return [...out, ...skipped(same, depth, 'field')]
}

function items(before: Value[], after: Value[], depth: number): string[] {
  const out: string[] = []
  let same = 0
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    if (i < before.length && i < after.length && equal(before[i], after[i])) {
      same++
      continue
    }
    out.push(...skipped(same, depth, 'element'))
    same = 0
    if (i >= after.length) out.push(`- ${tabs(depth)}${literal(before[i])},`)
    else if (i >= before.length) out.push(`+ ${tabs(depth)}${literal(after[i])},`)
    else out.push(...changed('', before[i], after[i], depth))
  }
  return [...out, ...skipped(same, depth, 'element')]
}

/** Lines with `-` and `+`; `type` is Go's name of the whole: `core.PodSpec`. Ends in a line break. */
export function goDiff(type: string, before: Record<string, Value>, after: Record<string, Value>): string {
  return `${[`  ${type}{`, ...fields(before, after, 1), '  }'].join('\n')}\n`
}
