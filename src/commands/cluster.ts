// kubesim cluster: the state file as a cluster (info, init, reset, advance, snapshot, restore, diff, recover).
import { durationArgument, type OwnCommand, type OwnContext, type Program } from '../cli/own'
import { parseDuration } from '../lib/ages'
import { timestamp } from '../lib/time'

function advance(context: OwnContext, text: string): void {
  const by = durationArgument(text, parseDuration)
  const now = context.cluster.write((cluster) => {
    cluster.advance(by)
    return cluster.env.now()
  })
  context.out(`the cluster's clock is at ${timestamp(now)}\n`)
}

export const command: OwnCommand = {
  summary: 'Look at and steer the simulated cluster: its state file, its clock',
  define(program: Program, context: OwnContext) {
    program
      .command('advance <duration>')
      .description('Move the clock forward and play everything that happens in between, e.g. 30s, 10m, 1h30m')
      .action((duration: string) => advance(context, duration))
  },
}
