// The output formats of `-o`, one file each. Upstream: kubectl get/get_flags.go, cli-runtime genericclioptions/print_flags.go.
import { CommandError } from '../errors'
import { quote } from '../lib/go-values'
import { customColumnsPrinter } from './custom-columns'
import { goTemplatePrinter } from './go-template'
import { jsonPrinter } from './json'
import { jsonPathPrinter } from './jsonpath'
import { kyamlPrinter } from './kyaml'
import { namePrinter } from './name'
import type { Printer, PrinterOptions } from './printer'
import { yamlPrinter } from './yaml'

export type { List, Printer, PrinterOptions, WatchEvent } from './printer'

interface Format {
  words: string[]
  /** Takes a template: in --template or after `=`. */
  template?: boolean
  /** Only commands that list objects (get, events) know it. */
  listing?: boolean
  printer?(word: string, text: string, options: PrinterOptions): Printer
}

const FORMATS: Format[] = [
  { words: ['json'], printer: (_word, _text, options) => jsonPrinter(options) },
  { words: ['yaml'], printer: (_word, _text, options) => yamlPrinter(options) },
  { words: ['kyaml'], printer: (_word, _text, options) => kyamlPrinter(options) },
  { words: ['name'], printer: (_word, _text, options) => namePrinter('', options.typed) },
  { words: ['go-template', 'go-template-file', 'template', 'templatefile'], template: true, printer: goTemplatePrinter },
  { words: ['jsonpath', 'jsonpath-as-json', 'jsonpath-file'], template: true, printer: jsonPathPrinter },
  { words: ['custom-columns', 'custom-columns-file'], template: true, listing: true, printer: customColumnsPrinter },
  { words: ['wide'], listing: true },
]

/** The printer behind `get -o VALUE`, tables apart. Throws CommandError for a format that does not exist. */
export function printerFor(output: string, options: PrinterOptions = {}): Printer {
  return choose(output === '' && options.template ? 'go-template' : output, options, true)
}

/** The printer of a command that changes things: without -o the sentence `pod/web created`, `operation` being its verb. */
export function resultPrinterFor(operation: string, output: string, options: PrinterOptions & { outputGiven?: boolean } = {}): Printer {
  const given = options.outputGiven ?? output !== ''
  if (options.template && !given) return choose('go-template', options, false)
  return output === '' ? namePrinter(operation) : choose(output, options, false)
}

/** The printer of `events -o`: neither tables nor columns. */
export function eventPrinterFor(output: string, options: PrinterOptions = {}): Printer {
  return choose(output === '' && options.template ? 'go-template' : output, options, false)
}

/** The words after -o, as error texts and completion list them. */
export function allowedFormats(listing: boolean): string[] {
  return FORMATS.filter((format) => listing || !format.listing)
    .flatMap((format) => format.words)
    .sort()
}

function choose(output: string, options: PrinterOptions, listing: boolean): Printer {
  const equals = output.indexOf('=')
  const inline = equals >= 0 && !options.template
  const word = inline ? output.slice(0, equals) : output
  const text = options.template || (inline ? output.slice(equals + 1) : '')
  for (const format of FORMATS) {
    if (!format.printer || (format.listing && !listing)) continue
    const known = format.template ? word : output.toLowerCase()
    if (format.words.includes(known)) return format.printer(known, text, options)
  }
  const allowed = allowedFormats(listing).join(',')
  throw new CommandError(`unable to match a printer suitable for the output format ${quote(output)}, allowed formats are: ${allowed}`)
}
