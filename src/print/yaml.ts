// -o yaml: one document an object, `---` between them. Upstream: cli-runtime printers/yaml.go.
import { toYaml } from '../lib/yaml-emit'
import type { Printer, PrinterOptions } from './printer'
import { inTypedForm, prepared } from './structured'

export function yamlPrinter(options: PrinterOptions): Printer {
  let printed = 0
  const document = (value: unknown) => (printed++ > 0 ? '---\n' : '') + toYaml(value)
  return {
    print: (object) => {
      const shown = prepared(object, options.showManagedFields)
      return document(options.typed ? inTypedForm(shown) : shown)
    },
    printEvent: document,
  }
}
