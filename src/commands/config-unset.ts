// kubectl config unset PROPERTY. Upstream: kubectl/pkg/cmd/config/unset.go.
import type { Command, CommandContext } from '../cli/context'
import type { KubeconfigFiles } from '../cli/kubeconfig'
import { CommandError } from '../errors'
import { type Property, propertyNamed } from './config-set'
import { kubeconfigOf, refuseArguments } from './config-shared'

async function unset(context: CommandContext): Promise<void> {
  const { args } = context
  if (args.length !== 1) await refuseArguments(context)
  remove(kubeconfigOf(context), propertyNamed(args[0]))
  context.out(`Property "${args[0]}" unset.\n`)
}

function remove(files: KubeconfigFiles, property: Property): void {
  switch (property.at) {
    case 'current-context':
      files.setCurrentContext('')
      return
    case 'preferences':
      files.setPreferences({})
      return
    case 'section':
      for (const name of [...files.merged[property.section].keys()]) files.setStanza(property.section, name, undefined)
      return
    case 'stanza':
      if (files.merged[property.section].has(property.name)) files.setStanza(property.section, property.name, undefined)
      return
    case 'field': {
      const { section, name, field } = property
      const stanza = files.merged[section].get(name)
      if (!stanza) throw new CommandError(`current map key \`${name}\` is invalid`)
      const rest = { ...stanza }
      if ((section === 'contexts' && field !== 'namespace') || field === 'server') rest[field] = ''
      else delete rest[field]
      files.setStanza(section, name, rest)
    }
  }
}

export const command: Command = { run: unset }
