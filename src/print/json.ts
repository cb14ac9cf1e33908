// -o json. Upstream: cli-runtime printers/json.go.
import { toCompactJson, toJson } from '../lib/json-emit'
import type { Printer, PrinterOptions } from './printer'
import { prepared } from './structured'

/** An event prints on one line, type first, its object as it is. */
export function jsonPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => toJson(prepared(object, options.showManagedFields)),
    printEvent: ({ type, object }) => `{"type":${toCompactJson(type)},"object":${toCompactJson(object)}}\n`,
  }
}
