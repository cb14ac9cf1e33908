// Removes pods whose node is gone. Follows pkg/controller/podgc.
import type { Controller } from '../api/contracts'
import type { Condition, Pod } from '../api/types'
import { timestamp } from '../lib/time'
import { setStatusCondition } from './shared/conditions'
import { isPodTerminal } from './shared/pods'

/** A node has to stay away for so long. */
const QUARANTINE_MS = 40_000

/** Keys are names of nodes that were deleted, or that Pods are bound to without there being any. */
export const podGcController: Controller = {
  name: 'pod-garbage-collector-controller',
  watches: {
    nodes: ({ before, after }) => (after || !before ? [] : [`${before.metadata.name}`]),
    pods: ({ before, after }, view) => {
      const node = (after as Pod | undefined)?.spec.nodeName
      return !node || (before as Pod | undefined)?.spec.nodeName || view.get('nodes', undefined, node) ? [] : [node]
    },
  },
  reconcile(key, { api, env, records, wakeAt }) {
    const since = records.get<number>('gone-nodes', key)
    if (api.get('nodes', undefined, key)) {
      records.put('gone-nodes', key, undefined)
      return
    }
    const due = (since ?? env.now()) + QUARANTINE_MS
    if (env.now() < due) {
      if (since === undefined) records.put('gone-nodes', key, env.now())
      wakeAt(due)
      return
    }
    records.put('gone-nodes', key, undefined)
    const now = timestamp(env.now())
    for (const pod of api.list<Pod>('pods')) {
      if (pod.spec.nodeName !== key) continue
      if (!isPodTerminal(pod)) {
        const disrupted: Condition = {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
        }
        const conditions = setStatusCondition(pod.status?.conditions, disrupted, now)
        api.updateStatus<Pod>({ ...pod, status: { ...pod.status, phase: 'Failed', conditions } })
      }
      api.delete('pods', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 })
    }
  },
}
