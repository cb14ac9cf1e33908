// The end of a Pod: deleted, completed, failed, evicted. Follows SyncTerminatingPod and SyncTerminatedPod of pkg/kubelet/kubelet.go.
import { releasePodIp } from '../../network/ipam'
import { removeContainer } from '../containers'
import { releasePodFiles } from '../files'
import { removeLogs } from '../logs'
import type { World } from '../world'
import { beginKill } from './kill'
import { stopWorkers } from './probe-workers'
import { containerOf, isRunning, type PodState, type Session } from './state'
import { publish } from './status'

/** Liveness and startup probes stop, everything that runs is asked to go. */
export function beginTermination(session: Session): void {
  const { state, pod } = session
  state.stage = 'terminating'
  delete state.pending
  delete state.syncAt
  publish(session)
  stopWorkers(session, ['startup', 'liveness'])
  for (const [name, own] of Object.entries(state.containers)) {
    const container = containerOf(pod, name)
    if (!container || !isRunning(own)) continue
    delete own.current!.hookUntil
    beginKill(session, container, state.evicted?.grace === undefined ? {} : { grace: state.evicted.grace })
  }
}

/** When nothing runs any more: final status, network given back; true when that was done now. */
export function finishTermination(session: Session): boolean {
  const { state, records, pod } = session
  if (Object.values(state.containers).some(isRunning)) return false
  state.kills = {}
  stopWorkers(session, ['startup', 'liveness', 'readiness'])
  if (publish(session, true).stale) publish(session, true)
  if (state.ip) releasePodIp(records, state.ip, pod.metadata.uid)
  delete state.ip
  if (state.sandbox) state.sandboxStopped = true
  state.sandbox = false
  state.stage = 'terminated'
  publish(session, true)
  return true
}

/** The kubelet is through with a deleted Pod: the API server may forget it. */
export function confirmDeletion({ api, pod }: Session): void {
  if (!api.get('pods', pod.metadata.namespace, pod.metadata.name)) return
  api.delete('pods', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0, uid: pod.metadata.uid })
}

/** Forgets everything about a Pod that is no longer in the API. */
export function tearDown(world: World, key: string, state: PodState): void {
  const { records } = world
  for (const name of Object.keys(state.containers)) removeContainer(world, state.uid, name)
  releasePodFiles(records, state.uid)
  removeLogs(records, state.uid)
  if (state.ip) releasePodIp(records, state.ip, state.uid)
  records.put('pods', key, undefined)
}
