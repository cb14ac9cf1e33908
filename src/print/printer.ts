// What a printer is: turns objects, lists and watch events into the text of one output format.
import type { KubeObject } from '../api/types'

/** Several objects as kubectl prints them together. */
export interface List {
  apiVersion: 'v1'
  items: KubeObject[]
  kind: 'List'
  metadata: { resourceVersion: string }
}

/** What `get -w --output-watch-events` prints. */
export interface WatchEvent {
  type: string
  object: KubeObject
}

/**
 * Prints one after the other what it is given, newline included where kubectl prints one; it remembers what it printed,
 * for separators and headers. Throws CommandError, whose `printed` is what still goes to stdout before the error.
 */
export interface Printer {
  print(object: KubeObject | List): string
  printEvent(event: WatchEvent): string
}

export interface PrinterOptions {
  /** The value of --template, when given. */
  template?: string
  /** Default true: a field that is missing prints nothing or `<no value>`. */
  allowMissingKeys?: boolean
  showManagedFields?: boolean
  noHeaders?: boolean
  /** The command holds typed Go objects: JSON prints their fields in the order of the structs. */
  typed?: boolean
  /** Reads the file that jsonpath-file and the like name; throws an Error with the system's words. */
  readFile?(name: string): string
}

export function isList(object: KubeObject | List): object is List {
  return Array.isArray((object as List).items)
}

export function itemsOf(object: KubeObject | List): KubeObject[] {
  return isList(object) ? object.items : [object]
}
