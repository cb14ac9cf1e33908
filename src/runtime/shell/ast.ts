// The syntax tree of a shell script. Nodes are numbered, so that a suspended script can say in JSON where it stands.

export interface Word {
  parts: Part[]
  /** Nodes of the command substitutions inside, in order: they are run before the word is expanded. */
  substitutions: number[]
}

/** Whose grammar and whose words: bash, BusyBox's ash, Debian's dash. */
export type Dialect = 'bash' | 'ash' | 'dash'

/** `quoted` parts are neither split into fields nor matched against file names. */
export type Part =
  | { kind: 'text'; text: string; quoted?: boolean }
  | Parameter
  | { kind: 'substitution'; node: number; quoted?: boolean }
  /** `<(...)` and `>(...)`: a path under /dev/fd. */
  | { kind: 'process'; node: number; writes?: boolean; quoted?: boolean }
  | { kind: 'arithmetic'; word: Word; quoted?: boolean }
  /** `${...}` that the shell cannot read: it says so when it gets there. */
  | { kind: 'bad'; text: string; quoted?: boolean }

export interface Parameter {
  kind: 'parameter'
  name: string
  operator?: string
  word?: Word
  quoted?: boolean
  /** `${a[i]}`; the list forms `${a[@]}` and `${a[*]}` keep their sign. */
  subscript?: Word | '@' | '*'
  /** `${!x}`: the name stands in the variable. */
  indirect?: boolean
}

export interface Assignment {
  name: string
  append: boolean
  word: Word
  subscript?: Word
  /** `x=(...)`: its elements, `[key]=value` among them. */
  elements?: { key?: Word; append?: boolean; word: Word }[]
}

/** A command as it was written, around a first word that may be an alias. */
export interface Written {
  before: string
  name: string
  after: string
}

/** `[[ ... ]]` of bash. */
export type Condition =
  | { type: 'and' | 'or'; left: Condition; right: Condition }
  | { type: 'not'; body: Condition }
  | { type: 'unary'; operator: string; word: Word }
  | { type: 'binary'; operator: string; left: Word; right: Word }

export interface Redirection {
  fd: number
  operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<' | '<<<' | '&>' | '&>>'
  target: Word
}

export type Node =
  | { type: 'list'; items: number[] }
  | { type: 'background'; body: number }
  | { type: 'and' | 'or'; left: number; right: number }
  | { type: 'not'; body: number }
  | { type: 'time'; body: number; posix: boolean }
  | { type: 'pipe'; items: number[] }
  | {
      type: 'command'
      line: number
      assignments: Assignment[]
      words: Word[]
      redirections: Redirection[]
      late?: Assignment[]
      written?: Written
    }
  | { type: 'subshell' | 'group'; body: number; redirections: Redirection[] }
  | { type: 'if'; clauses: { condition: number; body: number }[]; otherwise?: number; redirections: Redirection[] }
  | { type: 'loop'; until: boolean; condition: number; body: number; step?: number; redirections: Redirection[] }
  | { type: 'for'; line: number; name: string; words?: Word[]; body: number; redirections: Redirection[]; menu?: true }
  | { type: 'case'; line: number; word: Word; arms: Arm[]; redirections: Redirection[] }
  | { type: 'function'; name: string; body: number }
  | { type: 'arithmetic'; line: number; word: Word; redirections: Redirection[] }
  | { type: 'condition'; line: number; body: Condition; words: Word[]; redirections: Redirection[] }
  /** What could not be parsed: the commands before it run. */
  | { type: 'problem'; problem: SyntaxProblem }

export interface Arm {
  patterns: Word[]
  body: number
  /** `;&` goes on with the next body, `;;&` with the next pattern that matches. */
  end: ';;' | ';&' | ';;&'
}

export interface Script {
  nodes: Node[]
  root: number
  problem?: SyntaxProblem
  /** Here-documents that the end of the script closed. */
  open?: { line: number; wanted: string }[]
}

/** A script that cannot be parsed: what was met, or a text that says all. */
export class SyntaxProblem extends Error {
  constructor(
    readonly what: Unexpected | Unterminated | string,
    readonly line: number,
    /** More input could complete it: an interactive shell asks for another line. */
    readonly unfinished = false,
    /** The line that holds it, as bash repeats it. */
    readonly source?: string,
  ) {
    super(typeof what === 'string' ? what : 'missing' in what ? `missing ${what.missing}` : `unexpected ${what.token}`)
  }
}

export interface Unexpected {
  token: string
  type: 'word' | 'reserved' | 'operator' | 'redirection' | 'newline' | 'end'
  /** What had to stand there. */
  wanted?: string
}

/** A quote, a brace or a parenthesis that nothing closes. */
export interface Unterminated {
  missing: string
}
