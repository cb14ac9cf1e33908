// The columns a CustomResourceDefinition gives its objects. Upstream: apiextensions-apiserver registry/customresource/tableconvertor.
import type { KubeObject } from '../api/types'
import type { Column } from '../kinds/kind'
import { humanDuration } from '../lib/ages'
import { formatV } from '../lib/go-values'
import { toCompactJson } from '../lib/json-emit'
import { JsonPath } from '../lib/jsonpath'

interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  priority?: number
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** NAME and what the version declares, its age when it declares nothing; columns of a priority above 0 are wide. */
export function customResourceColumns(crd: KubeObject | undefined, version: string): Column[] {
  const { versions } = (crd?.spec ?? {}) as { versions?: { name: string; additionalPrinterColumns?: PrinterColumn[] }[] }
  const declared = versions?.find((each) => each.name === version)?.additionalPrinterColumns
  const columns = declared?.length ? declared : [AGE]
  return [{ name: 'NAME', cell: (object) => object.metadata.name }, ...columns.map(columnOf)]
}

function columnOf({ name, type, jsonPath, priority }: PrinterColumn): Column {
  const path = new JsonPath(`{${jsonPath}}`, { allowMissingKeys: true })
  return { name: name.toUpperCase(), wide: (priority ?? 0) > 0, cell: (object, now) => cell(path, type, object, now) }
}

function cell(path: JsonPath, type: string, object: KubeObject, now: number): string {
  let results: unknown[]
  try {
    results = path.find(object)[0] ?? []
  } catch {
    return ''
  }
  const [value] = results
  if (results.length === 0 || value === undefined) return ''
  if (type === 'string')
    return typeof value === 'object' && value !== null ? toCompactJson(value) : value === null ? 'null' : formatV(value)
  if (type === 'date') return dateCell(value, now)
  if (type === 'integer') return typeof value === 'number' ? String(Math.trunc(value)) : ''
  if (type === 'number') return typeof value === 'number' ? formatV(value) : ''
  return type === 'boolean' && typeof value === 'boolean' ? String(value) : ''
}

function dateCell(value: unknown, now: number): string {
  if (typeof value !== 'string') return ''
  const time = Date.parse(value)
  return Number.isNaN(time) ? '<invalid>' : humanDuration(now - time)
}
