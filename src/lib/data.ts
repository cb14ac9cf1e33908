// Tables kept as JSON files: beside the bundle, read and parsed when first needed; under Jest already an object.

/** `source` is what importing a `.json` file gives: in the bundle a function that reads the file's text. */
export function parseData<T>(source: unknown): T {
  return (typeof source === 'function' ? JSON.parse((source as () => string)()) : source) as T
}
