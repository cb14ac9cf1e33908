// Tables kept as JSON files: beside the modules, read and parsed when first needed; under Jest already an object.

/** What importing a `.json` file gives in the program: a function that reads the file's text. */
interface TableFile {
  (): string
  /** The part of this name, which `find` cuts out of the text; known from an earlier start, or found and remembered for the next. */
  part(name: string, find: (text: string) => string): string
}

function isFile(source: unknown): source is TableFile {
  return typeof source === 'function'
}

/** `source` is what importing a `.json` file gives. */
export function parseData<T>(source: unknown): T {
  return (isFile(source) ? JSON.parse(source()) : source) as T
}

/** What `make` makes of such a table, which is plain JSON itself; made once for all starts of a command. */
export function parseDerived<T, D>(source: unknown, name: string, make: (table: T) => D): D {
  if (!isFile(source)) return make(source as T)
  return JSON.parse(source.part(`derived ${name}`, (text) => JSON.stringify(make(JSON.parse(text) as T)))) as D
}

/** A line of the file from `from` on, without the comma behind it. */
function lineFrom(text: string, from: number): string {
  const end = text.indexOf('\n', from)
  return text.slice(from, text[end - 1] === ',' ? end - 1 : end)
}

/**
 * The entry of a list in such a table whose first field is `field` and says `value`, parsed without the others; undefined when there is
 * none. In the file each entry of the list is one line.
 */
export function parseEntry<T>(source: unknown, list: string, field: string, value: string): T | undefined {
  if (!isFile(source)) return (source as Record<string, Record<string, unknown>[]>)[list].find((e) => e[field] === value) as T
  const found = source.part(`${list}:${value}`, (text) => {
    const start = text.indexOf(`\n{"${field}":${JSON.stringify(value)},`)
    return start < 0 ? '' : lineFrom(text, start + 1)
  })
  return found ? (JSON.parse(found) as T) : undefined
}

/** Such a table without the entries of its last list, `list`. */
export function parseHead<T>(source: unknown, list: string): T {
  if (!isFile(source)) return source as T
  const head = source.part(`before ${list}`, (text) => text.slice(0, text.indexOf(`"${list}":[`)).replaceAll('\n', ''))
  return JSON.parse(`${head}"${list}":[]}`) as T
}

/** The member of such a table (or of `section` in it) of this name, parsed without the others. In the file each member is one line. */
export function parseMember<T>(source: unknown, section: string | undefined, name: string): T | undefined {
  if (!isFile(source)) {
    const members = (section === undefined ? source : (source as Record<string, unknown>)[section]) as Record<string, T>
    return Object.hasOwn(members, name) ? members[name] : undefined
  }
  const found = source.part(`${section ?? ''}:${name}`, (text) => {
    const head = `\n${JSON.stringify(name)}:`
    const start = text.indexOf(head, section === undefined ? 0 : text.indexOf(`\n"${section}":{\n`))
    return start < 0 ? '' : lineFrom(text, start + head.length)
  })
  return found ? (JSON.parse(found) as T) : undefined
}
