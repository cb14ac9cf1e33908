// The text of a patch, given as JSON or YAML. Upstream: kubectl/pkg/cmd/patch/patch.go, apimachinery/pkg/util/yaml (ToJSON).

import path from 'node:path'
import type { Json } from '../api/types'
import type { CommandContext } from '../cli/context'
import { readBounded } from '../cli/read-file'
import { parseYaml } from '../cli/yaml'
import { CommandError } from '../errors'
import { jsonSyntaxError } from '../lib/go-json-error'
import { fileFailure } from '../lib/os-errors'

/** A patch that begins like a JSON object and is none: it is handed on as it is, and whoever reads it says why. */
export class BrokenJson {
  /** `why` is encoding/json's sentence. */
  constructor(readonly why: string) {}
}

/** The patch of --patch or --patch-file. Throws CommandError. */
export function readPatch({ flags, host }: CommandContext): Json | BrokenJson {
  const file = flags.string('patch-file')
  let text = flags.string('patch')
  if (file) {
    try {
      text = readBounded(path.resolve(host.cwd, file)).toString('utf8')
    } catch (error) {
      throw new CommandError(`unable to read patch file: ${fileFailure(file, error)}`)
    }
  }
  try {
    return JSON.parse(text) as Json
  } catch {}
  if (text.trimStart().startsWith('{')) return new BrokenJson(jsonSyntaxError(text)?.message ?? 'unexpected end of JSON input')
  try {
    return parseYaml(text, '') as Json
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing : error converting YAML to JSON: /, '')
    throw new CommandError(`unable to parse ${JSON.stringify(flags.string('patch'))}: ${why}`)
  }
}
