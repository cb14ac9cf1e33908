// The output formats of `-o`, one file each, in the order in which error messages list them.
import type { KubeObject } from '../api/types'
import { CommandError } from '../errors'
import { toJson } from '../lib/json-emit'
import { toYaml } from '../lib/yaml-emit'
import { type List, withoutManagedFields } from './structured'

export interface PrinterOptions {
  /** The value of --template, when given. */
  template?: string
  allowMissingKeys?: boolean
  showManagedFields?: boolean
  noHeaders?: boolean
  /** Reads the file that jsonpath-file and the like name. */
  readFile?(name: string): string
}

/** Prints one object, or a List, newline included where kubectl prints one. */
export interface Printer {
  print(object: KubeObject | List): string
}

/** The printer behind `-o VALUE`. Throws CommandError for one that does not exist. */
export function printerFor(output: string, options: PrinterOptions = {}): Printer {
  const prepare = (o: KubeObject | List): unknown => {
    if (options.showManagedFields) return o
    if (o.kind === 'List' && 'items' in o) return { ...o, items: (o as List).items.map(withoutManagedFields) }
    return withoutManagedFields(o as KubeObject)
  }
  switch (output) {
    case 'json':
      return { print: (o) => toJson(prepare(o)) }
    case 'yaml':
      return { print: (o) => toYaml(prepare(o)) }
    default:
      throw new CommandError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,yaml`,
      )
  }
}
