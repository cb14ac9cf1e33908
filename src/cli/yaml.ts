// YAML manifests: a text's value, or kubectl's complaint about it.
import { CommandError } from '../errors'
import { parseYaml as parse, YamlError } from '../schema/yaml'

/** One document's value. Throws CommandError naming the source. */
export function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new CommandError(`error parsing ${source}: error converting YAML to JSON: yaml: ${error.message}`)
  }
}
