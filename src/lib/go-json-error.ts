// What encoding/json says of a text that is not JSON: its scanner's sentences, and how many bytes it had read.

export interface JsonSyntaxError {
  /** Go's sentence: `invalid character '}' looking for beginning of value`, or `unexpected end of JSON input`. */
  message: string
  /** Bytes read up to the wrong character, itself included; undefined at the text's end. */
  offset?: number
}

class Wrong extends Error {
  constructor(
    readonly at: number,
    readonly where: string,
  ) {
    super(where)
  }
}

/** Go's quoteChar. */
function quoted(char: string): string {
  if (char === "'") return `'\\''`
  if (char === '"') return `'"'`
  return `'${JSON.stringify(char).slice(1, -1)}'`
}

const SPACE = /[ \t\r\n]/
const LITERALS: Record<string, string> = { t: 'true', f: 'false', n: 'null' }

/** Reads one value and what follows it as Go's scanner does, to find the first wrong character. */
class Scanner {
  private at = 0

  constructor(private readonly text: string) {}

  run(): void {
    this.value()
    this.space()
    if (this.at < this.text.length) this.fail('after top-level value')
  }

  private fail(where: string): never {
    throw new Wrong(this.at, where)
  }

  private space(): string {
    while (this.at < this.text.length && SPACE.test(this.text[this.at])) this.at++
    return this.text[this.at] ?? ''
  }

  private value(): void {
    const char = this.space()
    if (char === '{') this.members('}', () => this.member(), 'after object key:value pair')
    else if (char === '[') this.members(']', () => this.value(), 'after array element')
    else if (char === '"') this.string()
    else if (/[-0-9]/.test(char)) this.number()
    else if (char in LITERALS) this.literal(LITERALS[char])
    else this.fail('looking for beginning of value')
  }

  private members(end: string, one: () => void, between: string): void {
    this.at++
    if (this.space() === end) {
      this.at++
      return
    }
    for (;;) {
      one()
      const char = this.space()
      if (char !== ',' && char !== end) this.fail(between)
      this.at++
      if (char === end) return
    }
  }

  private member(): void {
    if (this.space() !== '"') this.fail('looking for beginning of object key string')
    this.string()
    if (this.space() !== ':') this.fail('after object key')
    this.at++
    this.value()
  }

  private string(): void {
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const char = this.text[this.at]
      if (char === undefined || char < ' ') this.fail('in string literal')
      if (char !== '\\') continue
      const escaped = this.text[++this.at] ?? ''
      if (escaped === 'u') {
        for (let i = 0; i < 4; i++) if (!/[0-9a-fA-F]/.test(this.text[++this.at] ?? '')) this.fail('in \\u hexadecimal character escape')
      } else if (!/["\\/bfnrt]/.test(escaped)) this.fail('in string escape code')
    }
    this.at++
  }

  private digits(where: string): void {
    if (!/[0-9]/.test(this.text[this.at] ?? '')) this.fail(where)
    while (/[0-9]/.test(this.text[this.at] ?? '')) this.at++
  }

  private number(): void {
    if (this.text[this.at] === '-') this.at++
    if (this.text[this.at] === '0') this.at++
    else this.digits('in numeric literal')
    if (this.text[this.at] === '.') {
      this.at++
      this.digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at++
      if (/[-+]/.test(this.text[this.at] ?? '')) this.at++
      this.digits('in exponent of numeric literal')
    }
  }

  private literal(word: string): void {
    for (const char of word) {
      if (this.text[this.at] !== char) this.fail(`in literal ${word} (expecting ${quoted(char)})`)
      this.at++
    }
  }
}

/** Undefined when the text is one JSON value. */
export function jsonSyntaxError(text: string): JsonSyntaxError | undefined {
  try {
    new Scanner(text).run()
    return undefined
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    const char = text[error.at]
    if (char === undefined) return { message: 'unexpected end of JSON input' }
    const offset = Buffer.byteLength(text.slice(0, error.at)) + 1
    return { message: `invalid character ${quoted(char)} ${error.where}`, offset }
  }
}
