// Joins a container that was just made: waits until it runs, and shows what it wrote when it is over already.
// Upstream: kubectl/pkg/cmd/debug/debug.go handleAttachPod.
import type { Pod } from '../api/types'
import type { CommandContext } from '../cli/context'
import { notFound } from '../errors'
import { Follower } from '../follower'
import { containerRecord } from '../runtime/containers'
import { LogCursor } from '../runtime/logs'
import { attachTo } from './attach'
import { instanceFor } from './log-stream'
import { Patience } from './patience'

/** How often the container is looked at, ms. */
const POLL = 50

export async function attachToNew(context: CommandContext, created: Pod, name: string): Promise<void> {
  const { flags } = context
  const follower = new Follower(context.cluster)
  const { pod, over } = await begun(context, follower, created, name)
  const cluster = follower.current()
  const { uid } = pod.metadata
  if (over) {
    const cursor = new LogCursor(uid, name, instanceFor(cluster, pod, name, false))
    for (const { text } of cursor.take(cluster.server.storage.records)) context.out(text)
    return
  }
  const cursor = new LogCursor(uid, name, containerRecord(cluster.world, uid, name)?.restartCount ?? 0)
  await attachTo(context, pod, name, { stdin: flags.bool('stdin'), tty: flags.bool('tty'), commandName: 'kubectl attach', cursor })
}

async function begun(context: CommandContext, follower: Follower, created: Pod, name: string): Promise<{ pod: Pod; over: boolean }> {
  const { namespace, name: podName } = created.metadata
  let said = ''
  const patience = new Patience(context)
  let interrupted = false
  context.host.onInterrupt(() => {
    interrupted = true
  })
  while (!interrupted) {
    const pod = follower.current().view.get<Pod>('pods', namespace, podName)
    if (!pod) throw notFound('pods', podName)
    const { initContainerStatuses, containerStatuses, ephemeralContainerStatuses } = pod.status ?? {}
    const statuses = [...(initContainerStatuses ?? []), ...(containerStatuses ?? []), ...(ephemeralContainerStatuses ?? [])]
    const state = statuses.find((status) => status.name === name)?.state
    if (state?.running || state?.terminated) return { pod, over: state.terminated !== undefined }
    const message = state?.waiting?.message
    if (message && message !== said && !context.flags.bool('quiet')) context.err(`Warning: container ${name}: ${message}\n`)
    said = message ?? ''
    await patience.pause(POLL)
  }
  return { pod: created, over: true }
}
