// What an expansion does to a value: cuts prefixes and suffixes, replaces, changes letters, quotes.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import { patternSource } from './pattern'

/** `#`, `%`, `/`, `^` and `,` with their doubles; `pattern` has its quoted characters escaped. */
export function edited(value: string, operator: string, pattern: string, bash: boolean): string {
  if (operator.startsWith('^') || operator.startsWith(',')) return lettered(value, operator, pattern)
  if (operator.startsWith('/')) return replaced(value, operator, pattern, bash)
  const expression = new BoundedRegExp(`^(?:${patternSource(pattern)})$`)
  if (operator === '#' || operator === '##') {
    for (let n = 0; n <= value.length; n++) {
      const end = operator === '#' ? n : value.length - n
      if (expression.test(value.slice(0, end))) return value.slice(end)
    }
    return value
  }
  for (let n = 0; n <= value.length; n++) {
    const start = operator === '%' ? value.length - n : n
    if (expression.test(value.slice(start))) return value.slice(0, start)
  }
  return value
}

function lettered(value: string, operator: string, pattern: string): string {
  const expression = new BoundedRegExp(`^(?:${patternSource(pattern === '' ? '?' : pattern)})$`)
  const change = (c: string) => (!expression.test(c) ? c : operator.startsWith('^') ? c.toUpperCase() : c.toLowerCase())
  return operator.length === 2 ? [...value].map(change).join('') : change(value.slice(0, 1)) + value.slice(1)
}

/** The first match, or all of them; `#` and `%` bind it to an end; in bash a bare `&` stands for what matched. */
function replaced(value: string, operator: string, text: string, bash: boolean): string {
  const [pattern, replacement] = splitReplacement(text)
  // Only bash knows patterns bound to an end.
  const bound = bash && operator === '/' && /^[#%]/.test(pattern) ? pattern[0] : ''
  const source = patternSource(bound ? pattern.slice(1) : pattern)
  if (pattern === '') return value
  const expression = new BoundedRegExp(bound === '#' ? `^${source}` : bound === '%' ? `${source}$` : source, operator === '//' ? 'g' : '')
  return value.replace(expression, (match) => replacement.replace(/\\(.)|&/gs, (whole, literal) => literal ?? (bash ? match : whole)))
}

function splitReplacement(text: string): [string, string] {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '/' && i > 0) return [text.slice(0, i), text.slice(i + 1)]
  }
  return [text, '']
}

/** `${x@Q}` and the letter cases. */
export function quotedText(value: string, letter: string): string {
  switch (letter) {
    case 'Q':
      return `'${value.replaceAll("'", "'\\''")}'`
    case 'U':
      return value.toUpperCase()
    case 'u':
      return value.slice(0, 1).toUpperCase() + value.slice(1)
    case 'L':
      return value.toLowerCase()
    default:
      return value
  }
}
