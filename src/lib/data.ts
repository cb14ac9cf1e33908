// Tables kept as JSON files: text inside the bundle (parsed when first needed), already an object under Jest.

export function parseData<T>(source: unknown): T {
  return (typeof source === 'string' ? JSON.parse(source) : source) as T
}
