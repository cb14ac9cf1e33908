// taint-eviction-controller: Pods leave nodes whose NoExecute taints they do not tolerate, or no longer.
// Upstream: pkg/controller/tainteviction/taint_eviction.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { Condition, KubeObject, Node, Pod, Taint } from '../api/types'
import { deepEqual } from '../lib/equal'
import { tolerates } from '../lib/node-match'
import { fromTime, timestamp } from '../lib/time'

const NAME = 'taint-eviction-controller'

function noExecute(object: KubeObject | undefined): Taint[] {
  return ((object as Node | undefined)?.spec.taints ?? []).filter((t) => t.effect === 'NoExecute')
}

function* podsOf(change: Change, view: View): Iterable<string> {
  if (deepEqual(noExecute(change.before), noExecute(change.after))) return
  const { name } = (change.after ?? change.before)!.metadata
  for (const pod of view.mentioning<Pod>('pods', undefined, name))
    if (pod.spec.nodeName === name) yield `${pod.metadata.namespace}/${pod.metadata.name}`
}

export const taintEvictionController: Controller = {
  name: NAME,
  watches: {
    nodes: podsOf,
    pods: ({ before, after }) => {
      const is = after as Pod | undefined
      const was = before as Pod | undefined
      if (!is?.spec.nodeName || (was?.spec.nodeName === is.spec.nodeName && deepEqual(was.spec.tolerations, is.spec.tolerations))) return []
      return [`${is.metadata.namespace}/${is.metadata.name}`]
    },
  },
  reconcile(key, context) {
    const [namespace, name] = key.split('/')
    const pod = context.api.get<Pod>('pods', namespace, name)
    if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) return
    const taints = noExecute(context.api.get<Node>('nodes', undefined, pod.spec.nodeName))
    if (taints.length === 0) return
    const due = dueTime(pod, taints, context.env.now())
    if (due === undefined) return
    if (due > context.env.now()) context.wakeAt(due)
    else evict(pod, context)
  },
}

/** When the Pod must go, ms: at once unless every taint is tolerated; never when they are tolerated for good. */
function dueTime(pod: Pod, taints: Taint[], now: number): number | undefined {
  let due: number | undefined
  for (const taint of taints) {
    const matching = (pod.spec.tolerations ?? []).filter((t) => tolerates(t, taint))
    if (matching.length === 0) return now
    const limits = matching.map((t) => t.tolerationSeconds).filter((s) => s !== undefined)
    if (limits.length === 0) continue
    const since = taint.timeAdded ? fromTime(taint.timeAdded) : now
    const end = since + Math.max(0, Math.min(...limits)) * 1000
    due = due === undefined ? end : Math.min(due, end)
  }
  return due
}

function evict(pod: Pod, { api, env }: ControllerContext): void {
  const condition: Condition = {
    lastProbeTime: null,
    lastTransitionTime: timestamp(env.now()),
    message: 'Taint manager: deleting due to NoExecute taint',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    reason: 'DeletionByTaintManager',
    status: 'True',
    type: 'DisruptionTarget',
  }
  const { namespace, name } = pod.metadata
  api.event(pod, { type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${namespace}/${name}` })
  const conditions = [...(pod.status.conditions ?? []).filter((c) => c.type !== 'DisruptionTarget'), condition]
  api.updateStatus<Pod>({ ...pod, status: { ...pod.status, conditions } })
  api.delete('pods', namespace, name)
}
