// -o yaml: one document an object, `---` between them. Upstream: cli-runtime printers/yaml.go.
import { toYaml } from '../lib/yaml-emit'
import type { Printer, PrinterOptions } from './printer'
import { prepared } from './structured'

export function yamlPrinter(options: PrinterOptions): Printer {
  let printed = 0
  const document = (value: unknown) => (printed++ > 0 ? '---\n' : '') + toYaml(value)
  return {
    print: (object) => document(prepared(object, options.showManagedFields)),
    printEvent: document,
  }
}
