// Texts in which certain words stand, and the same texts with other words in their place.

/** Constant stretches, and numbers of words between them; `by` makes the text out of what they say. */
export interface Phrase {
  parts: (string | number)[]
  by?: (text: string) => string
}

/** A text that was made from another one. */
export interface Derived {
  text: string
  from: string
  by(from: string): string
}

export class Wording {
  private readonly whole = new Map<string, number>()
  private readonly derived: Map<string, Derived>
  private readonly within: RegExp | undefined
  private readonly known = new Map<string, Phrase | undefined>()

  /** `words` from number `exact` up to `to` count only where they are the whole text. */
  constructor(words: string[], exact: number, to: number, derived: Derived[] = []) {
    const inside: string[] = []
    for (const [i, word] of words.entries()) {
      if (word === '' || this.whole.has(word)) continue
      this.whole.set(word, i)
      if (i < exact || i >= to) inside.push(word)
    }
    inside.sort((a, b) => b.length - a.length)
    const choice = inside.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    if (choice) this.within = new RegExp(`(?<![A-Za-z0-9])(?:${choice})(?![A-Za-z0-9])`, 'g')
    this.derived = new Map(derived.map((each) => [each.text, each]))
  }

  /** The text as a phrase; undefined when no word stands in it. */
  phrase(text: string): Phrase | undefined {
    if (this.known.has(text)) return this.known.get(text)
    const phrase = this.find(text)
    this.known.set(text, phrase)
    return phrase
  }

  /** The numbers of the words found in any text so far. */
  found(): number[] {
    const numbers = [...this.known.values()].flatMap((phrase) => phrase?.parts ?? []).filter((part) => typeof part === 'number')
    return [...new Set(numbers)]
  }

  private find(text: string): Phrase | undefined {
    const word = this.whole.get(text)
    if (word !== undefined) return { parts: [word] }
    const made = this.derived.get(text)
    const from = made && this.split(made.from)
    if (made && from) return { parts: from, by: made.by }
    const parts = this.split(text)
    return parts && { parts }
  }

  private split(text: string): Phrase['parts'] | undefined {
    if (!this.within) return undefined
    const parts: Phrase['parts'] = []
    let end = 0
    for (const { 0: word, index } of text.matchAll(this.within)) {
      if (index > end) parts.push(text.slice(end, index))
      parts.push(this.whole.get(word) as number)
      end = index + word.length
    }
    if (end === 0) return undefined
    if (end < text.length) parts.push(text.slice(end))
    return parts
  }
}

/** What a phrase says with these words. */
export function said({ parts, by }: Phrase, words: string[]): string {
  let text = ''
  for (const part of parts) text += typeof part === 'number' ? words[part] : part
  return by ? by(text) : text
}
