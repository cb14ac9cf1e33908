// Starting one container: back-off, image, configuration, creation, post-start hook, with their events.
// Follows doBackOff and startContainer of pkg/kubelet/kuberuntime.
import type { Container } from '../../api/types'
import { formatDuration } from '../../lib/ages'
import { named } from '../../lib/named'
import { containerId } from '../../lib/random'
import { nonRootProblem } from '../container-user'
import { startContainer } from '../containers'
import { containerEnvironment } from '../environment'
import { isHostFile } from '../host-paths'
import { inBackoffSince, nextBackoff } from './backoff'
import { runHook } from './hooks'
import { beginKill } from './kill'
import { ensureImage } from './pull'
import { containerOf, emit, type Instance, type PendingStart, podText, type Session, type WaitReason, withAddress } from './state'

/** `started`: it runs (or ran). `hook`: its post-start hook takes time. Else what it waits for, and until when if that is known. */
export type StartOutcome = { started: true; hook?: boolean } | { started: false; until?: number }

/** `start` of SyncPod: the reason cache is brought up to date. */
export function tryStart(session: Session, { name, exitedAt }: PendingStart): StartOutcome {
  const { pod, state } = session
  const container = containerOf(pod, name)
  if (!container) return { started: true }
  const blocked = backoffOf(session, container, exitedAt)
  if (blocked) return blocked
  const outcome = start(session, container)
  if (outcome.started) delete state.waiting[name]
  return outcome
}

function backoffOf(session: Session, container: Container, exitedAt: number | undefined): StartOutcome | undefined {
  if (exitedAt === undefined) return undefined
  const { pod, state, env } = session
  const { name } = container
  const entry = state.crashes[name]
  if (!inBackoffSince(entry, exitedAt, env.now())) {
    state.crashes[name] = nextBackoff(entry, exitedAt, env.now())
    return undefined
  }
  emit(session, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podText(pod)}`, name)
  const message = `back-off ${formatDuration(entry.delay)} restarting failed container=${name} pod=${podText(pod)}`
  state.waiting[name] = { reason: 'CrashLoopBackOff', message }
  return { started: false, until: exitedAt + entry.delay }
}

function fails(session: Session, name: string, reason: string, message: string, event = message): StartOutcome {
  session.state.waiting[name] = { reason, message }
  emit(session, 'Warning', 'Failed', `Error: ${event}`, name)
  return { started: false }
}

/** Images that a container mounts as volumes are had before its own; those of a container before it are there. */
function imageVolumes(session: Session, container: Container): WaitReason | undefined {
  const { spec } = session.pod
  const earlier = spec.containers.slice(0, Math.max(0, spec.containers.indexOf(container)))
  for (const { name } of container.volumeMounts ?? []) {
    const volume = named(spec.volumes, name)?.['image'] as { reference?: string; pullPolicy?: string } | undefined
    if (!volume?.reference || earlier.some((c) => named(c.volumeMounts, name))) continue
    const had = ensureImage(session, { ...container, image: volume.reference, imagePullPolicy: volume.pullPolicy ?? 'IfNotPresent' }, true)
    if (!('found' in had)) return had
  }
  return undefined
}

/** A seccomp profile of the node's that there is not, in containerd's words. */
function missingProfile({ world, pod }: Session, container: Container): string | undefined {
  const contexts = [container.securityContext, pod.spec.securityContext] as ({ seccompProfile?: SeccompProfile } | undefined)[]
  const profile = contexts.find((context) => context?.seccompProfile)?.seccompProfile
  if (profile?.type !== 'Localhost') return undefined
  const path = `/var/lib/kubelet/seccomp/${profile.localhostProfile}`
  if (isHostFile(world, pod, path)) return undefined
  return `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`
}

interface SeccompProfile {
  type: string
  localhostProfile?: string
}

function start(session: Session, container: Container): StartOutcome {
  const { world, pod, state, env } = session
  const { name } = container
  const mounted = imageVolumes(session, container)
  if (mounted) return fails(session, name, mounted.reason, mounted.message, mounted.reason)
  const image = ensureImage(session, container)
  if (!('found' in image)) return fails(session, name, image.reason, image.message, image.reason)
  const environment = containerEnvironment(world, pod, container, state.ip)
  if ('error' in environment) return fails(session, name, 'CreateContainerConfigError', environment.error)
  const problem = nonRootProblem(world, pod, container, podText(pod))
  if (problem) return fails(session, name, 'CreateContainerConfigError', problem)
  const profile = missingProfile(session, container)
  if (profile) return fails(session, name, 'CreateContainerError', profile)
  const own = state.containers[name]
  const before = own?.current ?? own?.previous
  const restartCount = before ? before.restartCount + 1 : 0
  const record = startContainer(world, withAddress(session), container, {
    id: containerId(session.env),
    restartCount,
    environment,
  })
  const instance: Instance = {
    id: record.id,
    restartCount,
    image: image.found.reference.canonical,
    imageId: image.found.id,
    specImage: container.image,
    startedAt: record.startedAt,
  }
  state.containers[name] = { current: instance, ...(before ? { previous: before } : {}) }
  emit(session, 'Normal', 'Created', 'Container created', name)
  if (record.exit?.reason === 'StartError' || record.exit?.reason === 'ContainerCannotRun') {
    const message = record.exit.message ?? ''
    Object.assign(instance, { finishedAt: env.now(), exit: record.exit, shown: true })
    return fails(session, name, 'RunContainerError', message)
  }
  emit(session, 'Normal', 'Started', 'Container started', name)
  return postStart(session, container, instance)
}

function postStart(session: Session, container: Container, instance: Instance): StartOutcome {
  const hook = container.lifecycle?.postStart
  if (!hook) return { started: true }
  const result = runHook(session, container, hook)
  if (result.problem !== undefined) instance.hookFailed = result.problem
  if (result.durationMs > 0) {
    instance.hookUntil = session.env.now() + result.durationMs
    return { started: true, hook: true }
  }
  return endPostStart(session, container, instance)
}

/** The post-start hook is over: the container goes on, or is killed because the hook failed. */
export function endPostStart(session: Session, container: Container, instance: Instance): StartOutcome {
  delete instance.hookUntil
  if (instance.hookFailed === undefined) return { started: true }
  const message = instance.hookFailed
  delete instance.hookFailed
  // The message may hold secrets, so the event does not carry it.
  emit(session, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', container.name)
  beginKill(session, container, { message: 'FailedPostStartHook' })
  session.state.waiting[container.name] = { reason: 'PostStartHookError', message }
  return { started: false }
}
