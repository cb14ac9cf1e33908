// The conditions a kubelet keeps on a Pod, in its order. Follows pkg/kubelet/status/generate.go.
import type { Condition, Container, ContainerStatus, Pod, PodStatus } from '../../api/types'
import { named } from '../../lib/named'
import { initContainers, isSidecar, sidecars } from './state'

const RESTARTING = 'AllContainersRestarting'
/** The kubelet's, made elsewhere. */
const MADE = ['PodResizePending', 'PodResizeInProgress']
const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>

const YES: Verdict = { status: 'True' }

function no(reason: string, message?: string): Verdict {
  return { status: 'False', reason, ...(message === undefined ? {} : { message }) }
}

function sentence(unknown: string[], others: string[], word: string): string {
  const parts = []
  if (unknown.length) parts.push(`containers with unknown status: [${unknown.join(' ')}]`)
  if (others.length) parts.push(`containers with ${word} status: [${others.join(' ')}]`)
  return parts.join(', ')
}

interface Facts {
  pod: Pod
  phase: PodStatus['phase']
  init: ContainerStatus[]
  regular: ContainerStatus[]
  /** Why there is no sandbox whose network is up; nothing while there is one. */
  noSandbox?: string
  /** In a Pod where one container's end may restart all: whether it does. */
  restartsWhole?: boolean
  /** Of resizes. */
  resizes: Condition[]
}

/** Any regular container has run: the Pod counts as initialized from then on. */
export function anyRegularStarted(regular: ContainerStatus[]): boolean {
  return regular.some(({ state, lastState }) => !!state.running || !!state.terminated || !!lastState.terminated)
}

function initialized({ pod, phase, init, regular }: Facts): Verdict {
  const unknown: string[] = []
  const incomplete: string[] = []
  for (const container of initContainers(pod)) {
    const status = named(init, container.name)
    if (!status) unknown.push(container.name)
    else if (isSidecar(container) ? !status.started : !status.ready) incomplete.push(container.name)
  }
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'True', reason: 'PodCompleted' }
  if (anyRegularStarted(regular)) return YES
  const message = sentence(unknown, incomplete, 'incomplete')
  return message ? no('ContainersNotInitialized', message) : YES
}

function containersReady({ pod, phase, init, regular }: Facts): Verdict {
  const unknown: string[] = []
  const unready: string[] = []
  const judge = (containers: Container[], statuses: ContainerStatus[]) => {
    for (const container of containers) {
      const status = named(statuses, container.name)
      if (!status) unknown.push(container.name)
      else if (!status.ready) unready.push(container.name)
    }
  }
  judge(sidecars(pod), init)
  judge(pod.spec.containers, regular)
  if (phase === 'Succeeded' && unknown.length === 0) return no('PodCompleted')
  if (phase === 'Failed') return no('PodFailed')
  const message = sentence(unknown, unready, 'unready')
  return message ? no('ContainersNotReady', message) : YES
}

function ready(facts: Facts, conditions: Condition[]): Verdict {
  const containers = containersReady(facts)
  if (containers.status !== 'True') return containers
  const problems: string[] = []
  for (const { conditionType } of facts.pod.spec.readinessGates ?? []) {
    const gate = conditions.find((c) => c.type === conditionType)
    if (!gate) problems.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    else if (gate.status !== 'True') problems.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`)
  }
  return problems.length ? no('ReadinessGatesNotReady', problems.join(', ')) : YES
}

function allRestarting({ phase, restartsWhole }: Facts): Verdict {
  if (phase === 'Succeeded') return no('PodCompleted')
  if (phase === 'Failed') return no('PodFailed')
  if (!restartsWhole) return { status: 'False' }
  return { status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' }
}

/** `now` is RFC 3339. Conditions of others come first and are kept; the time of a status that did not change is kept too. */
export function podConditions(facts: Facts, now: string): Condition[] {
  const { pod } = facts
  const old = pod.status?.conditions ?? []
  const foreign = old.filter((c) => !OWN.includes(c.type) && c.type !== RESTARTING && !MADE.includes(c.type))
  const verdicts: Record<string, Verdict> = {
    PodReadyToStartContainers: facts.noSandbox === undefined ? YES : no('PodSandboxNotReady', facts.noSandbox),
    Initialized: initialized(facts),
    Ready: ready(facts, foreign),
    ContainersReady: containersReady(facts),
    PodScheduled: YES,
    [RESTARTING]: allRestarting(facts),
  }
  const types = facts.restartsWhole === undefined ? OWN : [...OWN, RESTARTING]
  const own = types.map((type) => {
    const before = old.find((c) => c.type === type)
    const verdict = verdicts[type]
    return {
      lastProbeTime: null,
      lastTransitionTime: before && before.status === verdict.status ? before.lastTransitionTime : now,
      ...(verdict.message === undefined ? {} : { message: verdict.message }),
      ...(pod.metadata.generation === undefined || type === RESTARTING ? {} : { observedGeneration: pod.metadata.generation }),
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      status: verdict.status,
      type,
    }
  })
  return [...foreign, ...facts.resizes, ...own]
}
