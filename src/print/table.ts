// The tables of `kubectl get`: a kind's columns, label columns, kinds before names, namespaces first.
// Upstream: cli-runtime printers/tableprinter.go, kubectl get/get.go.
import type { KubeObject } from '../api/types'
import { kindOf } from '../kinds'
import { GENERIC_COLUMNS } from '../kinds/columns'
import type { Column } from '../kinds/kind'
import { formatLabels } from '../lib/label-selector'
import { align, TABLE } from '../lib/tabwriter'
import { forTerminal } from '../lib/terminal'

export interface TableOptions {
  /** The cluster's time in ms. */
  now: number
  wide?: boolean
  noHeaders?: boolean
  /** `pod/web` instead of `web`. */
  showKind?: boolean
  withNamespace?: boolean
  showLabels?: boolean
  /** Label keys, a column each. */
  labelColumns?: string[]
}

/** What a table needs to know of a resource: `resource` is `pods` or `deployments.apps`. */
export interface TableResource {
  resource: string
  kind: string
  group: string
}

export function columnsOf(info: TableResource): Column[] {
  return kindOf(info.resource)?.columns ?? GENERIC_COLUMNS
}

/** `pod`, `deployment.apps`: how a kind stands before a name. */
export function kindPrefix(info: TableResource): string {
  const kind = info.kind.toLowerCase()
  return info.group ? `${kind}.${info.group}` : kind
}

/** The header and the rows of some objects of one kind, as cells; `event` fills an EVENT column. */
export function tableCells(
  info: TableResource,
  objects: KubeObject[],
  options: TableOptions,
  columns: Column[] = columnsOf(info),
  event?: string,
): string[][] {
  const shown = columns.filter((column) => options.wide || !column.wide)
  const labels = options.labelColumns ?? []
  const header = [
    ...(event === undefined ? [] : ['EVENT']),
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...shown.map((column) => column.name),
    ...labels.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
    ...(options.showLabels ? ['LABELS'] : []),
  ]
  const nameColumn = options.showKind ? shown.findIndex((column) => column.name === 'NAME') : -1
  const rows = objects.map((object) => {
    const cells = shown.map((column) => column.cell(object, options.now, options.wide === true))
    if (nameColumn >= 0) cells[nameColumn] = `${kindPrefix(info)}/${cells[nameColumn]}`
    return [
      ...(event === undefined ? [] : [event.padEnd(8)]),
      ...(options.withNamespace ? [object.metadata.namespace ?? ''] : []),
      ...cells,
      ...labels.map((label) => object.metadata.labels?.[label] ?? ''),
      ...(options.showLabels ? [formatLabels(object.metadata.labels)] : []),
    ]
  })
  return [header, ...rows]
}

/**
 * Cells aligned as kubectl's table printer does it; one line a row, newline at the end, nothing at all without rows.
 * Given `remembered`, columns are at least as wide as in the parts printed before with it.
 */
export function formatTable(cells: string[][], noHeaders = false, remembered?: number[]): string {
  const [header, ...rows] = cells
  if (rows.length === 0) return ''
  const lines = rows.map((row) => row.map(cellText))
  const padded = noHeaders ? padFirst(lines[0], rows) : padFirst(header, rows)
  const all = noHeaders ? [padded, ...lines.slice(1)] : [padded, ...lines]
  return align(all.map((row) => `${row.join('\t')}\n`).join(''), { ...TABLE, remembered })
}

/** The first line is padded to the bytes of the widest cell, not to its runes: upstream measures its columns so. */
function padFirst(first: string[], rows: string[][]): string[] {
  return first.map((cell, i) => {
    if (i === first.length - 1) return cell
    let widest = Buffer.byteLength(cell)
    for (const row of rows) widest = Math.max(widest, Buffer.byteLength(row[i]))
    return cell + ' '.repeat(widest - Buffer.byteLength(cell))
  })
}

/** A cell ends at its first line break. */
function cellText(cell: string): string {
  const end = cell.search(/[\f\n\r]/)
  return end < 0 ? forTerminal(cell) : `${forTerminal(cell.slice(0, end))}...`
}
