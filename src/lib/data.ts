// Tables kept as JSON files: beside the bundle, read and parsed when first needed; under Jest already an object.

/** `source` is what importing a `.json` file gives: in the bundle a function that reads the file's text. */
export function parseData<T>(source: unknown): T {
  return (typeof source === 'function' ? JSON.parse((source as () => string)()) : source) as T
}

/**
 * The entry of a list in such a table whose first field is `field` and says `value`, parsed without the others; undefined when there is
 * none. In the file each entry of the list is one line.
 */
export function parseEntry<T>(source: unknown, list: string, field: string, value: string): T | undefined {
  if (typeof source !== 'function') return (source as Record<string, Record<string, unknown>[]>)[list].find((e) => e[field] === value) as T
  const text = (source as () => string)()
  const start = text.indexOf(`\n{"${field}":${JSON.stringify(value)},`)
  if (start < 0) return undefined
  const end = text.indexOf('\n', start + 1)
  return JSON.parse(text.slice(start + 1, text[end - 1] === ',' ? end - 1 : end)) as T
}

/** Such a table without the entries of its last list, `list`. */
export function parseHead<T>(source: unknown, list: string): T {
  if (typeof source !== 'function') return source as T
  const text = (source as () => string)()
  return JSON.parse(`${text.slice(0, text.indexOf(`"${list}":[`))}"${list}":[]}`) as T
}

/** The member of such a table (or of `section` in it) of this name, parsed without the others. In the file each member is one line. */
export function parseMember<T>(source: unknown, section: string | undefined, name: string): T | undefined {
  if (typeof source !== 'function') {
    const members = (section === undefined ? source : (source as Record<string, unknown>)[section]) as Record<string, T>
    return Object.hasOwn(members, name) ? members[name] : undefined
  }
  const text = (source as () => string)()
  const head = `\n${JSON.stringify(name)}:`
  const start = text.indexOf(head, section === undefined ? 0 : text.indexOf(`\n"${section}":{\n`))
  if (start < 0) return undefined
  const end = text.indexOf('\n', start + head.length)
  return JSON.parse(text.slice(start + head.length, text[end - 1] === ',' ? end - 1 : end)) as T
}
