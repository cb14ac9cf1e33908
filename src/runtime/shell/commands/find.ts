// find: a walk over directories, an expression for each path, commands run for those that fit.
import { BoundedRegExp } from '../../../lib/bounded-regexp'
import type { Command, CommandIo, FileStat } from '../../process'
import { nameOf } from '../../tree'
import { matches } from '../pattern'
import { attempt, isGnu } from './errors'
import { expressionOf } from './regex'

type Test =
  | { kind: 'and' | 'or'; left: Test; right: Test }
  | { kind: 'not'; of: Test }
  | { kind: 'test'; holds(visit: Visit): boolean }
  | { kind: 'exec'; words: string[]; together: boolean }

interface Visit {
  /** As it is printed. */
  name: string
  path: string
  stat: FileStat
  /** Set by -prune. */
  prune?: boolean
}

interface FindState {
  /** Paths still to be looked at, next first. */
  left: { name: string; depth: number }[]
  /** Exit codes of commands run for the path being looked at. */
  results: number[]
  /** What was printed for it already. */
  printed: number
  status: number
  /** For `-exec … +`, by position in the expression. */
  gathered: string[][]
  /** Commands with `+` that are left to run. */
  closing?: number
}

class FindProblem extends Error {}
/** A command whose outcome is needed. */
class Pending {
  constructor(readonly argv: string[]) {}
}

interface Expression {
  root: Test
  deepest: number
  shallowest: number
  depthFirst: boolean
  together: string[][]
}

const ACTIONS = new Set(['-print', '-print0', '-exec', '-delete', '-quit'])

class Parser {
  private at = 0
  private readonly found: Omit<Expression, 'root'> = { deepest: Number.POSITIVE_INFINITY, shallowest: 0, depthFirst: false, together: [] }

  constructor(
    private readonly io: CommandIo,
    private readonly words: string[],
    private readonly print: (text: string) => void,
  ) {}

  parse(): Expression {
    const acts = this.words.some((w) => ACTIONS.has(w))
    const print: Test = { kind: 'test', holds: ({ name }) => this.say(`${name}\n`) }
    if (this.words.length === 0) return { ...this.found, root: print }
    const root = this.or()
    if (this.at < this.words.length) throw new FindProblem(`unrecognized: ${this.words[this.at]}`)
    return { ...this.found, root: acts ? root : { kind: 'and', left: root, right: print } }
  }

  private say(text: string): boolean {
    this.print(text)
    return true
  }

  private or(): Test {
    let left = this.and()
    while (this.words[this.at] === '-o' || this.words[this.at] === '-or') {
      this.at++
      left = { kind: 'or', left, right: this.and() }
    }
    return left
  }

  private and(): Test {
    let left = this.not()
    while (this.at < this.words.length && !['-o', '-or', ')'].includes(this.words[this.at])) {
      if (this.words[this.at] === '-a' || this.words[this.at] === '-and') this.at++
      left = { kind: 'and', left, right: this.not() }
    }
    return left
  }

  private not(): Test {
    if (this.words[this.at] === '!' || this.words[this.at] === '-not') {
      this.at++
      return { kind: 'not', of: this.not() }
    }
    if (this.words[this.at] !== '(') return this.primary()
    this.at++
    const inside = this.or()
    if (this.words[this.at++] !== ')') throw new FindProblem("unpaired '('")
    return inside
  }

  private value(word: string): string {
    const value = this.words[this.at++]
    if (value === undefined) throw new FindProblem(`option requires an argument -- '${word.slice(1)}'`)
    return value
  }

  private primary(): Test {
    const word = this.words[this.at++]
    const test = (holds: (visit: Visit) => boolean): Test => ({ kind: 'test', holds })
    const always = test(() => true)
    switch (word) {
      case '-name':
      case '-iname': {
        const value = this.value(word)
        const fold = (text: string) => (word === '-iname' ? text.toLowerCase() : text)
        return test(({ name }) => matches(fold(value), fold(nameOf(name) || name)))
      }
      case '-path':
      case '-wholename': {
        const value = this.value(word)
        return test(({ name }) => matches(value, name))
      }
      case '-regex': {
        const regex = new BoundedRegExp(`^(?:${expressionOf(this.value(word), false)})$`)
        return test(({ name }) => regex.test(name))
      }
      case '-type': {
        const type = { f: 'file', d: 'directory', l: 'link' }[this.value(word)]
        return test(({ stat }) => stat.type === type)
      }
      case '-empty':
        return test(({ stat, path }) => (stat.type === 'directory' ? this.io.files.list(path)?.length === 0 : stat.size === 0))
      case '-size': {
        const [number, unit] = [this.value(word), { c: 1, k: 1024, M: 1 << 20, G: 1 << 30, b: 512 }]
        const size = unit[number.at(-1) as 'c'] ?? 512
        return test(({ stat }) => within(number, Math.ceil(stat.size / size)))
      }
      case '-mtime':
      case '-mmin':
      case '-ctime':
      case '-cmin':
      case '-atime':
      case '-amin': {
        const [number, unit] = [this.value(word), word.endsWith('min') ? 60_000 : 86_400_000]
        return test(({ stat }) => within(number, Math.floor((this.io.process.env.now() - stat.changedAt) / unit)))
      }
      case '-newer': {
        const than = this.io.files.stat(this.io.path(this.value(word)))?.changedAt ?? 0
        return test(({ stat }) => stat.changedAt > than)
      }
      case '-perm': {
        const mode = this.value(word)
        const bits = Number.parseInt(mode.replace(/^[-/+]/, ''), 8)
        if (mode.startsWith('-')) return test(({ stat }) => (stat.mode & bits) === bits)
        return test(({ stat }) => (/^[/+]/.test(mode) ? (stat.mode & bits) !== 0 : stat.mode === bits))
      }
      case '-executable':
        return test(({ stat }) => (stat.mode & 0o111) !== 0)
      case '-user':
      case '-group':
        return test(
          (
            (who) => () =>
              who === 'root' || who === '0'
          )(this.value(word)),
        )
      case '-maxdepth':
        this.found.deepest = Number(this.value(word))
        return always
      case '-mindepth':
        this.found.shallowest = Number(this.value(word))
        return always
      case '-depth':
        this.found.depthFirst = true
        return always
      case '-xdev':
      case '-mount':
      case '-follow':
        return always
      case '-prune':
        return test((visit) => {
          visit.prune = true
          return true
        })
      case '-print':
        return test(({ name }) => this.say(`${name}\n`))
      case '-print0':
        return test(({ name }) => this.say(`${name}\0`))
      case '-delete':
        this.found.depthFirst = true
        return test(({ name, path }) =>
          attempt(
            this.io,
            (why) => `${name}: ${why}`,
            () => this.io.files.remove(path),
          ),
        )
      case '-exec':
        return this.exec()
    }
    throw new FindProblem(isGnu(this.io) ? `unknown predicate '${word}'` : `unrecognized: ${word}`)
  }

  private exec(): Test {
    const words: string[] = []
    for (let word = this.value('-exec'); word !== ';'; word = this.value('-exec')) {
      if (word === '+' && words.at(-1) === '{}') {
        this.found.together.push(words.slice(0, -1))
        return { kind: 'exec', words: [String(this.found.together.length - 1)], together: true }
      }
      words.push(word)
    }
    return { kind: 'exec', words, together: false }
  }
}

/** `+3`, `-3`, `3`, a unit behind it or not. */
function within(wanted: string, actual: number): boolean {
  const n = Number.parseInt(wanted.replace(/^[+-]/, ''), 10)
  return wanted.startsWith('+') ? actual > n : wanted.startsWith('-') ? actual < n : actual === n
}

export const find: Command = (io, raw) => {
  let starts = 0
  while (starts < io.args.length && !/^(?:-|!$|\($)/.test(io.args[starts])) starts++
  const names = starts > 0 ? io.args.slice(0, starts) : ['.']
  const state = (raw as unknown as FindState | undefined) ?? {
    left: names.map((name) => ({ name, depth: 0 })),
    results: [],
    printed: 0,
    status: 0,
    gathered: [],
  }
  let said = 0
  let expression: Expression
  try {
    // What was printed for a path before one of its commands ran is not printed again.
    expression = new Parser(io, io.args.slice(starts), (text) => {
      if (++said > state.printed) io.out(text)
    }).parse()
  } catch (error) {
    if (!(error instanceof FindProblem)) throw error
    io.err(`find: ${error.message}\n`)
    return 1
  }
  if (raw !== undefined && io.result && state.closing === undefined) state.results.push(io.result.status)
  if (state.closing !== undefined && io.result?.status) state.status = 1
  for (let next = state.left[0]; next; next = state.left[0]) {
    said = 0
    try {
      visit(io, expression, state, next)
    } catch (error) {
      if (!(error instanceof Pending)) throw error
      return { state: { ...state, printed: Math.max(said, state.printed) } as never, run: { argv: error.argv } }
    }
    state.results = []
    state.printed = 0
  }
  const at = state.closing ?? 0
  const command = expression.together[at]
  if (!command) return state.status
  const gathered = state.gathered[at] ?? []
  if (gathered.length === 0) return state.status
  return { state: { ...state, closing: at + 1 } as never, run: { argv: [...command, ...gathered] } }
}

/** Looks at the next path, puts what is below it in its place. */
function visit(io: CommandIo, expression: Expression, state: FindState, { name, depth }: FindState['left'][number]): void {
  const { deepest, shallowest, depthFirst, root } = expression
  const entered = depth < 0
  const level = entered ? -depth - 1 : depth
  const path = io.path(name)
  const stat = io.files.stat(path)
  if (!stat) {
    if (level === 0) {
      io.err(isGnu(io) ? `find: '${name}': No such file or directory\n` : `find: ${name}: No such file or directory\n`)
      state.status = 1
    }
    state.left.shift()
    return
  }
  const below =
    stat.type === 'directory' && level < deepest && !entered
      ? (io.files.list(path) ?? []).map((n) => ({ name: `${name.replace(/\/$/, '')}/${n}`, depth: level + 1 }))
      : []
  if (depthFirst && !entered && below.length > 0) {
    // A negative depth marks a directory whose contents come first.
    state.left.splice(0, 1, ...below, { name, depth: -level - 1 })
    return
  }
  const looked: Visit = { name, path, stat }
  if (level >= shallowest) holds(root, looked, { used: 0, state })
  state.left.splice(0, 1, ...(looked.prune ? [] : below))
}

function holds(test: Test, visit: Visit, run: { used: number; state: FindState }): boolean {
  switch (test.kind) {
    case 'and':
      return holds(test.left, visit, run) && holds(test.right, visit, run)
    case 'or':
      return holds(test.left, visit, run) || holds(test.right, visit, run)
    case 'not':
      return !holds(test.of, visit, run)
    case 'test':
      return test.holds(visit)
    case 'exec': {
      if (test.together) {
        const list = Number(test.words[0])
        run.state.gathered[list] = [...(run.state.gathered[list] ?? []), visit.name]
        return true
      }
      const result = run.state.results[run.used++]
      if (result === undefined) throw new Pending(test.words.map((w) => w.replaceAll('{}', visit.name)))
      return result === 0
    }
  }
}
