// -o kyaml. Upstream: cli-runtime printers/kyaml.go.
import { toKyaml } from '../lib/kyaml-emit'
import type { Printer, PrinterOptions } from './printer'
import { inTypedForm, prepared } from './structured'

export function kyamlPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => {
      const shown = prepared(object, options.showManagedFields)
      return options.typed ? toKyaml(inTypedForm(shown), false, false) : toKyaml(shown)
    },
    printEvent: ({ type, object }) => toKyaml({ type, object }, false),
  }
}
