// Records and fields of awk: how input is cut into records, a record into fields, and how changed fields make a record again.
import { BoundedRegExp } from '../../../../lib/bounded-regexp'
import { expressionOf } from '../regex'
import { fromOutside, type Value } from './values'

const compiled = new Map<string, RegExp>()

/** An extended regular expression; compiled once. */
export function regexOf(source: string): RegExp {
  let regex = compiled.get(source)
  if (!regex) {
    regex = new BoundedRegExp(expressionOf(source, true), 'g')
    compiled.set(source, regex)
  }
  regex.lastIndex = 0
  return regex
}

/** The pieces of a text between separators, as FS or the third argument of split has them. */
export function pieces(text: string, separator: string): string[] {
  if (text === '') return []
  if (separator === ' ') {
    const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, '')
    return trimmed === '' ? [] : trimmed.split(/[ \t\n]+/)
  }
  if (separator === '') return [...text]
  if (separator.length === 1 && separator !== '\\') return text.split(separator)
  return split(text, regexOf(separator))
}

function split(text: string, regex: RegExp): string[] {
  const found: string[] = []
  let from = 0
  for (let match = regex.exec(text); match; match = regex.exec(text)) {
    if (match[0] === '') {
      regex.lastIndex++
      continue
    }
    found.push(text.slice(from, match.index))
    from = match.index + match[0].length
  }
  found.push(text.slice(from))
  return found
}

/** A text that is read record by record. */
export class RecordReader {
  private at = 0
  constructor(private readonly text: string) {}

  /** The next record; undefined at the end. */
  next(separator: string): string | undefined {
    const { text } = this
    if (separator === '') while (text[this.at] === '\n') this.at++
    if (this.at >= text.length) return undefined
    const regex = separator === '' ? /\n\n+/g : separator.length === 1 ? undefined : regexOf(separator)
    let [from, to, end] = [this.at, text.length, text.length]
    if (!regex) {
      const at = text.indexOf(separator, from)
      if (at >= 0) [to, end] = [at, at + 1]
    } else {
      regex.lastIndex = from
      const match = regex.exec(text)
      if (match && match[0] !== '') [to, end] = [match.index, match.index + match[0].length]
    }
    this.at = end
    const record = text.slice(from, to)
    from = to
    return separator === '' || (regex && end === text.length) ? record.replace(/\n$/, '') : record
  }
}

/** $0, $1, … and NF. */
export class Fields {
  private whole = ''
  private parts: Value[] | undefined = []
  private stale = false

  constructor(
    private readonly separators: { input(): string; output(): string },
    private readonly text: (value: Value) => string,
  ) {}

  set(record: string): void {
    this.whole = record
    this.parts = undefined
    this.stale = false
  }

  private get list(): Value[] {
    this.parts ??= pieces(this.whole, this.separators.input()).map(fromOutside)
    return this.parts
  }

  get count(): number {
    return this.list.length
  }

  set count(n: number) {
    const { list } = this
    while (list.length < n) list.push('')
    list.length = Math.max(0, n)
    this.stale = true
  }

  get(index: number): Value {
    if (index !== 0) return this.list[index - 1]
    if (this.stale) {
      this.whole = this.list.map((v) => this.text(v)).join(this.separators.output())
      this.stale = false
    }
    return fromOutside(this.whole)
  }

  put(index: number, value: Value): void {
    if (index === 0) {
      this.set(this.text(value))
      return
    }
    const { list } = this
    while (list.length < index) list.push('')
    list[index - 1] = value
    this.stale = true
  }
}
