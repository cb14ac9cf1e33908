// State files laid out otherwise than this kubesim writes them: those of an older format, and those that a JSON tool has reformatted.
import { Bytes } from './bytes'
import { beginsAsWritten, DamagedState, FORMAT, type Header, Layout, merge } from './layout'

/** Beyond this a reformatted file is not taken apart, bytes: it has to be held whole. */
const MOST_REFORMATTED = 128 * 1024 * 1024

type Entries = [string, unknown][]

/** By the format they start from: what turns its entries into those of the next format. */
const STEPS: Record<number, (entries: Entries) => Entries> = {
  // Format 1 had no checksums, and kept the names of counted events as a map.
  1: (entries) => entries.map(([key, value]) => [key, key.startsWith('~events/') ? withNamePairs(value) : value]),
}

function withNamePairs(memory: unknown): unknown {
  const { names, ...rest } = memory as { names?: Record<string, string> }
  return Array.isArray(names) ? memory : { ...rest, names: Object.entries(names ?? {}) }
}

/** The layout of the bytes as this kubesim writes it, and whether it had to be made anew. Throws DamagedState. */
export function relaid(bytes: Bytes): { layout: Layout; isNew: boolean } {
  let layout: Layout
  try {
    layout = new Layout(bytes)
  } catch (error) {
    const whole = error instanceof DamagedState && !beginsAsWritten(bytes) ? reformatted(bytes) : undefined
    if (!whole) throw error
    return { layout: rebuilt(whole.header, whole.entries), isNew: true }
  }
  if (layout.header.format >= FORMAT) return { layout, isNew: false }
  layout.checkAll()
  const entries: Entries = []
  for (let at = layout.start; at < layout.end; at = layout.next(at)) entries.push([layout.keyAt(at), layout.valueAt(at)])
  const { header } = layout
  bytes.close()
  return { layout: rebuilt(header, entries), isNew: true }
}

/** One valid JSON document of a state's shape, in whatever layout. */
function reformatted(bytes: Bytes): { header: Header; entries: Entries } | undefined {
  if (bytes.length > MOST_REFORMATTED || !/^\s*\{\s*"kubesim"\s*:/.test(bytes.text(0, Math.min(bytes.length, 256), 'latin1')))
    return undefined
  try {
    const { kubesim, entries } = JSON.parse(bytes.text(0, bytes.length, 'utf8')) as { kubesim: Header; entries: Record<string, unknown> }
    if (!Number.isFinite(kubesim.format) || !Number.isFinite(kubesim.playedUntil) || !Number.isFinite(kubesim.resourceVersion))
      return undefined
    return { header: kubesim, entries: Object.entries(entries) }
  } catch {
    return undefined
  }
}

function rebuilt(header: Header, entries: Entries): Layout {
  let current = entries
  for (let format = header.format; format < FORMAT; format++) current = STEPS[format]?.(current) ?? current
  const texts = new Map(current.map(([key, value]): [string, string] => [key, JSON.stringify(value)]))
  const parts = merge(undefined, { ...header, format: Math.max(header.format, FORMAT) }, texts)
  return new Layout(Bytes.of(Buffer.concat(parts as Buffer[])))
}
