// One invocation, top to bottom: the command line, the process around it, the exit code.
import { run } from './cli/run'
import { endWith, processHost } from './env'

export async function main(words: string[]): Promise<void> {
  endWith(await run(words, processHost()))
}

export { run }
