// An element of a list by its name. Long lists are indexed once, so that who looks up each of thousands does not look through all for each.
const SHORT = 16

interface Named {
  name: string
}

const indexes = new WeakMap<readonly Named[], Map<string, Named>>()

/** The first of this name. `list` must not change afterwards, as no stored object and no part of one does. */
export function named<T extends Named>(list: readonly T[] | undefined, name: string): T | undefined {
  if (!list) return undefined
  if (list.length < SHORT) return list.find((element) => element.name === name)
  let index = indexes.get(list)
  if (!index) {
    index = new Map()
    for (const element of list) if (!index.has(element.name)) index.set(element.name, element)
    indexes.set(list, index)
  }
  return index.get(name) as T | undefined
}
