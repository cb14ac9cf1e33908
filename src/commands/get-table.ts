// The cells that `get` prints, as its flags want them.
import type { CommandContext } from '../cli/context'
import { GENERIC_COLUMNS } from '../kinds/columns'
import type { Column } from '../kinds/kind'
import { itemsOf } from '../print/printer'
import { type ShownColumn, shownColumns, tableCells } from '../print/table'
import type { ResourceInfo } from '../schema/resources'
import type { Answer, Found } from './get-fetch'

/** Without -o and --template, and with `-o wide`. */
export function isTable({ flags }: CommandContext): boolean {
  const output = flags.string('output')
  return output === 'wide' || (output === '' && flags.string('template') === '')
}

/** What a table depends on besides the flags. */
export interface TableSubject {
  info: ResourceInfo
  /** The cluster's time (ms). */
  now: number
  manyKinds: boolean
  /** With --all-namespaces there is a column for them. */
  namespaces: boolean
  columns(info: ResourceInfo): Column[]
}

/** The columns that the flags want; `event` is the word of a watch event. */
export function columnsWanted({ flags }: CommandContext, { info, now, manyKinds, namespaces, columns }: TableSubject, event?: string) {
  const options = {
    now,
    wide: flags.string('output') === 'wide',
    showKind: manyKinds || flags.bool('show-kind'),
    withNamespace: flags.bool('all-namespaces') && namespaces,
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
  }
  return shownColumns(info, options, flags.bool('server-print') ? columns(info) : GENERIC_COLUMNS, event)
}

/** The cells of objects of one kind. */
export function cellsOf(
  context: CommandContext,
  { now, manyKinds, columns }: Answer,
  group: Found[],
  event?: string,
  namespaces = group[0].info.namespaced,
): string[][] {
  const shown: ShownColumn[] = columnsWanted(context, { info: group[0].info, now, manyKinds, namespaces, columns }, event)
  return tableCells(
    shown,
    group.flatMap((each) => itemsOf(each.object)),
  )
}
