// What somebody may have meant: the nearest of some words.

/** Edits (insert, delete, change, swap neighbours) from one word to the other. */
export function distance(a: string, b: string): number {
  let twoBack: number[] = []
  let back = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = back[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(change, back[j] + 1, row[j - 1] + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], twoBack[j - 2] + 1)
    }
    twoBack = back
    back = row
  }
  return back[b.length]
}

/** The word nearest to `wanted`, if it is near: a third of its letters may differ, or one begins with the other. */
export function nearest(wanted: string, words: string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const word of words) {
    const begins = word.length > 2 && wanted.length > 2 && (word.startsWith(wanted) || wanted.startsWith(word))
    const d = Math.min(distance(wanted, word), begins ? 2 : Number.POSITIVE_INFINITY)
    if (d < least && d <= Math.max(2, Math.floor(wanted.length / 3))) {
      best = word
      least = d
    }
  }
  return best
}
