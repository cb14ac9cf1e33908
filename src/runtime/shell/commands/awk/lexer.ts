// Words and signs of an awk program. Whether `/` begins an expression depends on what stands before it.
import { AwkProblem } from './ast'

export interface Token {
  kind: 'number' | 'string' | 'regex' | 'name' | 'call' | 'builtin' | 'word' | 'sign' | 'newline' | 'end'
  text: string
}

const WORDS = new Set(
  'BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(' '),
)
export const BUILTINS = new Set(
  'length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush systime strftime and or xor lshift rshift compl'.split(
    ' ',
  ),
)
const SIGNS = [
  '**=',
  '&&',
  '||',
  '>>',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '!=',
  '<=',
  '>=',
  '!~',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '<',
  '>',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
]

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', '"': '"', '/': '/' }

/** Escapes of a string as awk reads them, also in values given by -v. */
export function unescapeAwk(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[\s\S])/g, (whole, c: string) => {
    if (/^[0-7]/.test(c)) return String.fromCharCode(Number.parseInt(c, 8))
    return ESCAPES[c] ?? (c === '\n' ? '' : whole)
  })
}

export function tokens(source: string): Token[] {
  const found: Token[] = []
  let at = 0
  const push = (kind: Token['kind'], text: string, length: number) => {
    found.push({ kind, text })
    at += length
  }
  while (at < source.length) {
    const rest = source.slice(at)
    const space = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(rest)
    if (space) {
      at += space[0].length
      continue
    }
    if (rest[0] === '\n') {
      push('newline', '\n', 1)
      continue
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(rest)
    if (number) {
      push('number', number[0], number[0].length)
      continue
    }
    if (rest[0] === '"') {
      const text = /^"((?:[^"\\\n]|\\[\s\S])*)"/.exec(rest)
      if (!text) throw new AwkProblem('unterminated string')
      push('string', unescapeAwk(text[1]), text[0].length)
      continue
    }
    if (rest[0] === '/' && beginsRegex(found.at(-1))) {
      const text = /^\/((?:[^/\\\n[]|\\.|\[\^?\]?(?:[^\]\n\\]|\\.|\[:\w+:\])*\])*)\//.exec(rest)
      if (!text) throw new AwkProblem('unterminated regex')
      push('regex', text[1].replaceAll('\\/', '/'), text[0].length)
      continue
    }
    const name = /^[A-Za-z_]\w*/.exec(rest)
    if (name) {
      const [word] = name
      const kind = WORDS.has(word) ? 'word' : BUILTINS.has(word) ? 'builtin' : rest[word.length] === '(' ? 'call' : 'name'
      push(kind, word === 'func' ? 'function' : word, word.length)
      continue
    }
    const sign = SIGNS.find((s) => rest.startsWith(s))
    if (!sign) throw new AwkProblem(`unexpected token ${JSON.stringify(rest[0])}`)
    push('sign', sign === '**' ? '^' : sign === '**=' ? '^=' : sign, sign.length)
  }
  found.push({ kind: 'newline', text: '\n' }, { kind: 'end', text: '' })
  return found
}

/** After an operand a slash divides. */
function beginsRegex(before: Token | undefined): boolean {
  if (!before) return true
  if (before.kind === 'sign') return ![')', ']', '$', '++', '--'].includes(before.text)
  return before.kind === 'word' || before.kind === 'newline'
}
