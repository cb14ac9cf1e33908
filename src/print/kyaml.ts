// -o kyaml. Upstream: cli-runtime printers/kyaml.go.
import { toKyaml } from '../lib/kyaml-emit'
import { inGoOrder } from '../schema/go-order'
import { isList, type Printer, type PrinterOptions } from './printer'
import { prepared } from './structured'

export function kyamlPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => {
      const shown = prepared(object, options.showManagedFields)
      return options.typed && !isList(shown) ? toKyaml(inGoOrder(shown), false, false) : toKyaml(shown)
    },
    printEvent: ({ type, object }) => toKyaml({ type, object }, false),
  }
}
