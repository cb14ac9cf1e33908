// What the `config` commands share: reading the kubeconfig, and refusing arguments as they do.
import fs from 'node:fs'
import path from 'node:path'
import type { CommandContext } from '../cli/context'
import type { Flags } from '../cli/flags'
import { KubeconfigFiles, type Section, type Stanza } from '../cli/kubeconfig'
import { readBinaryFile } from '../cli/result'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'

export function kubeconfigOf(context: CommandContext): KubeconfigFiles {
  return KubeconfigFiles.load(context.host, context.flags)
}

/** A flag that knows `true`, `false` and not given. */
export function isOn(flags: Flags, name: string): boolean {
  return flags.string(name) === 'true'
}

/** Prints the command's help and throws what is wrong with its arguments. */
export async function refuseArguments(context: CommandContext, word = 'Unexpected'): Promise<never> {
  const { helpText } = await import('../cli/help')
  context.out(helpText(context.path, context.host))
  throw new CommandError(`${word} args: [${context.args.join(' ')}]`)
}

/** `config delete-cluster NAME` and its like. Answers what to print. */
export async function deleteStanza(context: CommandContext, section: Section, what: string): Promise<void> {
  const [name] = context.args
  const files = kubeconfigOf(context)
  if (context.args.length !== 1) {
    if (what === 'user') throw context.usage('user to delete is required')
    const { helpText } = await import('../cli/help')
    context.out(helpText(context.path, context.host))
    return
  }
  const { defaultName } = files
  if (!files.merged[section].has(name)) throw new CommandError(`cannot delete ${what} ${name}, not in ${defaultName}`)
  if (section === 'contexts' && files.merged.currentContext === name) {
    context.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n')
  }
  files.setStanza(section, name, undefined)
  context.out(`deleted ${what} ${name} from ${defaultName}\n`)
}

/** Throws CommandError when a file whose content is to be put into a stanza is not there. */
export function requireFile({ host, flags }: CommandContext, field: string): void {
  const name = flags.string(field)
  if (!isOn(flags, 'embed-certs') || !name) return
  try {
    fs.statSync(path.resolve(host.cwd, name))
  } catch (error) {
    throw new CommandError(`could not stat ${field} file ${name}: stat ${name}: ${goReason(error)}`)
  }
}

/** Names a file in a stanza, or with --embed-certs puts its content there. Files below the kubeconfig's directory are named from there. */
export function fileReference(context: CommandContext, stanza: Stanza, field: string, name: string, kubeconfig: string): void {
  delete stanza[`${field}-data`]
  delete stanza[field]
  if (!name) return
  if (isOn(context.flags, 'embed-certs')) {
    const data = embed(context, name)
    if (data) stanza[`${field}-data`] = data
    return
  }
  const file = path.resolve(context.host.cwd, name)
  const inside = path.relative(path.dirname(kubeconfig), file)
  stanza[field] = inside.startsWith('..') || path.isAbsolute(inside) ? file : inside
}

/** What is there and cannot be read, a directory, is embedded as nothing. */
function embed(context: CommandContext, name: string): string {
  try {
    return readBinaryFile(context.host.cwd, name).toString('base64')
  } catch {
    return ''
  }
}
