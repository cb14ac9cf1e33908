// Pods that fill more of their node's disk than they may. Follows localStorageEviction of pkg/kubelet/eviction/eviction_manager.go.
import type { Pod } from '../../api/types'
import { byteCount } from '../../lib/byte-text'
import { quantityOf, quantityValue } from '../../lib/quantity'
import { readLog } from '../logs'
import type { Entry } from '../tree'
import { emit, type Session } from './state'

/** How often the eviction manager looks, ms. */
const INTERVAL = 10_000

/** Has the Pod evicted when a look at its disk falls due; true when it was decided now. */
export function watchStorage(session: Session): boolean {
  const { state, env, pod } = session
  if (state.stage !== 'syncing' || state.evicted || !isLimited(pod)) return false
  const now = env.now()
  if (state.overAt !== undefined && state.overAt > now) return false
  const message = excess(session)
  if (message === undefined) {
    delete state.overAt
    return false
  }
  if (state.overAt === undefined) {
    state.overAt = now + INTERVAL - ((now - state.startTime) % INTERVAL)
    return false
  }
  delete state.overAt
  state.evicted = { reason: 'Evicted', message, grace: 1 }
  emit(session, 'Warning', 'Evicted', message)
  return true
}

interface EmptyDir {
  sizeLimit?: string | number
}

function isLimited({ spec }: Pod): boolean {
  return (
    (spec.volumes ?? []).some((v) => (v['emptyDir'] as EmptyDir | undefined)?.sizeLimit !== undefined) ||
    spec.containers.some((c) => c.resources?.limits?.['ephemeral-storage'] !== undefined)
  )
}

/** What is over its limit, first volumes, then the Pod, then containers. */
function excess({ records, pod, state }: Session): string | undefined {
  const used = (key: string) => sizeOf(records.get<Record<string, Entry>>('files', key))
  const volumes = (pod.spec.volumes ?? []).filter((v) => v['emptyDir'])
  for (const volume of volumes) {
    const { sizeLimit } = volume['emptyDir'] as EmptyDir
    if (sizeLimit === undefined) continue
    const limit = quantityValue(quantityOf(sizeLimit))
    if (limit > 0 && used(`volume/pod/${state.uid}/${volume.name}`) > limit)
      return `Usage of EmptyDir volume ${JSON.stringify(volume.name)} exceeds the limit "${sizeLimit}". `
  }
  const limits = pod.spec.containers.map((c) => c.resources?.limits?.['ephemeral-storage'])
  const own = pod.spec.containers.map((c) => used(`${state.uid}/${c.name}`) + logSize(records, state.uid, c.name))
  const disk = volumes.filter((v) => (v['emptyDir'] as { medium?: string }).medium !== 'Memory')
  const total = [...own, ...disk.map((v) => used(`volume/pod/${state.uid}/${v.name}`))].reduce((a, b) => a + b, 0)
  if (limits.every((limit) => limit !== undefined)) {
    const sum = limits.reduce<number>((n, limit) => n + quantityValue(quantityOf(limit)), 0)
    if (total > sum)
      return `Pod ephemeral local storage usage exceeds the total limit of containers ${limits.length === 1 ? limits[0] : sum}. `
  }
  for (const [i, limit] of limits.entries()) {
    if (limit !== undefined && own[i] > quantityValue(quantityOf(limit)))
      return `Container ${pod.spec.containers[i].name} exceeded its local ephemeral storage limit "${limit}". `
  }
  return undefined
}

function sizeOf(entries: Record<string, Entry> | undefined): number {
  let size = 0
  for (const { t, b } of Object.values(entries ?? {})) size += b === undefined ? byteCount(t ?? '') : Math.floor((b.length * 3) / 4)
  return size
}

function logSize(records: Session['records'], uid: string, name: string): number {
  const lines = readLog(records, uid, name, 0) ?? []
  return lines.reduce((n, line) => n + byteCount(line.text), 0)
}
