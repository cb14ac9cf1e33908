// Where a YAML scanner stands in its text: characters ahead, lines and columns, and libyaml's errors.

export interface Mark {
  index: number
  /** Counted from 0. */
  line: number
  column: number
}

/** An error in go-yaml's words, `line 5: did not find expected key`, without the leading `yaml: `. */
export class YamlError extends Error {}

/**
 * go-yaml counts the lines of scanner errors from 1 and those of parser errors from 0, and leaves out line 0.
 * Upstream: go.yaml.in/yaml/v2 decode.go (parser.fail).
 */
export function yamlError(problem: string, at: Mark, context: Mark | undefined, scanner: boolean): YamlError {
  const line = at.line !== 0 ? at.line + (scanner ? 1 : 0) : (context?.line ?? 0)
  return new YamlError(line !== 0 ? `line ${line}: ${problem}` : problem)
}

const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ud800-\udfff\ue000-\ufffd]|\ufeff/

export class Reader {
  index = 0
  line = 0
  column = 0

  constructor(readonly text: string) {
    const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
    this.index = start
    const bad = FORBIDDEN.exec(start ? text.slice(1) : text)
    if (bad) throw new YamlError('control characters are not allowed')
  }

  mark(): Mark {
    return { index: this.index, line: this.line, column: this.column }
  }

  /** The character `ahead` of here; empty at the end. */
  peek(ahead = 0): string {
    return this.text[this.index + ahead] ?? ''
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.index)
  }

  skip(count = 1): void {
    this.index += count
    this.column += count
  }

  read(): string {
    const c = this.peek()
    this.skip()
    return c
  }

  /** Passes a line break; answers the break as it counts in a scalar. */
  readLine(): string {
    const c = this.peek()
    this.index += c === '\r' && this.peek(1) === '\n' ? 2 : 1
    this.line++
    this.column = 0
    return c === '\u2028' || c === '\u2029' ? c : '\n'
  }

  isEnd(): boolean {
    return this.index >= this.text.length
  }
}

export function isBlank(c: string): boolean {
  return c === ' ' || c === '\t'
}

export function isBreak(c: string): boolean {
  return c === '\n' || c === '\r' || c === '\x85' || c === '\u2028' || c === '\u2029'
}

/** A blank, a break or the end. */
export function isBlankz(c: string): boolean {
  return c === '' || isBlank(c) || isBreak(c)
}
