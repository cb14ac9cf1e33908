// kubectl kustomize: prints what a kustomization builds. Upstream: kustomize/commands/build.
import fs from 'node:fs'
import path from 'node:path'
import type { Command, CommandContext } from '../cli/context'
import { CommandError } from '../errors'
import { buildKustomization, byNamespace } from '../kustomize'
import { gvkOf, NO_NAMESPACE, type Resource } from '../kustomize/resource'
import { goReason } from '../lib/os-errors'
import { toYaml } from '../lib/yaml-emit'

const RESTRICTORS = ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone']

function run(context: CommandContext): void {
  const { args, flags, host } = context
  if (args.length > 1) throw new CommandError('specify one path to kustomization.yaml')
  const restrictor = flags.string('load-restrictor')
  if (!RESTRICTORS.includes(restrictor)) {
    throw new CommandError(`illegal flag value --load-restrictor ${restrictor}; legal values: [${RESTRICTORS.join(' ')}]`)
  }
  const reorder = flags.string('reorder')
  if (reorder !== 'legacy' && reorder !== 'none') {
    throw new CommandError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`)
  }
  const resources = buildKustomization(args[0] ?? '.', {
    cwd: host.cwd,
    restricted: restrictor === 'LoadRestrictionsRootOnly',
    ...(flags.changed('reorder') ? { reorder } : {}),
    warn: (line) => context.err(line),
  })
  const output = flags.string('output')
  if (output && isDirectory(path.resolve(host.cwd, output))) {
    writeFiles(host.cwd, output, resources)
    return
  }
  const text = resources.map((r) => toYaml(r.value)).join('---\n')
  if (output) write(host.cwd, output, text)
  else context.out(text)
}

function isDirectory(full: string): boolean {
  return fs.statSync(full, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function write(cwd: string, file: string, text: string): void {
  try {
    fs.writeFileSync(path.resolve(cwd, file), text)
  } catch (error) {
    throw new CommandError(`open ${file}: ${goReason(error)}`)
  }
}

/** A file an object; its namespace is in the file's name when there are several. */
function writeFiles(cwd: string, directory: string, resources: Resource[]): void {
  const groups = byNamespace(resources)
  const namespaces = [...groups.keys()].filter((namespace) => namespace !== NO_NAMESPACE)
  for (const [namespace, members] of groups) {
    for (const resource of members) {
      const { group, version, kind } = gvkOf(resource.value)
      const name = [group, version, kind, resource.id.name].filter(Boolean).join('_').toLowerCase()
      const prefix = namespace !== NO_NAMESPACE && namespaces.length > 1 ? `${namespace.toLowerCase()}_` : ''
      write(cwd, path.join(directory, `${prefix}${name}.yaml`), toYaml(resource.value))
    }
  }
}

export const command: Command = { run }
