// Go's text/template over decoded JSON, with the functions kubectl adds.
import { execute } from './go-template/exec'
import { FUNCTIONS } from './go-template/functions'
import type { ListNode } from './go-template/nodes'
import { parseTemplate } from './go-template/parser'

/** A parsed template; throws Error with upstream's words (`template: output:1: …`). `name` is what error texts call it. */
export class GoTemplate {
  private readonly trees: Map<string, ListNode>

  constructor(
    private readonly text: string,
    private readonly name = 'output',
  ) {
    this.trees = parseTemplate(name, text, (word) => Object.hasOwn(FUNCTIONS, word))
  }

  /** Writes the text piece by piece; on an error, which is thrown, what was written before stays. */
  execute(data: unknown, write: (text: string) => void, missingKeyError = false): void {
    execute({ name: this.name, text: this.text, trees: this.trees, missingKeyError, write }, data)
  }

  /** The whole text. */
  print(data: unknown, missingKeyError = false): string {
    let out = ''
    this.execute(
      data,
      (text) => {
        out += text
      },
      missingKeyError,
    )
    return out
  }
}
