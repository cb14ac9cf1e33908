// The entries of maps whose keys somebody else chose: `constructor` and `toString` are there only when they were put there.

/** The own entry `key`; undefined when there is none. */
export function ownEntry<T>(map: { readonly [key: string]: T } | null | undefined, key: string): T | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined
}
