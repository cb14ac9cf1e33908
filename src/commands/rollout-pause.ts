// kubectl rollout pause: changes of a Deployment's template wait. Upstream: kubectl/pkg/cmd/rollout/rollout_pause.go.
import type { Deployment } from '../api/types'
import type { Command } from '../cli/context'
import { CommandError } from '../errors'
import { changeRollouts } from './rollout-change'

export const command: Command = {
  run: (context) =>
    changeRollouts(context, {
      patch({ info, object }) {
        if (info.resource !== 'deployments.apps') throw new CommandError('pausing is not supported')
        if ((object as Deployment).spec.paused) throw new CommandError('is already paused')
        return { spec: { paused: true } }
      },
      outcome: 'paused',
      unchanged: () => 'already paused',
    }),
}
