// POSIX regular expressions as JavaScript's.

const CLASSES: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f',
  print: ' -~',
  graph: '!-~',
}

/** The source of a JavaScript expression. In basic expressions `\(`, `\{`, `\|`, `\+`, `\?` are the operators and the bare characters are not. */
export function expressionOf(pattern: string, extended: boolean): string {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '[') {
      const end = bracketEnd(pattern, i)
      if (end < 0) {
        out += '\\['
        continue
      }
      const negated = pattern[i + 1] === '^'
      const body = pattern.slice(i + (negated ? 2 : 1), end)
      const leading = body.startsWith(']') ? `\\]${body.slice(1)}` : body
      out += `[${negated ? '^' : ''}${leading
        .replaceAll('\\', '\\\\')
        .replace(/\[:(\w+):\]/g, (_, n: string) => CLASSES[n] ?? '')
        .replaceAll('[', '\\[')
        .replaceAll('\\\\]', '\\]')}]`
      i = end
    } else if (c === '\\') {
      const next = pattern[++i] ?? '\\'
      if (!extended && '(){}|+?'.includes(next)) out += next
      else if (next === '<' || next === '>') out += '\\b'
      else if (next === 'n' || next === 't') out += `\\${next}`
      else out += /[a-zA-Z0-9]/.test(next) ? `\\${next}` : `\\${next}`
    } else if (!extended && '(){}|+?'.includes(c)) out += `\\${c}`
    else if (c === '*' && (out === '' || out === '^' || (!extended && out.endsWith('(')))) out += '\\*'
    else if (extended && c === '{' && !/^\{\d*,?\d*\}/.test(pattern.slice(i))) out += '\\{'
    else out += c === '/' ? '\\/' : c
  }
  return out
}

function bracketEnd(pattern: string, from: number): number {
  let i = from + 1
  if (pattern[i] === '^') i++
  if (pattern[i] === ']') i++
  while (i < pattern.length && pattern[i] !== ']') {
    if (pattern[i] === '[' && pattern[i + 1] === ':') i = pattern.indexOf(':]', i) + 1
    i++
  }
  return i < pattern.length ? i : -1
}
