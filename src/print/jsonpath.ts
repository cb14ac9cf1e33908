// -o jsonpath, jsonpath-file and jsonpath-as-json. Upstream: cli-runtime printers/jsonpath.go, genericclioptions/jsonpath_flags.go.
import { CommandError } from '../errors'
import { formatSharpV, quote } from '../lib/go-values'
import { JsonPath } from '../lib/jsonpath'
import type { Printer, PrinterOptions } from './printer'
import { templateText } from './template-text'

/** `format` is one of the three words, `text` the template or its file's name. Throws CommandError. */
export function jsonPathPrinter(format: string, text: string, options: PrinterOptions): Printer {
  const template = templateText(format === 'jsonpath-file', text, options)
  let path: JsonPath
  try {
    path = new JsonPath(template, {
      allowMissingKeys: options.allowMissingKeys ?? true,
      outputJson: format === 'jsonpath-as-json',
    })
  } catch (error) {
    throw new CommandError(`error parsing jsonpath ${template}, ${(error as Error).message}`)
  }
  const print = (object: unknown): string => {
    try {
      return path.print(object)
    } catch (error) {
      throw new CommandError(debugText((error as Error).message, template, object))
    }
  }
  return { print, printEvent: print }
}

function debugText(message: string, template: string, object: unknown): string {
  return (
    `error executing jsonpath ${quote(template)}: Error executing template: ${message}. ` +
    `Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n` +
    `\tobject given to jsonpath engine was:\n\t\t${formatSharpV(object)}\n\n\n`
  )
}
