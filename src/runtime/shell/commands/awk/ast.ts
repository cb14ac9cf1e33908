// The tree of an awk program. Types only.

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'regex'; source: string }
  | Target
  | { kind: 'group'; list: Expression[] }
  | { kind: 'assign'; operator: string; target: Target; value: Expression }
  | { kind: 'step'; by: 1 | -1; before: boolean; target: Target }
  | { kind: 'unary'; operator: string; of: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'choice'; test: Expression; yes: Expression; no: Expression }
  | { kind: 'in'; index: Expression[]; array: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'builtin'; name: string; args: Expression[] }
  | { kind: 'getline'; into?: Target; file?: Expression; command?: Expression }

/** What can be assigned to. */
export type Target =
  | { kind: 'variable'; name: string }
  | { kind: 'field'; index: Expression }
  | { kind: 'element'; array: string; index: Expression[] }

export interface Redirect {
  mode: '>' | '>>' | '|'
  to: Expression
}

export type Statement =
  | { kind: 'expression'; of: Expression }
  | { kind: 'print'; args: Expression[]; redirect?: Redirect }
  | { kind: 'printf'; args: Expression[]; redirect?: Redirect }
  | { kind: 'block'; body: Statement[] }
  | { kind: 'if'; test: Expression; yes: Statement; no?: Statement }
  | { kind: 'while'; test: Expression; body: Statement }
  | { kind: 'do'; test: Expression; body: Statement }
  | { kind: 'for'; first?: Statement; test?: Expression; next?: Statement; body: Statement }
  | { kind: 'forin'; variable: string; array: string; body: Statement }
  | { kind: 'delete'; array: string; index?: Expression[] }
  | { kind: 'exit' | 'return'; value?: Expression }
  | { kind: 'next' | 'nextfile' | 'break' | 'continue' }

export interface Rule {
  /** Absent: every record. */
  pattern?: 'BEGIN' | 'END' | Expression | { from: Expression; to: Expression }
  /** Absent: prints the record. */
  body?: Statement[]
}

export interface AwkProgram {
  rules: Rule[]
  functions: Map<string, { parameters: string[]; body: Statement[] }>
}

/** A program that is not awk's. */
export class AwkProblem extends Error {}
