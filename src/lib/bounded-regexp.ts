// Regular expressions from manifests and scripts: matching backtracks, and what would take for ever is stopped after a second.
import vm from 'node:vm'

const MOST_MS = 1000
/** For an expression that was too slow once: a manifest may hold many texts for it. */
const LITTLE_MS = 10
const slow = new Set<string>()
/** On a text shorter than this even an exponential expression is done in time, UTF-16 units. */
const SHORT = 24
/** With one repetition alone the cost is the length's square at most. */
const REPETITIONS = /[*+]|\{\d/g

export class RegexpTooSlow extends Error {
  constructor(source: string) {
    super(`the regular expression ${JSON.stringify(source.slice(0, 100))} takes too long`)
  }
}

let matching: () => RegExpExecArray | null = () => null
let context: vm.Context | undefined
let script: vm.Script | undefined

/** Runs the match under a watchdog that can stop the engine. */
function watched(match: () => RegExpExecArray | null, timeout: number): RegExpExecArray | null {
  context ??= vm.createContext({ match: () => matching() })
  script ??= new vm.Script('match()')
  matching = match
  return script.runInContext(context, { timeout }) as RegExpExecArray | null
}

/** As RegExp; `exec`, and all that uses it, throws RegexpTooSlow. */
export class BoundedRegExp extends RegExp {
  private readonly isSimple = (this.source.match(REPETITIONS)?.length ?? 0) < 2

  override exec(text: string): RegExpExecArray | null {
    if (this.isSimple || text.length < SHORT) return super.exec(text)
    try {
      return watched(() => super.exec(text), slow.has(this.source) ? LITTLE_MS : MOST_MS)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      slow.add(this.source)
      throw new RegexpTooSlow(this.source)
    }
  }
}
