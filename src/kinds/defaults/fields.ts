// Small tools for filling in and walking objects whose fields are known by name only.

export type Fields = Record<string, unknown>

/** The value as an object with fields, undefined when it is none (absent, a list, a scalar). */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The objects of a list; none when it is absent. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : []
}

/** Sets each field that is absent (or null). */
export function fill(target: Fields | undefined, defaults: Fields): void {
  if (!target) return
  for (const key in defaults) if (target[key] === undefined || target[key] === null) target[key] = defaults[key]
}

/** The object under a key, made when there is none. */
export function childOf(holder: object, key: string): Fields {
  const fields = holder as Fields
  const found = fieldsOf(fields[key])
  if (found) return found
  const made: Fields = {}
  fields[key] = made
  return made
}
