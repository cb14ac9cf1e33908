// Aligning text in columns, as Go's text/tabwriter (and kubectl's fork of it, which remembers widths) does it.

/** The arguments of tabwriter.NewWriter; widths count runes. */
export interface TabOptions {
  minWidth: number
  tabWidth: number
  padding: number
  /** A space, or a tab: then padding is whole tabs of `tabWidth`. */
  padChar: ' ' | '\t'
  /** Widths seen so far, a column each. Given, they are kept up to date and never shrink (flag RememberWidths). */
  remembered?: number[]
}

/** What `get` and the other printers of tables use. Spread it with a `remembered` array to print in several parts. */
export const TABLE: TabOptions = { minWidth: 6, tabWidth: 4, padding: 3, padChar: ' ' }

/** What `describe` uses. */
export const DESCRIBE: TabOptions = { minWidth: 0, tabWidth: 8, padding: 2, padChar: ' ' }

interface Layout {
  options: TabOptions
  lines: string[][]
  widths: number[]
  out: string[]
}

/** Runes in a text: code points, not UTF-16 units. */
export function runeCount(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd800 || unit > 0xdbff) continue
    const next = text.charCodeAt(i + 1)
    if (next < 0xdc00 || next > 0xdfff) continue
    count--
    i++
  }
  return count
}

/**
 * Pads tab-terminated cells so that a column is as wide in every line of a block of consecutive lines that have it.
 * The text after a line's last tab belongs to no column. Upstream: text/tabwriter, github.com/liggitt/tabwriter.
 */
export function align(text: string, options: TabOptions): string {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const last = lines[lines.length - 1]
  if (last[last.length - 1] === '') last.pop()
  const layout: Layout = { options, lines, widths: [], out: [] }
  formatBlock(layout, 0, lines.length)
  return layout.out.join('')
}

/** The same for the cells of lines that have as many each, without tabs and line breaks, and of one UTF-16 unit a rune; padded by blanks. */
export function alignEven(lines: string[][], options: TabOptions): string {
  const widths = lines[0].slice(0, -1).map((_, column) => {
    let longest = 0
    for (const cells of lines) if (cells[column].length > longest) longest = cells[column].length
    return remember(options, column, Math.max(options.minWidth, longest + options.padding))
  })
  let text = ''
  for (const cells of lines) {
    for (let column = 0; column < widths.length; column++) text += cells[column].padEnd(widths[column])
    text += `${cells[widths.length]}\n`
  }
  return text
}

function formatBlock(layout: Layout, start: number, end: number): void {
  const { lines, options, widths } = layout
  const column = widths.length
  let pending = start
  let line = start
  while (line < end) {
    if (column >= lines[line].length - 1) {
      line++
      continue
    }
    writeLines(layout, pending, line)
    pending = line
    let width = options.minWidth
    for (; line < end && column < lines[line].length - 1; line++) {
      width = Math.max(width, runeCount(lines[line][column]) + options.padding)
    }
    widths.push(remember(options, column, width))
    formatBlock(layout, pending, line)
    widths.pop()
    pending = line
  }
  writeLines(layout, pending, end)
}

function remember(options: TabOptions, column: number, width: number): number {
  if (!options.remembered) return width
  const known = Math.max(options.remembered[column] ?? 0, width)
  options.remembered[column] = known
  return known
}

function writeLines(layout: Layout, start: number, end: number): void {
  const { lines, widths, options, out } = layout
  for (let index = start; index < end; index++) {
    const cells = lines[index]
    let text = ''
    for (let column = 0; column < cells.length; column++) {
      text += cells[column]
      if (column < widths.length && column < cells.length) text += paddingOf(options, cells[column], widths[column])
    }
    out.push(text)
    if (index < lines.length - 1) out.push('\n')
  }
}

function paddingOf(options: TabOptions, cell: string, width: number): string {
  const runes = runeCount(cell)
  if (options.padChar === ' ') return width > runes ? ' '.repeat(width - runes) : ''
  if (options.tabWidth === 0) return ''
  const rounded = Math.ceil(width / options.tabWidth) * options.tabWidth
  return '\t'.repeat(Math.ceil((rounded - runes) / options.tabWidth))
}
