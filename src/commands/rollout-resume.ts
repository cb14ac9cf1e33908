// kubectl rollout resume: a paused Deployment goes on. Upstream: kubectl/pkg/cmd/rollout/rollout_resume.go.
import type { Deployment } from '../api/types'
import type { Command } from '../cli/context'
import { CommandError } from '../errors'
import { changeRollouts } from './rollout-change'

export const command: Command = {
  run: (context) =>
    changeRollouts(context, {
      patch({ info, object }) {
        if (info.resource !== 'deployments.apps') throw new CommandError('resuming is not supported')
        if (!(object as Deployment).spec.paused) throw new CommandError('is not paused')
        return { spec: { paused: null } }
      },
      outcome: 'resumed',
      unchanged: () => 'already resumed',
    }),
}
