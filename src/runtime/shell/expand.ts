// Expansion of words: parameters, arithmetic, results of substitutions, field splitting, file names. Follows POSIX 2.6.
import { BoundedRegExp } from '../../lib/bounded-regexp'

import type { Files } from '../process'
import { evaluate } from './arithmetic'
import type { Part, Word } from './ast'
import { glob, hasPattern, patternSource } from './pattern'

/** `${x:?message}` of an unset parameter, or an unset one under `set -u`: the shell says this and ends. */
export class ExpansionProblem extends Error {}

export interface ExpansionContext {
  get(name: string): string | undefined
  set(name: string, value: string): void
  parameters: string[]
  /** Output of a substitution, trailing newlines cut. */
  result(node: number): string
  files: Files
  cwd: string
  noGlob: boolean
  noUnset: boolean
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

/** The fields of a word. */
export function expandWord(word: Word, context: ExpansionContext): string[] {
  const pieces = word.parts.flatMap((part, i) => piecesOf(part, context, i === 0))
  const fields: { pattern: string; text: string }[] = []
  let current: { pattern: string; text: string } | undefined
  const ifs = context.get('IFS') ?? ' \t\n'
  const space = [...ifs].filter((c) => ' \t\n'.includes(c)).join('')
  function add(text: string, quoted: boolean): void {
    current ??= { pattern: '', text: '' }
    current.text += text
    current.pattern += quoted ? text.replace(/[\\*?[\]]/g, '\\$&') : text
  }
  for (const piece of pieces) {
    if (!piece.split || piece.quoted) {
      if (piece.text !== '' || piece.quoted) add(piece.text, piece.quoted)
      if (piece.breakAfter && current) {
        fields.push(current)
        current = undefined
      }
      continue
    }
    for (let i = 0; i < piece.text.length; i++) {
      const c = piece.text[i]
      if (!ifs.includes(c)) add(c, false)
      else if (space.includes(c)) {
        if (current) fields.push(current)
        current = undefined
      } else {
        fields.push(current ?? { pattern: '', text: '' })
        current = undefined
      }
    }
    if (piece.breakAfter && current) {
      fields.push(current)
      current = undefined
    }
  }
  if (current) fields.push(current)
  return fields.flatMap(({ pattern, text }) => {
    if (context.noGlob || !hasPattern(pattern)) return [text]
    const found = glob(pattern, context.cwd, context.files)
    return found.length > 0 ? found : [text]
  })
}

/** A word as one text: assignments, redirection targets, here-documents, case subjects. */
export function expandText(word: Word, context: ExpansionContext): string {
  let out = ''
  const pieces = word.parts.flatMap((part, i) => piecesOf(part, context, i === 0))
  for (const [i, piece] of pieces.entries()) out += piece.text + (piece.breakAfter && i < pieces.length - 1 ? ' ' : '')
  return out
}

/** A word as a pattern: quoted characters lose their power. */
export function expandPattern(word: Word, context: ExpansionContext): string {
  return word.parts
    .flatMap((part, i) => piecesOf(part, context, i === 0))
    .map((p) => (p.quoted ? p.text.replace(/[\\*?[\]]/g, '\\$&') : p.text))
    .join('')
}

function piecesOf(part: Part, context: ExpansionContext, first: boolean): Piece[] {
  const quoted = !!part.quoted
  switch (part.kind) {
    case 'text': {
      let { text } = part
      const home = first && !quoted ? /^~(root)?(?=\/|$)/.exec(text) : null
      if (home) text = (home[1] ? '/root' : (context.get('HOME') ?? '/root')) + text.slice(home[0].length)
      return [{ text, quoted, split: false }]
    }
    case 'substitution':
      return [{ text: context.result(part.node), quoted, split: true }]
    case 'arithmetic': {
      const value = evaluate(expandText(part.word, context), { get: (n) => context.get(n) ?? '', set: context.set })
      return [{ text: String(value), quoted, split: true }]
    }
    case 'parameter':
      return parameterPieces(part, context)
  }
}

function parameterPieces(part: Extract<Part, { kind: 'parameter' }>, context: ExpansionContext): Piece[] {
  const quoted = !!part.quoted
  if ((part.name === '@' || part.name === '*') && !part.operator) return parametersPieces(part.name, quoted, context)
  const value = part.name === '@' || part.name === '*' ? context.parameters.slice(1).join(' ') || undefined : context.get(part.name)
  const operator = part.operator ?? ''
  const unset = value === undefined || (operator.startsWith(':') && value === '')
  const inner = () => expandText(part.word!, context)
  switch (operator) {
    case '':
      if (value === undefined && context.noUnset) throw new ExpansionProblem(`${part.name}: parameter not set`)
      return [{ text: value ?? '', quoted, split: true }]
    case '#len':
      return [
        {
          text: String(part.name === '@' || part.name === '*' ? context.parameters.length - 1 : (value ?? '').length),
          quoted,
          split: true,
        },
      ]
    case '-':
    case ':-':
      return unset ? wordPieces(part.word!, context, quoted) : [{ text: value, quoted, split: true }]
    case '+':
    case ':+':
      return unset ? [{ text: '', quoted, split: true }] : wordPieces(part.word!, context, quoted)
    case '=':
    case ':=': {
      if (!unset) return [{ text: value, quoted, split: true }]
      const text = inner()
      context.set(part.name, text)
      return [{ text, quoted, split: true }]
    }
    case '?':
    case ':?':
      if (!unset) return [{ text: value, quoted, split: true }]
      throw new ExpansionProblem(`${part.name}: ${inner() || (operator === '?' ? 'parameter not set' : 'parameter null or not set')}`)
    default:
      return [{ text: edited(value ?? '', operator, part.word!, context), quoted, split: true }]
  }
}

function wordPieces(word: Word, context: ExpansionContext, quoted: boolean): Piece[] {
  const pieces = word.parts.flatMap((p, i) => piecesOf(p, context, i === 0))
  return quoted
    ? [{ text: pieces.map((p) => p.text).join(''), quoted: true, split: false }]
    : pieces.map((p) => ({ ...p, split: !p.quoted }))
}

function parametersPieces(name: string, quoted: boolean, context: ExpansionContext): Piece[] {
  const list = context.parameters.slice(1)
  if (quoted && name === '*') return [{ text: list.join((context.get('IFS') ?? ' ').slice(0, 1)), quoted, split: false }]
  return list.map((text, i) => ({ text, quoted, split: !quoted, ...(i < list.length - 1 ? { breakAfter: true } : {}) }))
}

/** `%`, `#`, `/`, `:offset:length` and letter cases. */
function edited(value: string, operator: string, word: Word, context: ExpansionContext): string {
  if (operator === ':') {
    const [offset, length] = expandText(word, context)
      .split(':')
      .map((e) => evaluate(e, { get: (n) => context.get(n) ?? '', set: context.set }))
    const from = offset < 0 ? Math.max(0, value.length + offset) : offset
    return length === undefined ? value.slice(from) : length < 0 ? value.slice(from, length) : value.slice(from, from + length)
  }
  if (operator === '^^') return value.toUpperCase()
  if (operator === ',,') return value.toLowerCase()
  if (operator === '^') return value.slice(0, 1).toUpperCase() + value.slice(1)
  if (operator === ',') return value.slice(0, 1).toLowerCase() + value.slice(1)
  if (operator.startsWith('/')) {
    const [pattern, replacement] = splitReplacement(expandPattern(word, context))
    const anchored = pattern.startsWith('#')
      ? `^${patternSource(pattern.slice(1))}`
      : pattern.startsWith('%')
        ? `${patternSource(pattern.slice(1))}$`
        : patternSource(pattern)
    return pattern === '' ? value : value.replace(new BoundedRegExp(anchored, operator === '//' ? 'g' : ''), () => replacement)
  }
  const expression = patternSource(expandPattern(word, context))
  if (operator === '#' || operator === '##') {
    for (let n = 0; n <= value.length; n++) {
      const end = operator === '#' ? n : value.length - n
      if (new BoundedRegExp(`^(?:${expression})$`).test(value.slice(0, end))) return value.slice(end)
    }
    return value
  }
  for (let n = 0; n <= value.length; n++) {
    const start = operator === '%' ? value.length - n : n
    if (new BoundedRegExp(`^(?:${expression})$`).test(value.slice(start))) return value.slice(0, start)
  }
  return value
}

function splitReplacement(text: string): [string, string] {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '/' && i > 0) return [text.slice(0, i), text.slice(i + 1).replace(/\\(.)/g, '$1')]
  }
  return [text, '']
}
