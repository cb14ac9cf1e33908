// -o json. Upstream: cli-runtime printers/json.go.
import { toCompactJson, toJson } from '../lib/json-emit'
import type { Printer, PrinterOptions } from './printer'
import { inTypedForm, prepared } from './structured'

/** An event prints on one line, type first, its object as it is. */
export function jsonPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => {
      const shown = prepared(object, options.showManagedFields)
      return options.typed ? toJson(inTypedForm(shown), { sort: false }) : toJson(shown)
    },
    printEvent: ({ type, object }) => `{"type":${toCompactJson(type)},"object":${toCompactJson(object)}}\n`,
  }
}
