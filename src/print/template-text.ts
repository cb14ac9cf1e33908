// The text of a template, given by itself or in a file.
import { CommandError } from '../errors'
import type { PrinterOptions } from './printer'

export function templateText(inFile: boolean, text: string, options: PrinterOptions): string {
  if (text === '') throw new CommandError('template format specified but no template given')
  if (!inFile) return text
  try {
    return options.readFile?.(text) ?? ''
  } catch (error) {
    throw new CommandError(`error reading --template ${text}, ${(error as Error).message}`)
  }
}
