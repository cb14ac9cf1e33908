// A Pod in which nothing happens but probes that pass: how long that lasts, and a long time of it played at once, with the same logs,
// counts and next looks that each look by itself would have left.
import { containerRecord } from '../containers'
import { appendLines, endsOpen, type RepeatedLine } from '../logs'
import type { Sighting } from '../witness'
import { type Look, periodOf, probeOf, standingLook, statusOf, typeOf, workerKeys } from './probe-workers'
import { containerOf, isExited, isRunning, type ProbeType, type ProbeWorker, type Session } from './state'

/** A worker whose next looks are known. `look` is absent where a tick does nothing. */
interface Ticker {
  worker: ProbeWorker
  type: ProbeType
  period: number
  look?: Look
}

/** Until when (ms) the Pod stays as it is; undefined when something else is due or not known. `next`: when something other than a probe is. */
export function routineLasts(session: Session | undefined, next: (session: Session) => number | undefined): number | undefined {
  if (session?.state.stage !== 'syncing') return undefined
  const { state } = session
  if (state.pending || state.mountFailures !== undefined || state.evicted || Object.keys(state.kills).length > 0) return undefined
  for (const own of Object.values(state.containers)) {
    if (!isRunning(own) && !isExited(own)) return undefined
    if (isExited(own) && !own.current!.shown) return undefined
  }
  if (!tickers(session)) return undefined
  return next(session) ?? Number.POSITIVE_INFINITY
}

/** All workers that tick, in the order in which a kubelet would see to them; undefined when one may have news. */
function tickers(session: Session): Ticker[] | undefined {
  const found: Ticker[] = []
  for (const key of workerKeys(session)) {
    const worker = session.state.workers[key]
    if (worker.next === undefined) continue
    const type = typeOf(key)
    const ticker = tickerOf(session, worker, type, key.slice(type.length + 1))
    if (!ticker) return undefined
    found.push(ticker)
  }
  const isFirst = ({ type }: Ticker) => type !== 'readiness'
  return [...found.filter(isFirst), ...found.filter((t) => !isFirst(t))]
}

function tickerOf(session: Session, worker: ProbeWorker, type: ProbeType, name: string): Ticker | undefined {
  const { pod, state, world } = session
  const container = containerOf(pod, name)
  const probe = container && probeOf(container, type)
  const status = statusOf(session, name)
  const current = state.containers[name]?.current
  if (!probe || !status?.containerID || !current || worker.id !== status.containerID.slice('containerd://'.length)) return undefined
  const ticker = { worker, type, period: periodOf(probe) }
  if (worker.onHold) return ticker
  if (!status.state.running || !isRunning(state.containers[name])) return undefined
  if (Math.floor((worker.next! - current.startedAt) / 1000) < (probe.initialDelaySeconds ?? 0)) return undefined
  if (status.started ? type === 'startup' : type !== 'startup') return ticker
  const passes = worker.result === 'success' && worker.last === 'success' && worker.run >= (probe.successThreshold ?? 1)
  const look = passes ? standingLook(session, container, probe, type) : undefined
  if (look?.outcome.result !== 'success' || !look.sighting.lines.every((line) => isWholeLine(world, line))) return undefined
  return { ...ticker, look }
}

function isWholeLine({ records, env }: Session['world'], { pod, container, restart, text }: Sighting['lines'][number]): boolean {
  const shown = typeof text === 'string' ? text : text(env.now())
  return shown.indexOf('\n') === shown.length - 1 && !endsOpen(records, pod, container, restart)
}

/** Plays every look before `until`. The state of the session is changed. */
export function playRoutine(session: Session, until: number): void {
  const all = tickers(session) ?? []
  const lines = new Map<string, { head: Sighting['lines'][number]; added: RepeatedLine[] }>()
  const plan: { ticker: Ticker; first: number; times: number }[] = []
  for (const ticker of all) {
    const { worker, period, look } = ticker
    const first = worker.next!
    const times = first < until ? Math.ceil((until - first) / period) : 0
    worker.next = first + times * period
    if (!look) continue
    worker.run += times
    look.sighting.grow(session.world, times)
    plan.push({ ticker, first, times })
  }
  for (const { at, look } of inOrder(plan)) {
    for (const line of look.sighting.lines) {
      const key = `${line.pod}/${line.container}/${line.restart}`
      const log = lines.get(key) ?? { head: line, added: [] }
      lines.set(key, log)
      const { text, stream } = line
      log.added.push({ at, stream, text: () => (typeof text === 'string' ? text : text(at)).slice(0, -1) })
    }
  }
  for (const { head, added } of lines.values()) appendLines(session.world.records, head.pod, head.container, head.restart, added)
}

/** The looks of all workers by time; at one time in the workers' order. */
function* inOrder(plan: { ticker: Ticker; first: number; times: number }[]): Iterable<{ at: number; look: Look }> {
  const writing = plan.filter(({ ticker, times }) => times > 0 && ticker.look!.sighting.lines.length > 0)
  const next = writing.map(({ first }) => first)
  const left = writing.map(({ times }) => times)
  for (;;) {
    let best = -1
    for (let i = 0; i < writing.length; i++) if (left[i] > 0 && (best < 0 || next[i] < next[best])) best = i
    if (best < 0) return
    const { look, period } = writing[best].ticker
    yield { at: next[best], look: look! }
    next[best] += period
    left[best]--
  }
}

/** A container's own program has nothing to do before this time, ms. */
export function programWakes({ world, state }: Session): number | undefined {
  let next: number | undefined
  for (const [name, own] of Object.entries(state.containers)) {
    if (!isRunning(own)) continue
    for (const time of [own.current!.hookUntil, containerRecord(world, state.uid, name)?.wakeAt])
      if (time !== undefined && (next === undefined || time < next)) next = time
  }
  return next
}
