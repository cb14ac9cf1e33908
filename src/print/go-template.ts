// -o go-template, go-template-file and their aliases. Upstream: cli-runtime printers/template.go, genericclioptions/template_flags.go.
import { CommandError } from '../errors'
import type { Printer, PrinterOptions } from './printer'
import { templateText } from './template-text'

export function goTemplatePrinter(format: string, text: string, options: PrinterOptions): Printer {
  templateText(format.endsWith('file'), text, options)
  throw new CommandError('go templates are not read yet')
}
