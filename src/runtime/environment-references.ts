// `$(NAME)` in commands, arguments and values.
import { ownEntry } from '../lib/own-entry'

/** `$(NAME)` becomes the variable's value when there is one, `$$` a dollar. Follows third_party/forked/golang/expansion. */
export function expandReferences(text: string, variables: Record<string, string | undefined>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (ownEntry(variables, name) ?? whole),
  )
}
