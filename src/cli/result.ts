// The answer of a command that changed objects: `pod/web labeled`, or the object itself with -o.
import path from 'node:path'
import type { KubeObject } from '../api/types'
import { fileFailure } from '../lib/os-errors'
import { type PrinterOptions, resultPrinterFor } from '../print'
import type { CommandContext } from './context'
import { type DryRun, dryRunSuffix } from './dry-run'
import { readBounded } from './read-file'

/** What the output flags of a command say to its printer. */
export function printerOptions(context: CommandContext): PrinterOptions & { outputGiven?: boolean } {
  const { flags } = context
  return {
    outputGiven: flags.has('output') && flags.changed('output'),
    readFile: (name) => readTextFile(context.host.cwd, name),
    ...(flags.has('no-headers') ? { noHeaders: flags.bool('no-headers') } : {}),
    ...(flags.has('template') ? { template: flags.string('template') } : {}),
    ...(flags.has('allow-missing-template-keys') ? { allowMissingKeys: flags.bool('allow-missing-template-keys') } : {}),
    ...(flags.has('show-managed-fields') ? { showManagedFields: flags.bool('show-managed-fields') } : {}),
  }
}

/** Prints a changed object with its outcome. Throws CommandError for an output format that does not exist: call before anything is changed. */
export function resultPrinter(context: CommandContext, dryRun: DryRun, typed = false): (object: KubeObject, outcome: string) => string {
  const output = context.flags.has('output') ? context.flags.string('output') : ''
  const options = { ...printerOptions(context), typed }
  const printer = resultPrinterFor('', output, options)
  if (output || options.template) return (object) => printer.print(object)
  return (object, outcome) => resultPrinterFor(`${outcome}${dryRunSuffix(dryRun)}`, output, options).print(object)
}

/** Throws Error in Go's words: `open x: no such file or directory`. */
export function readTextFile(cwd: string, name: string): string {
  return readBinaryFile(cwd, name).toString('utf8')
}

export function readBinaryFile(cwd: string, name: string): Buffer {
  try {
    return readBounded(path.resolve(cwd, name))
  } catch (error) {
    throw new Error(fileFailure(name, error))
  }
}
