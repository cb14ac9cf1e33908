// -o kyaml. Upstream: cli-runtime printers/kyaml.go.
import { toKyaml } from '../lib/kyaml-emit'
import type { Printer, PrinterOptions } from './printer'
import { prepared } from './structured'

export function kyamlPrinter(options: PrinterOptions): Printer {
  return {
    print: (object) => toKyaml(prepared(object, options.showManagedFields)),
    printEvent: ({ type, object }) => toKyaml({ type, object }, false),
  }
}
