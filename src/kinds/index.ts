// The kinds with behaviour of their own, in the order of `kubectl api-resources`; all others are served from the schema alone.
import type { Kind } from './kind'

const KINDS: Kind[] = []

let byResource: Map<string, Kind> | undefined

/** The kind behind `pods` or `deployments.apps`; undefined for those the schema alone describes. */
export function kindOf(resource: string): Kind | undefined {
  byResource ??= new Map(KINDS.map((k) => [k.resource, k]))
  return byResource.get(resource)
}
