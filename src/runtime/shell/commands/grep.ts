// grep, line by line as input comes, or over files.
import { BoundedRegExp } from '../../../lib/bounded-regexp'
import type { Command, CommandIo } from '../../process'
import { escapeRegExp } from '../pattern'
import { base, isGnu, linesOf, misused, parseFlags, readOperand } from './errors'
import { expressionOf } from './regex'

interface GrepState {
  left: string
  found: boolean
  line: number
}

export const grep: Command = (io, raw) => {
  const { flags, values, rest } = parseFlags(io, 'emABCf')
  const patterns = patternsOf(io) ?? rest.splice(0, 1)
  if (patterns[0] === undefined) {
    if (!isGnu(io)) return misused(io, '', '[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...', 2)
    io.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")
    return 2
  }
  const kind =
    flags.has('F') || base(io) === 'fgrep' ? 'fixed' : flags.has('E') || flags.has('P') || base(io) === 'egrep' ? 'extended' : 'basic'
  let source = patterns
    .join('\n')
    .split('\n')
    .map((p) => (kind === 'fixed' ? escapeRegExp(p) : expressionOf(p, kind === 'extended')))
    .join('|')
  if (flags.has('w')) source = `\\b(?:${source})\\b`
  if (flags.has('x')) source = `^(?:${source})$`
  let expression: RegExp
  try {
    // A bracket that nothing closes is a mistake, not itself.
    if (kind !== 'fixed' && patterns.some((p) => /^(?:[^\\[]|\\.|\[\^?\]?(?:[^\][]|\[[:.=][^\]]*\])*\])*\[(?!.*\])/.test(p)))
      throw new SyntaxError()
    expression = new BoundedRegExp(source, flags.has('i') || flags.has('y') ? 'gi' : 'g')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    io.err(isGnu(io) ? 'grep: Invalid regular expression\n' : `grep: bad regex '${patterns[0]}'\n`)
    return 2
  }
  const hits = (line: string) => {
    expression.lastIndex = 0
    return expression.test(line) !== flags.has('v')
  }
  const most = values['m'] === undefined ? Number.POSITIVE_INFINITY : Number(values['m'])
  const operands = rest.length > 0 ? rest : flags.has('r') || flags.has('R') ? ['.'] : ['-']
  if (
    operands.length === 1 &&
    operands[0] === '-' &&
    !flags.has('c') &&
    !/[ABC]/.test(Object.keys(values).join('')) &&
    most === Number.POSITIVE_INFINITY
  ) {
    // Passes lines on as they come.
    const state = (raw as unknown as GrepState | undefined) ?? { left: '', found: false, line: 0 }
    const { text, end } = io.input()
    const all = state.left + text
    const cut = end ? all.length : all.lastIndexOf('\n') + 1
    for (const line of linesOf(all.slice(0, cut))) {
      state.line++
      if (!hits(line)) continue
      state.found = true
      if (flags.has('q')) return 0
      print(io, flags, expression, '', state.line, line, ':')
    }
    if (end) return state.found ? 0 : 1
    return { state: { ...state, left: all.slice(cut) }, onInput: true }
  }
  let found = false
  let failed = false
  const deep = flags.has('r') || flags.has('R')
  const names = operands.flatMap((name) => (deep && io.files.isDirectory(io.path(name)) ? filesBelow(io, name, rest.length > 0) : [name]))
  const prefixed = (names.length > 1 || deep || flags.has('H')) && !flags.has('h')
  const after = Number(values['A'] ?? values['C'] ?? 0)
  const before = Number(values['B'] ?? values['C'] ?? 0)
  for (const name of names) {
    if (io.files.isDirectory(io.path(name)) && name !== '-') {
      if (isGnu(io)) io.err(`grep: ${name}: Is a directory\n`)
      if (isGnu(io)) failed = true
      continue
    }
    const text = flags.has('s') && !io.files.exists(io.path(name)) ? undefined : readOperand(io, name)
    if (text === undefined) {
      failed = true
      continue
    }
    const lines = linesOf(text)
    let count = 0
    let shownTo = -1
    for (const [i, line] of lines.entries()) {
      if (count >= most || !hits(line)) continue
      count++
      found = true
      if (flags.has('q')) return 0
      if (flags.has('c') || flags.has('l') || flags.has('L')) continue
      for (let n = Math.max(shownTo + 1, i - before); n <= Math.min(lines.length - 1, i + after); n++) {
        const own = n === i || hits(lines[n])
        print(
          io,
          own ? flags : new Set([...flags].filter((f) => f !== 'o')),
          expression,
          prefixed ? name : '',
          n + 1,
          lines[n],
          own ? ':' : '-',
        )
        shownTo = n
      }
    }
    if (flags.has('c')) io.out(`${prefixed ? `${name}:` : ''}${count}\n`)
    if (flags.has('l') && count > 0) io.out(`${name}\n`)
    if (flags.has('L') && count === 0) io.out(`${name}\n`)
  }
  return failed ? 2 : found ? 0 : 1
}

/** The patterns of all -e, and those of the file of -f; undefined when there is neither. */
function patternsOf(io: CommandIo): string[] | undefined {
  const out: string[] = []
  for (let i = 0; i < io.args.length && io.args[i] !== '--'; i++) {
    const option = /^-[a-zA-DF-Z]*?([ef])(.*)$/s.exec(io.args[i])
    if (!option || io.args[i].startsWith('--')) continue
    const value = option[2] !== '' ? option[2] : (io.args[++i] ?? '')
    if (option[1] === 'e') out.push(value)
    else out.push(...linesOf(readOperand(io, value) ?? ''))
  }
  return out.length > 0 ? out : undefined
}

function print(io: CommandIo, flags: Set<string>, expression: RegExp, name: string, number: number, line: string, mark: string): void {
  const head = `${name ? name + mark : ''}${flags.has('n') ? number + mark : ''}`
  if (!flags.has('o')) io.out(`${head}${line}\n`)
  else for (const match of line.match(expression) ?? []) if (match !== '') io.out(`${head}${match}\n`)
}

/** With the path as it was given in front: `./a` below `.`, which GNU leaves out when nothing was given. */
function filesBelow(io: CommandIo, name: string, given: boolean): string[] {
  return (io.files.list(io.path(name)) ?? []).flatMap((n) => {
    const shown = name === '.' && !given ? n : `${name.replace(/\/$/, '')}/${n}`
    return io.files.isDirectory(io.path(shown)) ? filesBelow(io, shown, true) : [shown]
  })
}
