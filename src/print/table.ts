// The tables of `kubectl get`: a kind's columns, label columns, kinds before names, namespaces first.
import type { KubeObject } from '../api/types'
import { kindOf } from '../kinds'
import type { Column } from '../kinds/kind'
import { age } from '../lib/ages'
import { formatLabels } from '../lib/label-format'
import { align, TABLE } from '../lib/tabwriter'
import type { ResourceInfo } from '../schema/resources'

export interface TableOptions {
  now: number
  wide?: boolean
  noHeaders?: boolean
  /** `pod/web` instead of `web`. */
  showKind?: boolean
  withNamespace?: boolean
  showLabels?: boolean
  labelColumns?: string[]
}

const GENERIC: Column[] = [
  { name: 'NAME', cell: (o) => o.metadata.name },
  { name: 'AGE', cell: (o, now) => age(o.metadata.creationTimestamp, now) },
]

/** `pod`, `deployment.apps`: how a kind stands before a name. */
export function kindPrefix(info: ResourceInfo): string {
  const kind = info.kind.toLowerCase()
  return info.group ? `${kind}.${info.group}` : kind
}

/** The header and the rows of some objects of one kind, as cells. */
export function tableCells(
  info: ResourceInfo,
  objects: KubeObject[],
  options: TableOptions,
  columns: Column[] = columnsOf(info),
): string[][] {
  const shown = columns.filter((c) => options.wide || !c.wide)
  const labels = options.labelColumns ?? []
  const header = [
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...shown.map((c) => c.name),
    ...labels.map((l) => l.slice(l.lastIndexOf('/') + 1).toUpperCase()),
    ...(options.showLabels ? ['LABELS'] : []),
  ]
  const rows = objects.map((object) => {
    const cells = shown.map((c) => c.cell(object, options.now, options.wide === true))
    if (options.showKind && shown[0]?.name === 'NAME') cells[0] = `${kindPrefix(info)}/${cells[0]}`
    return [
      ...(options.withNamespace ? [object.metadata.namespace ?? ''] : []),
      ...cells,
      ...labels.map((l) => object.metadata.labels?.[l] ?? ''),
      ...(options.showLabels ? [formatLabels(object.metadata.labels)] : []),
    ]
  })
  return [header, ...rows]
}

export function columnsOf(info: ResourceInfo): Column[] {
  return kindOf(info.resource)?.columns ?? GENERIC
}

/** Cells aligned as kubectl's table printer does it; one line a row, newline at the end. */
export function formatTable(cells: string[][], noHeaders = false): string {
  const lines = (noHeaders ? cells.slice(1) : cells).map((row) => `${row.join('\t')}\n`)
  return align(lines.join(''), TABLE)
}
