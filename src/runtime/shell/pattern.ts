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
    else if (c === '*') out += '[\\s\\S]*'
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

function classes(body: string): string {
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

export function matches(pattern: string, text: string): boolean {
  return new BoundedRegExp(`^(?:${patternSource(pattern)})$`).test(text)
}

export function hasPattern(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*[*?[]/.test(pattern)
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
