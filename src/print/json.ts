// -o json. Upstream: cli-runtime printers/json.go.
import { toCompactJson, toJson } from '../lib/json-emit'
import { inGoOrder } from '../schema/go-order'
import { isList, type Printer, type PrinterOptions } from './printer'
import { prepared } from './structured'

/** An event prints on one line, type first, its object as it is. */
export function jsonPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => {
      const shown = prepared(object, options.showManagedFields)
      return options.typed && !isList(shown) ? toJson(inGoOrder(shown), { sort: false }) : toJson(shown)
    },
    printEvent: ({ type, object }) => `{"type":${toCompactJson(type)},"object":${toCompactJson(object)}}\n`,
  }
}
