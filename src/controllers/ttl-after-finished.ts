// Deletes finished Jobs after ttlSecondsAfterFinished. Follows pkg/controller/ttlafterfinished.
import type { Controller } from '../api/contracts'
import type { Job } from '../api/workloads'
import { fromTime } from '../lib/time'
import { isFinished } from './job'
import { keyOf, splitKey } from './shared/ownership'

const RESOURCE = 'jobs.batch'

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: {
    [RESOURCE]: ({ after }) =>
      (after as Job | undefined)?.spec.ttlSecondsAfterFinished !== undefined && isFinished(after as Job) ? [keyOf(after!)] : [],
  },
  reconcile(key, { api, env, wakeAt }) {
    const [namespace, name] = splitKey(key)
    const job = api.get<Job>(RESOURCE, namespace, name)
    const ttl = job?.spec.ttlSecondsAfterFinished
    if (!job || ttl === undefined || job.metadata.deletionTimestamp || !isFinished(job)) return
    const end = job.status.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')
    const due = fromTime(end?.lastTransitionTime) + ttl * 1000
    if (due > env.now()) wakeAt(due)
    else api.delete(RESOURCE, namespace, name, { propagationPolicy: 'Foreground', uid: job.metadata.uid })
  },
}
