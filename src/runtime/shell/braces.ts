// Brace expansion, bash's: {a,b}, {1..5}, {a..e}, {01..10..2}; before any other expansion.
import type { Part, Word } from './ast'

/** A bare character or a part that braces do not look into. */
type Item = string | Part
/** Words that one may become; a script that asks for more keeps its braces. */
const MOST = 100_000

export function expandBraces(word: Word): Word[] {
  if (!word.parts.some((p) => p.kind === 'text' && !p.quoted && p.text.includes('{'))) return [word]
  const items = word.parts.flatMap((p): Item[] => (p.kind === 'text' && !p.quoted ? [...p.text] : [p]))
  const made = expand(items)
  return made.length === 1 ? [word] : made.map(wordOf)
}

function wordOf(items: Item[]): Word {
  const word: Word = { parts: [], substitutions: [] }
  for (const item of items) {
    const last = word.parts.at(-1)
    if (typeof item !== 'string') {
      word.parts.push(item)
      word.substitutions.push(...substitutionsOf(item))
    } else if (last?.kind === 'text' && !last.quoted) word.parts[word.parts.length - 1] = { ...last, text: last.text + item }
    else word.parts.push({ kind: 'text', text: item })
  }
  // An empty branch is no word, unless something stands beside it.
  return word
}

function substitutionsOf(part: Part): number[] {
  if (part.kind === 'substitution') return [part.node]
  if (part.kind === 'process') return part.writes ? [] : [part.node]
  if (part.kind === 'arithmetic') return part.word.substitutions
  if (part.kind !== 'parameter') return []
  return [...(part.word?.substitutions ?? []), ...(typeof part.subscript === 'object' ? part.subscript.substitutions : [])]
}

function expand(items: Item[]): Item[][] {
  for (let open = items.indexOf('{'); open >= 0; open = items.indexOf('{', open + 1)) {
    const close = closing(items, open)
    if (close < 0) continue
    const inner = items.slice(open + 1, close)
    const choices = choicesOf(inner)
    if (!choices) continue
    const before = items.slice(0, open)
    const tails = expand(items.slice(close + 1))
    if (choices.length * tails.length > MOST) return [items]
    return choices.flatMap((choice) => tails.map((tail) => [...before, ...choice, ...tail]))
  }
  return [items]
}

function closing(items: Item[], open: number): number {
  let depth = 0
  for (let i = open; i < items.length; i++) {
    if (items[i] === '{') depth++
    else if (items[i] === '}' && --depth === 0) return i
  }
  return -1
}

function choicesOf(inner: Item[]): Item[][] | undefined {
  const branches: Item[][] = [[]]
  let depth = 0
  for (const item of inner) {
    if (item === '{') depth++
    if (item === '}') depth--
    if (item === ',' && depth === 0) branches.push([])
    else branches.at(-1)!.push(item)
  }
  if (branches.length > 1) return branches.flatMap(expand)
  if (inner.every((i) => typeof i === 'string')) return sequence(inner.join(''))?.map((text) => [...text])
  return undefined
}

function sequence(text: string): string[] | undefined {
  const parts = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(text)
  if (!parts) return undefined
  const [, first, last, by] = parts
  const letters = /[A-Za-z]/.test(first)
  if (letters !== /[A-Za-z]/.test(last)) return undefined
  const [from, to] = letters ? [first.charCodeAt(0), last.charCodeAt(0)] : [Number(first), Number(last)]
  const step = Math.abs(Number(by ?? 1)) || 1
  if (Math.abs(to - from) / step > MOST) return undefined
  const padded = !letters && [first, last].some((t) => /^-?0\d/.test(t))
  const width = padded ? Math.max(first.length, last.length) : 0
  const out: string[] = []
  for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) {
    const digits = String(Math.abs(n)).padStart(width - (n < 0 ? 1 : 0), '0')
    out.push(letters ? String.fromCharCode(n) : n < 0 ? `-${digits}` : digits)
  }
  return out
}
