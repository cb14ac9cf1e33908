// kubectl options: the flags every command takes.
import type { Command } from '../cli/context'
import { optionsText } from '../cli/help'

export const command: Command = {
  run(context) {
    context.out(optionsText(context.host))
  },
}
