// The script of sed as a list of instructions; blocks, labels and branches become jumps.
import { BoundedRegExp } from '../../../lib/bounded-regexp'
import { expressionOf } from './regex'

export type Address = { line: number } | { last: true } | { expression: RegExp } | { first: number; step: number }

export interface Instruction {
  from?: Address
  /** `more`: so many lines after the first. */
  to?: Address | { more: number }
  negated: boolean
  name: string
  expression?: RegExp
  /** Replacement, text, file or the sets of y (apart by NUL). */
  text?: string
  print?: boolean
  nth?: number
  every?: boolean
  /** `{`, b, t, T: where it goes on. */
  jump?: number
}

export class SedProblem extends Error {}

const PLAIN = 'dDgGhHlnNpPqQxz='

/** Throws SedProblem. */
export function parseSed(script: string, extended: boolean): Instruction[] {
  return new Parser(script, extended).parse()
}

class Parser {
  private at = 0
  private readonly out: Instruction[] = []
  private readonly open: number[] = []
  private readonly labels = new Map<string, number>()
  private readonly branches: { instruction: Instruction; label: string }[] = []
  private last?: RegExp

  constructor(
    private readonly script: string,
    private readonly extended: boolean,
  ) {}

  parse(): Instruction[] {
    for (this.skip(/^[\s;]+/); this.at < this.script.length; this.skip(/^[\s;]+/)) this.command()
    if (this.open.length > 0) throw new SedProblem('unmatched {')
    for (const { instruction, label } of this.branches) {
      const to = label === '' ? this.out.length : this.labels.get(label)
      if (to === undefined) throw new SedProblem(`can't find label for jump to '${label}'`)
      instruction.jump = to
    }
    return this.out
  }

  private skip(pattern: RegExp): string {
    const [found] = pattern.exec(this.script.slice(this.at)) ?? ['']
    this.at += found.length
    return found
  }

  private command(): void {
    if (this.script[this.at] === '#') {
      this.skip(/^[^\n]*/)
      return
    }
    const from = this.address()
    let to: Instruction['to']
    if (from && this.skip(/^\s*,\s*/)) {
      to = this.skip(/^\+/) ? { more: Number(this.skip(/^\d+/)) } : this.address()
      if (!to) throw new SedProblem('unexpected ,')
    }
    const negated = this.skip(/^\s*!?\s*/).includes('!')
    const name = this.script[this.at++]
    if (name === undefined) throw new SedProblem('missing command')
    const instruction: Instruction = { from, to, negated, name }
    if (name === '}') {
      const begin = this.open.pop()
      if (begin === undefined) throw new SedProblem('unexpected }')
      this.out[begin].jump = this.out.length
    } else if (name === ':') this.labels.set(this.skip(/^\s*[^\s;]*/).trim(), this.out.length)
    else {
      this.finish(instruction)
      this.out.push(instruction)
    }
  }

  private finish(instruction: Instruction): void {
    const { name } = instruction
    if (name === '{') this.open.push(this.out.length)
    else if (name === 's') this.substitution(instruction)
    else if (name === 'y') {
      const mark = this.script[this.at++]
      instruction.text = `${plain(this.delimited(mark))}\0${plain(this.delimited(mark))}`
    } else if ('aic'.includes(name)) {
      this.skip(/^[ \t]*(?:\\\n[ \t]*|\\)?/)
      instruction.text = this.skip(/^(?:[^\n\\]|\\[\s\S])*/).replace(/\\([\s\S])/g, (_, c: string) => (c === 't' ? '\t' : c))
    } else if ('btT'.includes(name)) this.branches.push({ instruction, label: this.skip(/^[ \t]*[^\s;}]*/).trim() })
    else if ('rw'.includes(name)) instruction.text = this.skip(/^[ \t]*[^\n]*/).trim()
    else if (PLAIN.includes(name)) this.skip(/^[ \t]*\d*/)
    else throw new SedProblem(`unsupported command ${name}`)
  }

  private substitution(instruction: Instruction): void {
    const mark = this.script[this.at++]
    const pattern = this.delimited(mark, true)
    instruction.text = this.delimited(mark)
    const flags = this.skip(/^[gpiIMme0-9]*/)
    if (this.skip(/^w/)) this.skip(/^[^\n]*/)
    instruction.print = flags.includes('p')
    instruction.every = flags.includes('g')
    instruction.nth = Number(/\d+/.exec(flags)?.[0] ?? 1)
    instruction.expression = this.regex(pattern, /[iI]/.test(flags))
  }

  /** An empty one is the last one again. */
  private regex(pattern: string, anyCase: boolean): RegExp {
    if (pattern === '' && this.last) return this.last
    this.last = new BoundedRegExp(expressionOf(pattern, this.extended), anyCase ? 'gi' : 'g')
    return this.last
  }

  /** Text up to a mark, which may stand in it behind a backslash. */
  private delimited(mark: string, brackets = false): string {
    let text = ''
    let inside = false
    for (; this.at < this.script.length; this.at++) {
      const c = this.script[this.at]
      if (c === mark && !inside) {
        this.at++
        return text
      }
      if (c === '\\' && this.at + 1 < this.script.length) {
        const next = this.script[++this.at]
        text += next === mark ? next : `\\${next}`
      } else {
        // A mark in brackets is one of the characters.
        if (c === '[' && brackets && !inside) inside = /^\[[^\]\n]*\]/.test(this.script.slice(this.at))
        else if (c === ']') inside = false
        text += c
      }
    }
    throw new SedProblem(`unterminated ${mark === '/' ? 'address regex or command' : 'command'}`)
  }

  private address(): Address | undefined {
    const number = this.skip(/^\d+/)
    if (number) {
      const step = this.skip(/^~\d+/)
      return step ? { first: Number(number), step: Number(step.slice(1)) } : { line: Number(number) }
    }
    if (this.skip(/^\$/)) return { last: true }
    const custom = this.skip(/^\\/)
    if (custom || this.script[this.at] === '/') {
      const mark = this.script[this.at++]
      const pattern = this.delimited(mark, true)
      return { expression: this.regex(pattern, this.skip(/^I/) !== '') }
    }
    return undefined
  }
}

function plain(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c)
}
