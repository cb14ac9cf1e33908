// Expansion of words: parameters, arithmetic, results of substitutions, field splitting, file names. Follows POSIX 2.6.
import type { Files } from '../process'
import { evaluate, type Names } from './arithmetic'
import type { Dialect, Parameter, Part, Word } from './ast'
import { edited, quotedText } from './edit'
import { escapeRegExp, glob, hasPattern } from './pattern'

/** `x: message` of an unset parameter, or what cannot be expanded: the shell says this and gives up. */
export class ExpansionProblem extends Error {
  constructor(
    message: string,
    /** A parameter that must be set was not. */
    readonly unset = false,
  ) {
    super(message)
  }
}

export interface ExpansionContext {
  dialect: Dialect
  get(name: string): string | undefined
  set(name: string, value: string): void
  /** Keys and values of a list or table. */
  list(name: string): [key: string, value: string][] | undefined
  /** A subscript, expanded, as a key. */
  key(name: string, subscript: string): string
  setElement(name: string, key: string, value: string): void
  /** Names of variables that begin so, sorted. */
  namesWith(prefix: string): string[]
  numbers: Names
  parameters: string[]
  /** Output of a substitution, trailing newlines cut. */
  result(node: number): string
  /** The path of a process substitution's pipe. */
  pipe(node: number, writes: boolean): string
  files: Files
  cwd: string
  noGlob: boolean
  noUnset: boolean
  /** Patterns that match no file give nothing. */
  nullGlob?: boolean
}

/** Text with marks: characters at quoted places neither split nor match. */
interface Piece {
  text: string
  quoted: boolean
  /** From an expansion: subject to field splitting. */
  split: boolean
  /** "$@": a field ends here. */
  breakAfter?: boolean
}

interface Field {
  pattern: string
  text: string
}

/** The fields of a word. */
export function expandWord(word: Word, context: ExpansionContext): string[] {
  const pieces = word.parts.flatMap((part, i) => piecesOf(part, context, i === 0))
  return fieldsOf(pieces, context.get('IFS') ?? ' \t\n').flatMap(({ pattern, text }) => {
    if (context.noGlob || !hasPattern(pattern)) return [text]
    const found = glob(pattern, context.cwd, context.files)
    return found.length > 0 ? found : context.nullGlob ? [] : [text]
  })
}

function fieldsOf(pieces: Piece[], ifs: string): Field[] {
  const fields: Field[] = []
  let current: Field | undefined
  // White space beside another separator belongs to it.
  let afterSpace = false
  function add(text: string, quoted: boolean): void {
    current ??= { pattern: '', text: '' }
    current.text += text
    current.pattern += quoted ? text.replace(QUOTED_GLOB, '\\$&') : text
    afterSpace = false
  }
  function end(): void {
    if (current) fields.push(current)
    current = undefined
  }
  for (const piece of pieces) {
    if (!piece.split || piece.quoted) {
      if (piece.text !== '' || piece.quoted) add(piece.text, piece.quoted)
    } else {
      for (const c of piece.text) {
        if (!ifs.includes(c)) add(c, false)
        else if (' \t\n'.includes(c)) {
          if (current) afterSpace = true
          end()
        } else {
          if (!current && !afterSpace) fields.push({ pattern: '', text: '' })
          afterSpace = false
          end()
        }
      }
    }
    if (piece.breakAfter) end()
  }
  end()
  return fields
}

const QUOTED_GLOB = /[\\*?[\]()|+@!]/g
const QUOTED_PATTERN = /[\\*?[\]()|+@!/&]/g

/** A word as one text: assignments, redirection targets, here-documents, case subjects. */
export function expandText(word: Word, context: ExpansionContext, assignment = false): string {
  let out = ''
  const pieces = word.parts.flatMap((part, i) => piecesOf(part, context, i === 0, assignment))
  for (const [i, piece] of pieces.entries()) out += piece.text + (piece.breakAfter && i < pieces.length - 1 ? ' ' : '')
  return out
}

/** A word as a pattern: quoted characters lose their power. */
export function expandPattern(word: Word, context: ExpansionContext): string {
  return word.parts
    .flatMap((part, i) => piecesOf(part, context, i === 0))
    .map((p) => (p.quoted ? p.text.replace(QUOTED_PATTERN, '\\$&') : p.text))
    .join('')
}

/** A word as a regular expression: quoted text stands for itself. */
export function expandExpression(word: Word, context: ExpansionContext): string {
  return word.parts
    .flatMap((part, i) => piecesOf(part, context, i === 0))
    .map((p) => (p.quoted ? escapeRegExp(p.text) : p.text))
    .join('')
}

function piecesOf(part: Part, context: ExpansionContext, first: boolean, assignment = false): Piece[] {
  const quoted = !!part.quoted
  switch (part.kind) {
    case 'text': {
      let { text } = part
      const home = context.get('HOME') ?? '/root'
      if (first && !quoted) text = text.replace(/^~(root)?(?=\/|$)/, (_, root) => (root ? '/root' : home))
      if (assignment && !quoted) text = text.replace(/(^|:)~(?=\/|:|$)/g, (_, before, at) => (at === 0 && !first ? _ : before + home))
      return [{ text, quoted, split: false }]
    }
    case 'substitution':
      return [{ text: context.result(part.node), quoted, split: true }]
    case 'process':
      return [{ text: context.pipe(part.node, !!part.writes), quoted: true, split: false }]
    case 'arithmetic': {
      const value = evaluate(expandText(part.word, context), context.numbers, context.dialect)
      return [{ text: String(value), quoted, split: true }]
    }
    case 'bad':
      throw new ExpansionProblem(
        context.dialect === 'bash'
          ? `${part.text}: bad substitution`
          : context.dialect === 'dash'
            ? 'Bad substitution'
            : 'syntax error: bad substitution',
      )
    case 'parameter':
      return parameterPieces(part, context)
  }
}

/** What `${!x}` means by the name that stands in x. */
function pointed(part: Parameter, context: ExpansionContext): Parameter {
  const target = context.get(part.name) ?? ''
  const { indirect, ...rest } = part
  void indirect
  const parts = /^([A-Za-z_]\w*|\d+|[@*])(?:\[(.+)\])?$/.exec(target)
  if (!parts) throw new ExpansionProblem(target === '' ? `${part.name}: invalid indirect expansion` : `${target}: invalid variable name`)
  const subscript = parts[2]
  const word: Word = { parts: [{ kind: 'text', text: subscript ?? '' }], substitutions: [] }
  return {
    ...rest,
    name: parts[1],
    ...(subscript === undefined ? {} : { subscript: subscript === '@' || subscript === '*' ? subscript : word }),
  }
}

function parameterPieces(part: Parameter, context: ExpansionContext): Piece[] {
  const quoted = !!part.quoted
  const { subscript } = part
  if (part.operator === 'names') return listPieces(context.namesWith(part.name), '*', quoted, context)
  if (part.indirect && (subscript === '@' || subscript === '*')) {
    return listPieces(
      (context.list(part.name) ?? []).map(([key]) => key),
      subscript,
      quoted,
      context,
    )
  }
  if (part.indirect) return parameterPieces(pointed(part, context), context)
  const sign = part.name === '@' || part.name === '*' ? part.name : subscript === '@' || subscript === '*' ? subscript : undefined
  if (sign) return wholePieces(part, sign, context)
  const key = typeof subscript === 'object' ? context.key(part.name, expandText(subscript, context)) : undefined
  const value = key === undefined ? context.get(part.name) : context.list(part.name)?.find(([k]) => k === key)?.[1]
  const shown = key === undefined ? part.name : `${part.name}[${key}]`
  const operator = part.operator ?? ''
  const tests = /^:?[-=+?]$/.test(operator)
  if (value === undefined && context.noUnset && !tests) throw unboundProblem(shown, context.dialect)
  if (tests) {
    const unset = value === undefined || (operator.startsWith(':') && value === '')
    return testedPieces(part, operator, shown, unset, [{ text: value ?? '', quoted, split: true }], context, (text) => {
      if (key === undefined) context.set(part.name, text)
      else context.setElement(part.name, key, text)
    })
  }
  return [{ text: operator === '' ? (value ?? '') : editedPart(value, operator, part, context), quoted, split: true }]
}

function unboundProblem(name: string, dialect: Dialect): ExpansionProblem {
  if (dialect !== 'bash') return new ExpansionProblem(`${name}: parameter not set`, true)
  return new ExpansionProblem(`${/^\d+$/.test(name) ? '$' : ''}${name}: unbound variable`, true)
}

/** `-`, `=`, `+` and `?`: what is given when the parameter is set, and when it is not. */
function testedPieces(
  part: Parameter,
  operator: string,
  shown: string,
  unset: boolean,
  given: Piece[],
  context: ExpansionContext,
  set: (text: string) => void,
): Piece[] {
  const quoted = !!part.quoted
  switch (operator.at(-1)) {
    case '-':
      return unset ? wordPieces(part.word!, context, quoted) : given
    case '+':
      return unset ? [{ text: '', quoted, split: true }] : wordPieces(part.word!, context, quoted)
    case '=': {
      if (!unset) return given
      const text = expandText(part.word!, context)
      set(text)
      return [{ text, quoted, split: true }]
    }
    default:
      if (!unset) return given
      throw new ExpansionProblem(
        `${shown}: ${expandText(part.word!, context) || (operator === '?' ? 'parameter not set' : 'parameter null or not set')}`,
        true,
      )
  }
}

/** `$@`, `${a[*]}` and what is done with every element. */
function wholePieces(part: Parameter, sign: '@' | '*', context: ExpansionContext): Piece[] {
  const quoted = !!part.quoted
  const positional = part.name === '@' || part.name === '*'
  const values = positional ? context.parameters.slice(1) : (context.list(part.name) ?? []).map(([, value]) => value)
  const operator = part.operator ?? ''
  // Shells without lists look at one text.
  const joined = positional && context.dialect !== 'bash' ? values.join(' ') : undefined
  if (operator === '#len')
    return [{ text: String(joined === undefined || context.dialect === 'dash' ? values.length : joined.length), quoted, split: true }]
  if (/^:?[-=+?]$/.test(operator)) {
    const unset = values.length === 0 || (operator.startsWith(':') && values.join('') === '')
    return testedPieces(part, operator, part.name, unset, listPieces(values, sign, quoted, context), context, () => {})
  }
  if (operator === ':' && joined === undefined) {
    const all = positional ? [context.parameters[0], ...values] : values
    const keys = positional ? undefined : (context.list(part.name) ?? []).map(([key]) => Number(key))
    return listPieces(sliced(all, keys, part, context), sign, quoted, context)
  }
  if (operator === ':') return [{ text: editedPart(joined, operator, part, context), quoted, split: true }]
  const changed = operator === '' ? values : values.map((value) => editedPart(value, operator, part, context))
  return listPieces(changed, sign, quoted, context)
}

/** `${a[@]:offset:length}`; offsets are subscripts, which a list with holes may lack. */
function sliced(all: string[], keys: number[] | undefined, part: Parameter, context: ExpansionContext): string[] {
  const [offset, length] = expandText(part.word!, context)
    .split(':')
    .map((e) => Number(evaluate(e, context.numbers, context.dialect)))
  const top = keys ? (keys.at(-1) ?? -1) + 1 : all.length
  const from = offset < 0 ? top + offset : offset
  if (from < 0) return []
  const rest = keys ? all.filter((_, i) => keys[i] >= from) : all.slice(from)
  return length === undefined ? rest : rest.slice(0, length)
}

function editedPart(value: string | undefined, operator: string, part: Parameter, context: ExpansionContext): string {
  if (operator === '#len') return String([...(value ?? '')].length)
  if (operator.startsWith('@')) return value === undefined ? '' : quotedText(value, operator[1])
  if (operator === ':') {
    const [offset, length] = expandText(part.word!, context)
      .split(':')
      .map((e) => Number(evaluate(e, context.numbers, context.dialect)))
    const text = value ?? ''
    const from = offset < 0 ? text.length + offset : offset
    if (from < 0) return ''
    if (length !== undefined && length < 0 && text.length + length < from) throw new ExpansionProblem(`${length}: substring expression < 0`)
    return length === undefined ? text.slice(from) : length < 0 ? text.slice(from, length) : text.slice(from, from + length)
  }
  return edited(value ?? '', operator, expandPattern(part.word!, context), context.dialect === 'bash')
}

function wordPieces(word: Word, context: ExpansionContext, quoted: boolean): Piece[] {
  const pieces = word.parts.flatMap((p, i) => piecesOf(p, context, i === 0))
  return quoted ? pieces.map((p) => ({ ...p, quoted: true, split: false })) : pieces.map((p) => ({ ...p, split: !p.quoted }))
}

function listPieces(list: string[], sign: '@' | '*', quoted: boolean, context: ExpansionContext): Piece[] {
  if (quoted && sign === '*') return [{ text: list.join((context.get('IFS') ?? ' ').slice(0, 1)), quoted, split: false }]
  return list.map((text, i) => ({ text, quoted, split: !quoted, ...(i < list.length - 1 ? { breakAfter: true } : {}) }))
}
