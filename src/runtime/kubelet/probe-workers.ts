// The prober's workers: when a probe runs, how outcomes in a row become a result, what a result changes.
// Follows doProbe of pkg/kubelet/prober/worker.go and the results manager.
import type { NewEvent, View } from '../../api/contracts'
import type { Container, ContainerStatus, Pod, Probe } from '../../api/types'
import { named } from '../../lib/named'
import { digestOf } from '../images/digest'
import { EXEC_ID, type ProbeOutcome, runProbe } from '../probes'
import { type Sighting, Witness } from '../witness'
import { isTerminalPhase } from './phase'
import { containerOf, initContainers, isSidecar, newEvent, type ProbeResult, type ProbeType, type ProbeWorker, type Session } from './state'

const TITLES: Record<ProbeType, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' }
const INITIAL: Record<ProbeType, ProbeResult> = { startup: 'unknown', readiness: 'failure', liveness: 'success' }
/** In the order in which the kubelet makes a container's workers. */
export const PROBE_TYPES: ProbeType[] = ['startup', 'readiness', 'liveness']

export function probeOf(container: Container, type: ProbeType): Probe | undefined {
  return container[`${type}Probe`]
}

/** Makes the workers a Pod's probes need; those there are stay. */
export function addWorkers({ pod, state }: Session): void {
  for (const container of [...pod.spec.containers, ...initContainers(pod).filter(isSidecar)]) {
    for (const type of PROBE_TYPES) if (probeOf(container, type)) state.workers[`${type}/${container.name}`] ??= { run: 0 }
  }
}

export function stopWorkers({ state }: Session, types: ProbeType[]): void {
  for (const key of Object.keys(state.workers)) if (types.includes(typeOf(key))) delete state.workers[key]
}

export function typeOf(key: string): ProbeType {
  return key.slice(0, key.indexOf('/')) as ProbeType
}

export function periodOf(probe: Probe): number {
  return (probe.periodSeconds ?? 10) * 1000
}

/** The tickers begin when their container first runs: the first look is then, the others a period apart. */
export function startTickers({ state, env }: Session, container: string): void {
  for (const type of PROBE_TYPES) {
    const worker = state.workers[`${type}/${container}`]
    if (worker && worker.next === undefined) worker.next = env.now()
  }
}

export function statusOf(session: Pick<Session, 'pod'>, container: string): ContainerStatus | undefined {
  const { containerStatuses, initContainerStatuses } = session.pod.status
  return named(containerStatuses, container) ?? named(initContainerStatuses, container)
}

/** Stores a result; true when it is news, upon which the kubelet syncs the Pod. Good news of liveness is none. */
function setResult(worker: ProbeWorker, type: ProbeType, result: ProbeResult): boolean {
  if (worker.result === result) return false
  worker.result = result
  return type !== 'liveness' || result === 'failure'
}

/** One look of a worker. True when a result changed. */
export function doProbe(session: Session, type: ProbeType, name: string): boolean {
  const { pod, state, env } = session
  const worker = state.workers[`${type}/${name}`]
  const container = containerOf(pod, name)
  const probe = container && probeOf(container, type)
  const status = statusOf(session, name)
  if (!worker || !probe || !status?.containerID || isTerminalPhase(pod.status.phase)) return false
  const id = status.containerID.slice('containerd://'.length)
  let news = false
  if (worker.id !== id) {
    worker.id = id
    delete worker.result
    delete worker.onHold
    news = setResult(worker, type, INITIAL[type])
  }
  if (worker.onHold) return news
  if (!status.state.running) return setResult(worker, type, 'failure') || news
  const startedAt = state.containers[name]?.current?.startedAt ?? 0
  if (Math.floor((env.now() - startedAt) / 1000) < (probe.initialDelaySeconds ?? 0)) return news
  if (status.started ? type === 'startup' : type !== 'startup') return news
  const outcome = look(session, container, probe, type)
  const event = eventOf(session, type, name, outcome)
  if (event) session.api.event(pod, event)
  if (outcome.result === 'error') return news
  const result: ProbeResult = outcome.result === 'failure' ? 'failure' : 'success'
  worker.run = worker.last === result ? worker.run + 1 : 1
  worker.last = result
  const needed = result === 'failure' ? (probe.failureThreshold ?? 3) : (probe.successThreshold ?? 1)
  if (worker.run < needed) return news
  news = setResult(worker, type, result) || news
  if (type !== 'readiness' && result === 'failure') {
    worker.onHold = true
    worker.run = 0
  }
  return news
}

/** Looks whose outcome holds as long as what they saw; as long as the cluster is open. */
const looks = new WeakMap<View, Map<string, Look>>()

export interface Look {
  pod: Pod
  probe: Probe
  outcome: ProbeOutcome
  sighting: Sighting
}

/** The look of a worker that would have the same outcome now; undefined when it has to be taken. */
export function standingLook(
  { world, pod }: Pick<Session, 'world' | 'pod'>,
  container: Container,
  probe: Probe,
  type: ProbeType,
): Look | undefined {
  const last = looks.get(world.view)?.get(lookKey(pod, container, type))
  return last && last.pod === pod && last.probe === probe && last.sighting.holds(world) ? last : undefined
}

function lookKey(pod: Pod, container: Container, type: ProbeType): string {
  return `${pod.metadata.uid}/${type}/${container.name}`
}

/** Runs a probe, or says again what it said when all it depends on is as it was. */
function look(session: Session, container: Container, probe: Probe, type: ProbeType): ProbeOutcome {
  const { world, pod } = session
  const standing = standingLook(session, container, probe, type)
  if (standing) {
    standing.sighting.repeat(world)
    return standing.outcome
  }
  const witness = new Witness(world)
  const outcome = runProbe(witness.world, pod, container, probe, type)
  const sighting = witness.sighting()
  const known = looks.get(world.view) ?? new Map<string, Look>()
  looks.set(world.view, known)
  if (sighting) known.set(lookKey(pod, container, type), { pod, probe, outcome, sighting })
  else known.delete(lookKey(pod, container, type))
  return outcome
}

/** The event that tells of an outcome; none tells of success. */
export function eventOf(
  session: Pick<Session, 'pod' | 'host' | 'env'>,
  type: ProbeType,
  name: string,
  outcome: ProbeOutcome,
): NewEvent | undefined {
  const said = (reason: string, message: string) =>
    newEvent(session, { type: 'Warning', reason, message: `${TITLES[type]} probe ${message}` }, name)
  if (outcome.result === 'failure') return said('Unhealthy', `failed: ${outcome.output}`)
  if (outcome.result === 'warning') return said('ProbeWarning', `warning: ${outcome.output}`)
  if (outcome.result !== 'error') return undefined
  const id = outcome.exec && digestOf(`${session.pod.metadata.uid}/${type}/${name}/${session.env.now()}`)
  return said('Unhealthy', `errored and resulted in unknown state: ${id ? outcome.error.replace(EXEC_ID, id) : outcome.error}`)
}

/** Runs the workers of these kinds whose tick has come, up to the first whose result changed: true then. */
export function tick(session: Session, types: ProbeType[]): boolean {
  const { state, env, pod } = session
  const now = env.now()
  for (const key of workerKeys(session)) {
    const type = typeOf(key)
    const worker = state.workers[key]
    if (!types.includes(type) || worker?.next === undefined || worker.next > now) continue
    const name = key.slice(type.length + 1)
    const container = containerOf(pod, name)
    const probe = container && probeOf(container, type)
    if (!probe) continue
    const period = periodOf(probe)
    worker.next += Math.max(1, Math.ceil((now - worker.next + 1) / period)) * period
    if (doProbe(session, type, name)) return true
  }
  return false
}

export function workerKeys({ pod, state }: Pick<Session, 'pod' | 'state'>): string[] {
  if (Object.keys(state.workers).length === 0) return []
  const names = [...pod.spec.containers, ...initContainers(pod)].map((c) => c.name)
  return names.flatMap((name) => PROBE_TYPES.map((type) => `${type}/${name}`)).filter((key) => state.workers[key])
}

/** A readiness probe out of turn, because a status found its container not ready; its ticker starts over. */
export function runTriggered(session: Session): boolean {
  const names = [...session.triggers]
  session.triggers.clear()
  let news = false
  for (const name of names) {
    const worker = session.state.workers[`readiness/${name}`]
    const container = containerOf(session.pod, name)
    const probe = container?.readinessProbe
    if (!worker || !probe) continue
    worker.next = session.env.now() + periodOf(probe)
    news = doProbe(session, 'readiness', name) || news
  }
  return news
}

/** When the next worker looks, ms. */
export function nextTick({ state }: Session): number | undefined {
  let next: number | undefined
  for (const worker of Object.values(state.workers)) {
    if (worker.next !== undefined && (next === undefined || worker.next < next)) next = worker.next
  }
  return next
}
