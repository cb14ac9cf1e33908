// A Pod in which nothing happens but probes that go on as they did: how long that lasts, and a long time of it played at once, with the
// same logs, events, counts and next looks that each look by itself would have left.
import type { EventForecast, Lull, NewEvent } from '../../api/contracts'
import { containerRecord } from '../containers'
import { appendLines, endsOpen, type RepeatedLine } from '../logs'
import type { ProbeOutcome } from '../probes'
import type { Sighting } from '../witness'
import { eventOf, type Look, periodOf, probeOf, standingLook, statusOf, typeOf, workerKeys } from './probe-workers'
import { COMPONENT, containerOf, isExited, isRunning, type ProbeType, type ProbeWorker, type Session } from './state'

/** A worker whose next looks are known. `look` is absent where a tick does nothing. */
interface Ticker {
  worker: ProbeWorker
  type: ProbeType
  period: number
  look?: Look
  /** What each look says in an event. */
  event?: NewEvent
}

/** What is known of the time to come; undefined when something other than probes is at work, or the next look may have news. `next`: when something else is due. */
export function lullOf(session: Session | undefined, next: (session: Session) => number | undefined): Lull | undefined {
  if (session?.state.stage !== 'syncing') return undefined
  const { state } = session
  if (state.pending || state.mountFailures !== undefined || state.evicted || Object.keys(state.kills).length > 0) return undefined
  for (const own of Object.values(state.containers)) {
    if (!isRunning(own) && !isExited(own)) return undefined
    if (isExited(own) && !own.current!.shown) return undefined
  }
  const all = tickers(session)
  if (!all) return undefined
  const ends = all.map(({ look }) => look?.sighting.until ?? Number.POSITIVE_INFINITY)
  const until = Math.min(next(session) ?? Number.POSITIVE_INFINITY, ...ends)
  const first = firstWritten(session, all)
  if (!first) return { until }
  return first.counts ? { until, writes: first.at } : { until: Math.min(until, first.at) }
}

/** The first event that is not dropped. */
function firstWritten(session: Session, all: Ticker[]): { at: number; counts: boolean } | undefined {
  const telling = all.filter(({ event }) => event)
  if (telling.length === 0) return undefined
  const forecast = session.api.forecast(session.pod, COMPONENT)
  for (const { at, ticker } of inOrder(telling, Number.POSITIVE_INFINITY)) {
    const event = ticker.event!
    if (!forecast.drops(event, at)) return { at, counts: forecast.counts(event, at) }
  }
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
  const look = standingLook(session, container, probe, type)
  if (!look || !goesOn(worker, type, look.outcome, probe.successThreshold ?? 1)) return undefined
  if (!look.sighting.lines.every((line) => isWholeLine(world, line))) return undefined
  return { ...ticker, look, event: eventOf(session, type, name, look.outcome) }
}

/** Does this outcome once more change nothing but a count? */
function goesOn({ result, last, run }: ProbeWorker, type: ProbeType, outcome: ProbeOutcome, successThreshold: number): boolean {
  // Of an exec that cannot be started each look has another name.
  if (outcome.result === 'error') return !outcome.exec
  // Other kinds end the container when they have failed often enough.
  if (outcome.result === 'failure') return type === 'readiness' && result === 'failure' && last === 'failure'
  return result === 'success' && last === 'success' && run >= successThreshold
}

function isWholeLine({ records, env }: Session['world'], { pod, container, restart, text }: Sighting['lines'][number]): boolean {
  const shown = typeof text === 'string' ? text : text(env.now())
  return shown.indexOf('\n') === shown.length - 1 && !endsOpen(records, pod, container, restart)
}

/** Plays every look before `until`, at whose time the clock stands if the last of them writes. The state of the session is changed. */
export function playRoutine(session: Session, until: number): void {
  const all = tickers(session) ?? []
  const lines = new Map<string, { head: Sighting['lines'][number]; added: RepeatedLine[] }>()
  const events = new EventsInTurn(session)
  for (const { at, ticker } of inOrder(
    all.filter(({ look, event }) => event || look?.sighting.lines.length),
    until,
  )) {
    for (const line of ticker.look!.sighting.lines) {
      const key = `${line.pod}/${line.container}/${line.restart}`
      const log = lines.get(key) ?? { head: line, added: [] }
      lines.set(key, log)
      const { text, stream } = line
      log.added.push({ at, stream, text: () => (typeof text === 'string' ? text : text(at)).slice(0, -1) })
    }
    if (ticker.event) events.take(ticker.event, at)
  }
  for (const { worker, period, look } of all) {
    const times = looksBefore(worker, period, until)
    worker.next! += times * period
    if (!look) continue
    if (look.outcome.result !== 'error') worker.run += times
    look.sighting.grow(session.world, times)
  }
  for (const { head, added } of lines.values()) appendLines(session.world.records, head.pod, head.container, head.restart, added)
  events.end()
}

/** Events of which most are dropped. */
class EventsInTurn {
  private forecast?: EventForecast

  constructor(private readonly session: Session) {}

  take(event: NewEvent, at: number): void {
    const { api, pod } = this.session
    this.forecast ??= api.forecast(pod, COMPONENT)
    if (this.forecast.drops(event, at)) return
    this.end()
    api.event(pod, event)
  }

  end(): void {
    this.forecast?.keep()
    this.forecast = undefined
  }
}

function looksBefore({ next }: ProbeWorker, period: number, until: number): number {
  return next! < until ? Math.ceil((until - next!) / period) : 0
}

/** The looks of workers before `until` by time; at one time in the workers' order. */
function* inOrder(tickers: Ticker[], until: number): Iterable<{ at: number; ticker: Ticker }> {
  const next = tickers.map(({ worker }) => worker.next!)
  for (;;) {
    let best = -1
    for (let i = 0; i < next.length; i++) if (next[i] < until && (best < 0 || next[i] < next[best])) best = i
    if (best < 0) return
    yield { at: next[best], ticker: tickers[best] }
    next[best] += tickers[best].period
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
