// --record: the command line as the cause of a change. Upstream: cli-runtime/pkg/genericclioptions/record_flags.go.
import type { KubeObject } from '../api/types'
import type { CommandContext } from './context'

const CHANGE_CAUSE = 'kubernetes.io/change-cause'

/** `kubectl scale deploy/web --replicas=3 --record=true`: words first, then the flags as they were given. */
export function commandLine(context: CommandContext): string {
  const flags = context.flags.order.map(([name, value]) => `--${name}=${value}`)
  return ['kubectl', context.path, ...context.args, ...flags].join(' ')
}

/** The object with its change's cause when --record asks for it. */
export function recorded<T extends KubeObject>(context: CommandContext, object: T): T {
  if (!context.flags.has('record') || !context.flags.bool('record')) return object
  const annotations = { ...object.metadata.annotations, [CHANGE_CAUSE]: commandLine(context) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}
