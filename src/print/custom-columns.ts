// -o custom-columns and custom-columns-file: a table of JSONPath results. Upstream: kubectl get/customcolumn.go.
import { CommandError } from '../errors'
import { formatV } from '../lib/go-values'
import { JsonPath, relaxedJsonPath } from '../lib/jsonpath'
import { align, TABLE } from '../lib/tabwriter'
import { forTerminal } from '../lib/terminal'
import { itemsOf, type Printer, type PrinterOptions } from './printer'

interface CustomColumn {
  header: string
  path: string
}

/** `text` is `HEADER:path,...`, or with the -file format the name of a file of two lines. Throws CommandError. */
export function customColumnsPrinter(format: string, text: string, options: PrinterOptions): Printer {
  if (text === '') throw new CommandError('custom-columns format specified but no custom columns given')
  const inFile = format === 'custom-columns-file'
  const columns = inFile ? columnsOfFile(readTemplate(text, options)) : columnsOfSpec(text)
  const table: Table = { columns, headers: inFile || !options.noHeaders, remembered: [] }
  return {
    print: (object) => printRows(table, itemsOf(object)),
    printEvent: (event) => printRows(table, [event]),
  }
}

interface Table {
  columns: CustomColumn[]
  /** Whether the headers are still to be printed. */
  headers: boolean
  remembered: number[]
}

function readTemplate(name: string, options: PrinterOptions): string {
  try {
    return options.readFile?.(name) ?? ''
  } catch (error) {
    const { message } = error as Error
    // A directory is opened like a file, and then has no lines.
    if (message.startsWith('read ')) return ''
    throw new CommandError(`error reading template ${name}, ${message}\n`)
  }
}

function columnsOfSpec(spec: string): CustomColumn[] {
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':')
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
    return { header: part.slice(0, colon), path: relaxed(part.slice(colon + 1)) }
  })
}

const EXPECTED = 'Expected format is one line of space separated headers, one line of space separated column specs.'

function columnsOfFile(text: string): CustomColumn[] {
  const lines = text.split(/\r?\n/)
  if (text === '') throw new CommandError(`invalid template, missing header line. ${EXPECTED}`)
  if (lines.length < 2 || (lines.length === 2 && lines[1] === '')) {
    throw new CommandError(`invalid template, missing spec line. ${EXPECTED}`)
  }
  const [headers, paths] = lines.map((line) => line.split(/\s+/).filter((word) => word !== ''))
  if (headers.length !== paths.length) {
    throw new CommandError(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`)
  }
  return headers.map((header, i) => ({ header, path: relaxed(paths[i]) }))
}

function relaxed(path: string): string {
  try {
    return relaxedJsonPath(path)
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}

function printRows(table: Table, rows: unknown[]): string {
  const lines = table.headers ? [table.columns.map((column) => column.header)] : []
  table.headers = false
  const text = () => align(lines.map((cells) => `${cells.join('\t')}\n`).join(''), { ...TABLE, remembered: table.remembered })
  try {
    const paths = table.columns.map((column) => new JsonPath(column.path, { allowMissingKeys: true }))
    for (const row of rows) lines.push(paths.map((path) => cell(path, row)))
  } catch (error) {
    throw new CommandError((error as Error).message, 1, text())
  }
  return text()
}

function cell(path: JsonPath, row: unknown): string {
  const found = path.find(row)
  const values = found.flat().map((value) => forTerminal(formatV(value)))
  return (found.length === 0 || found[0].length === 0 ? ['<none>', ...values] : values).join(',')
}
