// -o name, and the sentence of a command that did something: `deployment.apps/web created`. Upstream: cli-runtime printers/name.go.
import type { KubeObject } from '../api/types'
import { CommandError } from '../errors'
import { forTerminal } from '../lib/terminal'
import { isList, itemsOf, type Printer } from './printer'

/** `operation` is what was done (`created`, `patched (no change)`); without it only the name is printed. */
export function namePrinter(operation = '', typed = false): Printer {
  const line = (object: KubeObject) => `${objectName(object)}${operation && ' '}${operation}\n`
  return {
    print: (object) => {
      if (typed && isList(object)) {
        const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)
        throw new CommandError(`list types are not supported by name printing: *${version}.${object.kind}`)
      }
      return itemsOf(object).map(line).join('')
    },
    printEvent: ({ object }) => line(object),
  }
}

/** `pod/web`, `deployment.apps/web`. */
export function objectName(object: KubeObject): string {
  // A file may say no version.
  const { apiVersion = '' } = object as Partial<KubeObject>
  const slash = apiVersion.indexOf('/')
  const kind = object.kind.toLowerCase()
  // No server lets such a name in; of a file that none has seen it is shown, not sent.
  const name = forTerminal(String(object.metadata?.name || '<unknown>'))
  return `${slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`}/${name}`
}
