// How each shell words what it has to say: where it happened, and what is wrong with a script.
import type { Dialect, SyntaxProblem, Unexpected } from './ast'
import type { ShellProcess } from './state'
import { shownLine } from './variables'

/** What stands before a message; `builtin`: the command that says it. */
export function complaintPrefix(process: ShellProcess, builtin?: string): string {
  const { dialect } = process
  const file = process.frames.findLast((f) => f.sourced !== undefined)?.sourced
  const name = dialect === 'bash' ? (file ?? process.name) : process.name
  const interactive = process.options.includes('i')
  if (dialect === 'bash') return `${name}: ${interactive ? '' : `line ${process.line}: `}${builtin ? `${builtin}: ` : ''}`
  if (dialect === 'dash') return `${name}: ${process.line}: ${file ? `${file}: ` : ''}${builtin ? `${builtin}: ` : ''}`
  const counted = builtin !== undefined || process.from === 'file' || process.named || file !== undefined
  const line = counted && (!interactive || file) ? `line ${file ? process.line : shownLine(process)}: ` : ''
  return `${name}: ${file ? `${file}: ` : ''}${builtin ? `${builtin}: ` : ''}${line}`
}

/** The lines that tell of a syntax error; `place`: `eval`, where it stands in a text of its. */
export function syntaxComplaint(process: ShellProcess, problem: SyntaxProblem, place?: string): string {
  const at = process.line
  process.line = problem.line
  const plain = complaintPrefix(process, place)
  process.line = at
  if (process.dialect !== 'bash') return `${plain}${syntaxText(problem, process.dialect)}\n`
  const sourced = process.frames.some((f) => f.sourced !== undefined)
  const where = place ?? (process.from === 'c' && !sourced ? '-c' : undefined)
  const prefix = (number: number) => (where && !process.options.includes('i') ? `${process.name}: ${where}: line ${number}: ` : plain)
  const { what, line, source } = problem
  if (typeof what === 'string') return `${prefix(line)}${what}\n`
  if ('missing' in what) return `${prefix(line)}unexpected EOF while looking for matching \`${what.missing}'\n`
  if (what.type === 'end') return `${prefix(line)}syntax error: unexpected end of file\n`
  return `${prefix(line)}syntax error near unexpected token \`${what.token}'\n${prefix(line)}\`${source ?? ''}'\n`
}

function syntaxText({ what }: SyntaxProblem, dialect: Dialect): string {
  const ash = dialect === 'ash'
  if (typeof what === 'string') return ash ? `syntax error: ${what.slice(0, 1).toLowerCase()}${what.slice(1)}` : `Syntax error: ${what}`
  if ('missing' in what) {
    if (what.missing === '}') return ash ? "syntax error: missing '}'" : "Syntax error: Missing '}'"
    if (what.missing === '`') return ash ? 'syntax error: EOF in backquote substitution' : 'Syntax error: EOF in backquote substitution'
    return ash ? 'syntax error: unterminated quoted string' : 'Syntax error: Unterminated quoted string'
  }
  const wanted = what.wanted ? ` (expecting "${what.wanted}")` : ''
  return ash ? `syntax error: unexpected ${tokenText(what)}${wanted}` : `Syntax error: ${tokenText(what)} unexpected${wanted}`
}

function tokenText(what: Unexpected): string {
  if (what.type === 'reserved' || what.type === 'operator') return `"${what.token}"`
  return what.type === 'end' ? 'end of file' : what.type
}
