// Shell patterns: *, ?, [...] with backslash escapes, as regular expressions and against file names.
import { BoundedRegExp } from '../../lib/bounded-regexp'
import type { Files } from '../process'
import { joinPath } from '../tree'

/** The body of a regular expression that matches what the pattern matches. */
export function patternSource(pattern: string): string {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\' && i + 1 < pattern.length) out += escapeRegExp(pattern[++i])
    else if ('?*+@!'.includes(c) && pattern[i + 1] === '(' && groupEnd(pattern, i + 1) > 0) {
      const end = groupEnd(pattern, i + 1)
      out += groupSource(c, alternatives(pattern.slice(i + 2, end)).map(patternSource))
      i = end
    } else if (c === '*') out += '[\\s\\S]*'
    else if (c === '?') out += '[\\s\\S]'
    else if (c === '[') {
      let end = i + 1
      if (pattern[end] === '!' || pattern[end] === '^') end++
      if (pattern[end] === ']') end++
      while (end < pattern.length && pattern[end] !== ']')
        end += pattern[end] === '[' && pattern[end + 1] === ':' ? pattern.indexOf(':]', end) + 2 - end : 1
      if (end >= pattern.length) out += '\\['
      else {
        const body = pattern
          .slice(i + 1, end)
          .replace(/^[!^]/, '')
          .replaceAll('\\', '\\\\')
          .replaceAll('[', '\\[')
        const negated = /^[!^]/.test(pattern.slice(i + 1))
        out += `[${negated ? '^' : ''}${classes(body.replaceAll('\\[:', '[:'))}]`
        i = end
      }
    } else out += escapeRegExp(c)
  }
  return out
}

/** The end of an extended pattern's parentheses, -1 when they do not close. */
function groupEnd(pattern: string, open: number): number {
  let depth = 0
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === '(') depth++
    else if (pattern[i] === ')' && --depth === 0) return i
  }
  return -1
}

function alternatives(text: string): string[] {
  const out = ['']
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '(') depth++
    if (c === ')') depth--
    if (c === '|' && depth === 0) out.push('')
    else out[out.length - 1] += c === '\\' ? c + (text[++i] ?? '') : c
  }
  return out
}

function groupSource(sign: string, sources: string[]): string {
  const any = `(?:${sources.join('|')})`
  if (sign === '!') return `(?:(?!${any}$)[\\s\\S]*)`
  return sign === '@' ? any : any + sign
}

export function classes(body: string): string {
  const known: Record<string, string> = {
    alpha: 'A-Za-z',
    digit: '0-9',
    alnum: 'A-Za-z0-9',
    space: '\\s',
    upper: 'A-Z',
    lower: 'a-z',
    punct: '!-\\/:-@\\[-`{-~',
    xdigit: '0-9A-Fa-f',
    blank: ' \\t',
  }
  return body.replace(/\[:(\w+):\]/g, (_, name: string) => known[name] ?? '')
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

export function matches(pattern: string, text: string, flags = ''): boolean {
  return new BoundedRegExp(`^(?:${patternSource(pattern)})$`, flags).test(text)
}

export function hasPattern(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*(?:[*?[]|[+@!]\()/.test(pattern)
}

/** File names that match, sorted; empty when none does. */
export function glob(pattern: string, cwd: string, files: Files): string[] {
  const absolute = pattern.startsWith('/')
  let found: string[] = [absolute ? '/' : '']
  for (const part of pattern.split('/').filter((p) => p !== '')) {
    const next: string[] = []
    for (const base of found) {
      const directory = base.startsWith('/') ? base : joinPath(cwd, base)
      const prefix = base === '' ? '' : base.endsWith('/') ? base : `${base}/`
      if (!hasPattern(part)) {
        const name = part.replace(/\\(.)/g, '$1')
        if (files.exists(joinPath(directory, name))) next.push(prefix + name)
        continue
      }
      const expression = new BoundedRegExp(`^(?:${patternSource(part)})$`)
      for (const name of files.list(directory) ?? [])
        if (expression.test(name) && (!name.startsWith('.') || part.startsWith('.'))) next.push(prefix + name)
    }
    found = next
  }
  return found
}
