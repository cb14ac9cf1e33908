// Lists as tables, made row by row: of ten thousand objects nothing is kept but the cells, and of those that are built alike hardly more is
// looked at than what sets them apart.
import type { KubeObject } from '../api/types'
import type { ResourceInfo } from '../schema/resources'
import { type Lens, NotShown } from '../store/lens'
import { type Query, selected } from './query'
import type { ApiServer } from './server'

interface Column {
  title: string
  cell(object: KubeObject): string
}

/** More columns than bits are made anew for each row. */
const MOST_REMEMBERED = 31

/** The cells of a list: titles, then a row an object that the query means. Throws as `listObjects` does. */
export function listCells(
  server: ApiServer,
  info: ResourceInfo,
  namespace: string | undefined,
  query: Query,
  columns: Column[],
): string[][] {
  return server.answer({ verb: 'list', info, namespace, query }, () => {
    const { matches, values, naming } = selected(info, query)
    const rows = [columns.map(({ title }) => title)]
    const row = (object: KubeObject) => {
      if (matches(object)) rows.push(columns.map(({ cell }) => cell(object)))
    }
    const { storage } = server
    const place = info.namespaced ? namespace : undefined
    if (naming !== undefined) storage.mentioning(info.resource, place, naming).forEach(row)
    else if (values.length > 0) storage.list(info.resource, place, values).forEach(row)
    else {
      const known = new Map<Lens, RowsAlike>()
      storage.visit(info.resource, place, {
        whole: (object) => row(object as KubeObject),
        alike: (lens, whole) => {
          let rowsAlike = known.get(lens)
          if (!rowsAlike) {
            rowsAlike = new RowsAlike(columns, lens)
            known.set(lens, rowsAlike)
          }
          try {
            if (matches(lens.value as KubeObject)) rows.push(rowsAlike.row())
          } catch (error) {
            if (!(error instanceof NotShown)) throw error
            row(whole() as KubeObject)
          }
        },
      })
    }
    return rows
  })
}

/** The rows of entries of one shape. A cell that looks at nothing in which an entry differs from the shape's own is the same as there. */
class RowsAlike {
  /** The cells of the shape's own entry, and for each leaf the columns, as bits, that looked at it. */
  private own?: { cells: string[]; columns: Uint32Array }

  constructor(
    private readonly columns: Column[],
    private readonly lens: Lens,
  ) {}

  /** Of the entry that the lens shows. Throws NotShown. */
  row(): string[] {
    const { lens, columns } = this
    if (columns.length > MOST_REMEMBERED) return columns.map(({ cell }) => cell(lens.value as KubeObject))
    this.own ??= this.remember()
    let differing = 0
    for (const leaf of lens.changed) differing |= this.own.columns[leaf]
    const cells = [...this.own.cells]
    for (let i = 0; i < cells.length; i++) if (differing & (1 << i)) cells[i] = columns[i].cell(lens.value as KubeObject)
    return cells
  }

  private remember() {
    const { lens, columns } = this
    const shown = lens.hide()
    const looked = new Uint32Array(lens.shape.structure.leaves.length)
    const cells = columns.map(({ cell }, i) => {
      let text = ''
      for (const leaf of lens.askedBy(() => (text = cell(lens.value as KubeObject)))) looked[leaf] |= 1 << i
      return text
    })
    lens.show(...shown)
    return { cells, columns: looked }
  }
}
