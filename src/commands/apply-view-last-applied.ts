// kubectl apply view-last-applied: what an object was last given. Upstream: kubectl/pkg/cmd/apply/apply_view_last_applied.go.
import type { Command, CommandContext } from '../cli/context'
import { lastApplied } from '../cli/last-applied'
import { documentsOf, select } from '../cli/select'
import { CommandError } from '../errors'
import { toIndentedJson } from '../lib/json-emit'
import { toYaml } from '../lib/yaml-emit'

async function view(context: CommandContext): Promise<void> {
  const { flags } = context
  const output = flags.string('output')
  const documents = await documentsOf(context)
  const texts = context.cluster.read((cluster) => {
    const { objects, failures } = select(context, cluster, documents, { allowAll: true })
    if (failures.length) throw failures[0]
    return objects.flatMap(({ object, source }) => {
      const text = lastApplied(object)
      if (text !== undefined) return [text]
      // Without a file to name upstream's refusal is lost.
      if (source === undefined) return []
      const missing = `no last-applied-configuration annotation found on resource: ${object.metadata.name}\n`
      throw new CommandError(`error when ${missing} ${JSON.stringify(source)}: <nil>`)
    })
  })
  for (const text of texts) {
    if (output === 'yaml') context.out(toYaml(JSON.parse(text)))
    // Go re-indents the text as it is, its newline included.
    else if (output === 'json') context.out(`${toIndentedJson(JSON.parse(text), '  ', { sort: false })}${text.endsWith('\n') ? '\n' : ''}`)
    else throw context.usage(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`)
  }
}

export const command: Command = { run: view }
