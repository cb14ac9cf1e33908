// -o go-template, go-template-file and their aliases. Upstream: cli-runtime printers/template.go, genericclioptions/template_flags.go.
import { CommandError } from '../errors'
import { GoTemplate } from '../lib/go-template'
import { formatV, quote } from '../lib/go-values'
import { toCompactJson } from '../lib/json-emit'
import type { Printer, PrinterOptions } from './printer'
import { templateText } from './template-text'

/** `format` is one of the four words, `text` the template or its file's name. Throws CommandError. */
export function goTemplatePrinter(format: string, text: string, options: PrinterOptions): Printer {
  const source = templateText(format === 'go-template-file' || format === 'templatefile', text, options)
  let template: GoTemplate
  try {
    template = new GoTemplate(source)
  } catch (error) {
    throw new CommandError(`error parsing template ${source}, ${(error as Error).message}`)
  }
  const missingKeyError = options.allowMissingKeys === false
  const print = (object: unknown): string => {
    let out = ''
    try {
      template.execute(
        object,
        (piece) => {
          out += piece
        },
        missingKeyError,
      )
    } catch (error) {
      const { message } = error as Error
      throw new CommandError(`error executing template ${quote(source)}: ${message}`, 1, out + debugText(message, source, object))
    }
    return out
  }
  return { print, printEvent: print }
}

function debugText(message: string, source: string, object: unknown): string {
  return (
    `Error executing template: ${message}. Printing more information for debugging the template:\n` +
    `\ttemplate was:\n\t\t${source}\n\traw data was:\n\t\t${toCompactJson(object)}\n` +
    `\tobject given to template engine was:\n\t\t${formatV(object)}\n\n`
  )
}
