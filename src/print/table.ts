// The tables of `kubectl get`: a kind's columns, label columns, kinds before names, namespaces first.
// Upstream: cli-runtime printers/tableprinter.go, kubectl get/get.go.
import type { KubeObject } from '../api/types'
import { kindOf } from '../kinds'
import { GENERIC_COLUMNS } from '../kinds/columns'
import type { Column } from '../kinds/kind'
import { formatLabels } from '../lib/label-selector'
import { align, alignEven, TABLE } from '../lib/tabwriter'
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

/** A column as it is shown: its title, and what makes a cell of an object. */
export interface ShownColumn {
  title: string
  cell(object: KubeObject): string
}

/** The columns of a table of one kind; `event` fills an EVENT column. */
export function shownColumns(
  info: TableResource,
  options: TableOptions,
  columns: Column[] = columnsOf(info),
  event?: string,
): ShownColumn[] {
  const { now, wide = false } = options
  const shown: ShownColumn[] = []
  if (event !== undefined) shown.push({ title: 'EVENT', cell: () => event.padEnd(8) })
  if (options.withNamespace) shown.push({ title: 'NAMESPACE', cell: ({ metadata }) => metadata.namespace ?? '' })
  const prefix = options.showKind ? `${kindPrefix(info)}/` : ''
  let named = false
  for (const column of columns) {
    if (column.wide && !wide) continue
    const before = column.name === 'NAME' && !named ? prefix : ''
    if (column.name === 'NAME') named = true
    shown.push({ title: column.name, cell: (object) => before + column.cell(object, now, wide) })
  }
  for (const label of options.labelColumns ?? [])
    shown.push({
      title: label.slice(label.lastIndexOf('/') + 1).toUpperCase(),
      cell: ({ metadata }) => metadata.labels?.[label] ?? '',
    })
  if (options.showLabels) shown.push({ title: 'LABELS', cell: ({ metadata }) => formatLabels(metadata.labels) })
  return shown
}

/** The header and the rows of some objects of one kind, as cells. */
export function tableCells(shown: ShownColumn[], objects: KubeObject[]): string[][] {
  return [shown.map(({ title }) => title), ...objects.map((object) => shown.map(({ cell }) => cell(object)))]
}

/**
 * Cells aligned as kubectl's table printer does it; one line a row, newline at the end, nothing at all without rows.
 * Given `remembered`, columns are at least as wide as in the parts printed before with it.
 */
export function formatTable(cells: string[][], noHeaders = false, remembered?: number[]): string {
  const [header, ...rows] = cells
  if (rows.length === 0) return ''
  const isPlain = PLAIN.test(cells.join())
  const lines = isPlain ? rows : rows.map((row) => row.map(cellText))
  const bytes = isPlain ? (cell: string) => cell.length : Buffer.byteLength
  const padded = padFirst(noHeaders ? lines[0] : header, rows, bytes)
  const all = noHeaders ? [padded, ...lines.slice(1)] : [padded, ...lines]
  const options = { ...TABLE, remembered }
  return isPlain ? alignEven(all, options) : align(all.map((row) => `${row.join('\t')}\n`).join(''), options)
}

/** Text of which each character is a byte and a column wide, without tabs and line breaks. */
const PLAIN = /^[\x20-\x7e]*$/

/** The first line is padded to the bytes of the widest cell, not to its runes: upstream measures its columns so. */
function padFirst(first: string[], rows: string[][], bytes: (cell: string) => number): string[] {
  return first.map((cell, i) => {
    if (i === first.length - 1) return cell
    let widest = bytes(cell)
    for (const row of rows) widest = Math.max(widest, bytes(row[i]))
    return cell + ' '.repeat(widest - bytes(cell))
  })
}

/** A cell ends at its first line break. */
function cellText(cell: string): string {
  const end = cell.search(/[\f\n\r]/)
  return end < 0 ? forTerminal(cell) : `${forTerminal(cell.slice(0, end))}...`
}
