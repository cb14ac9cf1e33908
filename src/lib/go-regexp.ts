// Regular expressions as Go's regexp package (RE2) reads them, made into JavaScript's; with Go's complaints about what it does not read.
import { BoundedRegExp } from './bounded-regexp'

/** Its message is Go's: "error parsing regexp: missing closing ): `(a`". */
export class GoRegexpError extends Error {
  constructor(why: string, where: string) {
    super(`error parsing regexp: ${why}: \`${where}\``)
  }
}

interface Flags {
  /** Letters match in either case. */
  i: boolean
  /** `^` and `$` match at lines. */
  m: boolean
  /** `.` matches a line break. */
  s: boolean
  /** `x*` takes as little as it can, `x*?` as much. */
  U: boolean
}

const CLASSES: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const SPECIAL = /[\\^$.*+?()[\]{}|/]/

function escaped(char: string): string {
  return SPECIAL.test(char) ? `\\${char}` : char
}

class Translator {
  private at = 0
  private flags: Flags = { i: false, m: false, s: false, U: false }

  constructor(private readonly text: string) {}

  run(): string {
    const out = this.alternatives()
    if (this.at < this.text.length) throw new GoRegexpError('unexpected )', this.text)
    return out
  }

  private get char(): string {
    return this.text[this.at] ?? ''
  }

  /** Up to the group's end; what flags are set inside ends with it. */
  private alternatives(): string {
    const outer = { ...this.flags }
    let out = ''
    while (this.at < this.text.length && this.char !== ')') {
      if (this.char === '|') {
        out += '|'
        this.at++
      } else out += this.repeated()
    }
    this.flags = outer
    return out
  }

  private repeated(): string {
    if (/[*+?]/.test(this.char)) throw new GoRegexpError('missing argument to repetition operator', this.char)
    let out = this.atom()
    const operators = this.at
    const missing = out === ''
    for (let times = 0; ; times++) {
      const operator = this.operator()
      if (!operator) return out
      if (times > 0) throw new GoRegexpError('invalid nested repetition operator', this.text.slice(operators, this.at))
      if (missing) throw new GoRegexpError('missing argument to repetition operator', operator)
      const lazy = operator.endsWith('?') && operator.length > 1
      const greedy = lazy ? operator.slice(0, -1) : operator
      out += lazy === this.flags.U ? greedy : `${greedy}?`
    }
  }

  /** `*`, `+?`, `{1,3}`; empty when there is none here. A brace that is no count stands for itself. */
  private operator(): string {
    const found = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(this.text.slice(this.at))
    if (!found) return ''
    const [whole, least, most] = found
    if (Number(least ?? 0) > 1000 || Number(most || 0) > 1000 || (most && Number(most) < Number(least))) {
      throw new GoRegexpError('invalid repeat count', whole.replace(/\?$/, ''))
    }
    this.at += whole.length
    return whole
  }

  private atom(): string {
    const char = this.char
    switch (char) {
      case '(':
        return this.group()
      case '[':
        return this.bracket()
      case '\\':
        return this.escape()
      case '.':
        this.at++
        return this.flags.s ? '[\\s\\S]' : '.'
      case '^':
        this.at++
        return this.flags.m ? '(?<=^|\\n)' : '^'
      case '$':
        this.at++
        return this.flags.m ? '(?=\\n|$)' : '$'
      default:
        this.at++
        return this.literal(char)
    }
  }

  private literal(char: string): string {
    if (!this.flags.i || char.toLowerCase() === char.toUpperCase()) return escaped(char)
    return `[${char.toLowerCase()}${char.toUpperCase()}]`
  }

  private group(): string {
    this.at++
    let open = '('
    const rest = this.text.slice(this.at)
    const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
    const named = /^\?P?<(\w+)>/.exec(rest)
    if (flags && (flags[1] || flags[2] || flags[3] === ':')) {
      this.at += flags[0].length
      const outer = { ...this.flags }
      for (const flag of flags[1]) this.flags[flag as keyof Flags] = true
      for (const flag of flags[2] ?? '') this.flags[flag as keyof Flags] = false
      if (flags[3] === ')') return ''
      const inner = this.closed()
      this.flags = outer
      return `(?:${inner})`
    }
    if (named) {
      this.at += named[0].length
      open = `(?<${named[1]}>`
    } else if (rest.startsWith('?'))
      throw new GoRegexpError('invalid or unsupported Perl syntax', `(${rest.slice(0, rest[1] === '<' ? 3 : 2)}`)
    return `${open}${this.closed()})`
  }

  private closed(): string {
    const inner = this.alternatives()
    if (this.char !== ')') throw new GoRegexpError('missing closing )', this.text)
    this.at++
    return inner
  }

  private bracket(): string {
    const start = this.at++
    let out = '['
    if (this.char === '^') {
      out += '^'
      this.at++
    }
    for (let first = true; first || this.char !== ']'; first = false) {
      if (this.at >= this.text.length) throw new GoRegexpError('missing closing ]', this.text.slice(start))
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.text.slice(this.at))
      if (posix) {
        if (!CLASSES[posix[2]] || posix[1]) throw new GoRegexpError('invalid character class range', posix[0])
        out += CLASSES[posix[2]]
        this.at += posix[0].length
      } else if (this.char === '\\') out += this.escape(true)
      else {
        const range = /^([^\\])-([^\]\\])/.exec(this.text.slice(this.at))
        if (range && range[1] > range[2]) throw new GoRegexpError('invalid character class range', range[0])
        if (range) {
          out += this.both(range[1], range[2])
          this.at += 3
        } else {
          out += this.both(this.char, this.char)
          this.at++
        }
      }
    }
    this.at++
    return `${out}]`
  }

  /** A range inside brackets, in both cases when case does not matter. */
  private both(from: string, to: string): string {
    const show = (a: string, b: string) => (a === b ? this.inBrackets(a) : `${this.inBrackets(a)}-${this.inBrackets(b)}`)
    const own = show(from, to)
    if (!this.flags.i) return own
    if (/^[a-z]{2}$/.test(from + to)) return own + show(from.toUpperCase(), to.toUpperCase())
    return /^[A-Z]{2}$/.test(from + to) ? own + show(from.toLowerCase(), to.toLowerCase()) : own
  }

  private inBrackets(char: string): string {
    return /[\\\]^[-]/.test(char) ? `\\${char}` : char
  }

  private escape(bracket = false): string {
    const rest = this.text.slice(this.at)
    if (rest.length < 2) throw new GoRegexpError('trailing backslash at end of expression', '')
    const take = (length: number, made: string) => {
      this.at += length
      return made
    }
    const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
    if (quoted && !bracket) return take(quoted[0].length, [...quoted[1]].map((char) => this.literal(char)).join(''))
    const code = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest)
    if (code)
      return take(
        code[0].length,
        `\\u{${code[1] ?? code[2]}}`.replace(/^\\u\{([0-9A-Fa-f]{1,4})\}$/, (_, hex: string) => `\\u${hex.padStart(4, '0')}`),
      )
    const property = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest)
    if (property) {
      const name = property[3] ?? property[4]
      const negated = property[2] ? (property[1] === 'p' ? 'P' : 'p') : property[1]
      return take(property[0].length, `\\${negated}{${name.length > 2 ? 'Script=' : ''}${name}}`)
    }
    const char = rest[1]
    if (/[dDwWtnrfv]/.test(char)) return take(2, `\\${char}`)
    // Go's space has no vertical tab.
    if (char === 's' || char === 'S')
      return take(2, char === 's' ? (bracket ? '\\t\\n\\f\\r ' : '[\\t\\n\\f\\r ]') : bracket ? '\\S' : '[^\\t\\n\\f\\r ]')
    if (!bracket && char === 'A') return take(2, '^')
    if (!bracket && char === 'z') return take(2, '$')
    if (!bracket && (char === 'b' || char === 'B')) return take(2, `\\${char}`)
    if (char === 'a') return take(2, '\\u0007')
    if (/[A-Za-z0-9]/.test(char)) throw new GoRegexpError('invalid escape sequence', `\\${char}`)
    return take(2, bracket ? this.inBrackets(char) : escaped(char))
  }
}

/** Throws GoRegexpError where Go does. */
export function goRegExp(pattern: string): RegExp {
  const source = new Translator(pattern).run()
  // Properties need the u flag, under which some escapes that are fine otherwise are not.
  return /\\[pP]\{|\\u\{/.test(source) ? new BoundedRegExp(source, 'u') : new BoundedRegExp(source)
}
