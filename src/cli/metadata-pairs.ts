// KEY=VALUE and KEY- words, as label and annotate take them. Upstream: kubectl/pkg/cmd/util/helpers.go GetResourcesAndPairs.
import type { StringMap } from '../api/types'
import { CommandError } from '../errors'

export interface Pairs {
  /** The words before the first pair: TYPE NAME… */
  resources: string[]
  set: StringMap
  remove: string[]
}

function isPair(word: string): boolean {
  return (word.includes('=') && word[0] !== '=') || (word.endsWith('-') && word !== '-')
}

/** `what` is `label` or `annotation`; `check` refuses a word that sets something. Throws CommandError. */
export function splitPairs(words: string[], what: string, check?: (word: string, value: string) => void): Pairs {
  const first = words.findIndex(isPair)
  const resources = first < 0 ? words : words.slice(0, first)
  const pairs = first < 0 ? [] : words.slice(first)
  const stray = pairs.find((word) => !isPair(word))
  if (stray !== undefined) throw new CommandError(`all resources must be specified before ${what} changes: ${stray}`)
  const set: StringMap = {}
  const remove: string[] = []
  for (const word of pairs) {
    const equals = word.indexOf('=')
    if (equals >= 0) {
      const value = word.slice(equals + 1)
      check?.(word, value)
      Object.defineProperty(set, word.slice(0, equals), { value, enumerable: true, writable: true, configurable: true })
    } else remove.push(word.slice(0, -1))
  }
  return { resources, set, remove }
}

/** The map after the change; undefined when nothing is left. */
export function applyPairs(old: StringMap | undefined, pairs: Pairs): StringMap | undefined {
  const kept = Object.entries(old ?? {}).filter(([key]) => !pairs.remove.includes(key))
  const all = Object.fromEntries([...kept, ...Object.entries(pairs.set)])
  return Object.keys(all).length ? all : undefined
}
