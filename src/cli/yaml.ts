// YAML text to plain JSON as sigs.k8s.io/yaml reads it: YAML 1.1 words and numbers, no timestamps, bounded aliases.
import type { DocumentOptions, ParseOptions, SchemaOptions } from 'yaml'
import { CommandError } from '../errors'

type Yaml = typeof import('yaml')

let library: Yaml | undefined

/** Loads the parser: needed once before `parseYaml`, so that commands without YAML do without it. */
export async function loadYaml(): Promise<void> {
  library ??= await import('yaml')
}

const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  prettyErrors: false,
  strict: true,
  uniqueKeys: true,
  customTags: (tags) => tags.filter((t) => typeof t === 'string' || !/timestamp|binary|set|omap|pairs|intTime|floatTime/.test(t.tag)),
}

/** One document's value. Throws CommandError naming the source. */
export function parseYaml(text: string, source: string): unknown {
  if (!library) throw new Error('the YAML parser is not loaded')
  const document = library.parseDocument(text, OPTIONS)
  const error = document.errors[0]
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length
    throw new CommandError(`error parsing ${source}: error converting YAML to JSON: yaml: line ${line}: ${error.message}`)
  }
  return document.toJS({ maxAliasCount: 1000 }) as unknown
}
