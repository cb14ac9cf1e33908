// The syntax tree of a shell script. Nodes are numbered, so that a suspended script can say in JSON where it stands.

export interface Word {
  parts: Part[]
  /** Nodes of the command substitutions inside, in order: they are run before the word is expanded. */
  substitutions: number[]
}

/** `quoted` parts are neither split into fields nor matched against file names. */
export type Part =
  | { kind: 'text'; text: string; quoted?: boolean }
  | { kind: 'parameter'; name: string; operator?: string; word?: Word; quoted?: boolean }
  | { kind: 'substitution'; node: number; quoted?: boolean }
  | { kind: 'arithmetic'; word: Word; quoted?: boolean }

export interface Redirection {
  fd: number
  operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<' | '<<<' | '&>'
  target: Word
}

export type Node =
  | { type: 'list'; items: number[] }
  | { type: 'background'; body: number }
  | { type: 'and' | 'or'; left: number; right: number }
  | { type: 'not'; body: number }
  | { type: 'pipe'; items: number[] }
  | { type: 'command'; assignments: { name: string; append: boolean; word: Word }[]; words: Word[]; redirections: Redirection[] }
  | { type: 'subshell' | 'group'; body: number; redirections: Redirection[] }
  | { type: 'if'; clauses: { condition: number; body: number }[]; otherwise?: number; redirections: Redirection[] }
  | { type: 'loop'; until: boolean; condition: number; body: number; redirections: Redirection[] }
  | { type: 'for'; name: string; words?: Word[]; body: number; redirections: Redirection[] }
  | { type: 'case'; word: Word; arms: { patterns: Word[]; body: number; through: boolean }[]; redirections: Redirection[] }
  | { type: 'function'; name: string; body: number }
  | { type: 'arithmetic'; word: Word; redirections: Redirection[] }

export interface Script {
  nodes: Node[]
  root: number
}

/** A script that cannot be parsed; the message is the shell's, without its name. */
export class SyntaxProblem extends Error {
  constructor(
    message: string,
    /** More input could complete it: an interactive shell asks for another line. */
    readonly unfinished = false,
  ) {
    super(message)
  }
}
