// kubectl rollout restart: new pods for the same template, by the time in an annotation. Upstream: kubectl/pkg/cmd/rollout/rollout_restart.go.
import type { Deployment, KubeObject } from '../api/types'
import type { Command } from '../cli/context'
import { CommandError } from '../errors'
import { timestamp } from '../lib/time'
import { changeRollouts } from './rollout-change'

const KINDS = ['deployments.apps', 'daemonsets.apps', 'statefulsets.apps']

function tooSoon({ metadata }: KubeObject): never {
  const advice = 'if restart has already been triggered within the past second, please wait before attempting to trigger another'
  throw new CommandError(`failed to create patch for ${metadata.name}: ${advice}`)
}

export const command: Command = {
  run: (context) =>
    changeRollouts(context, {
      patch({ info, object }, now) {
        if (!KINDS.includes(info.resource)) throw new CommandError('restarting is not supported')
        if (info.resource === 'deployments.apps' && (object as Deployment).spec.paused) {
          throw new CommandError("can't restart paused deployment (run rollout resume first)")
        }
        return { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': timestamp(now) } } } } }
      },
      outcome: 'restarted',
      unchanged: tooSoon,
    }),
}
