// Which processes a container sees: its own, or, in a Pod with shareProcessNamespace, those of all its containers behind the pause process.
import type { Container, Pod } from '../api/types'
import { containerUser } from './container-user'
import { allContainers, containerRecord, signalContainer } from './containers'
import { imageOf } from './images/index'
import type { ContainerRecord, Image, ProcessRow, Signal } from './process'
import type { World } from './world'

/** The pause process is the first; the containers' main processes are so far apart that their children find room. */
const FIRST = 8
const APART = 30

export function sharesProcesses(pod: Pod): boolean {
  return pod.spec.shareProcessNamespace === true
}

/** The number of a container's main process. */
export function firstPid(pod: Pod, container: Pick<Container, 'name'>): number {
  if (!sharesProcesses(pod)) return 1
  return (
    FIRST +
    APART *
      Math.max(
        0,
        allContainers(pod).findIndex((c) => c.name === container.name),
      )
  )
}

interface Running {
  processes?: {
    pid: number
    parent: number
    command: string
    startedAt: number
    ended?: boolean
    detached?: boolean
    frames: { command?: { argv: string[] } }[]
  }[]
}

/** The processes of a container as far as its record tells. */
export function rowsOf(record: ContainerRecord, first: number, image: Pick<Image, 'titles'>): ProcessRow[] {
  const { processes } = (record.state ?? {}) as unknown as Running
  if (!Array.isArray(processes)) {
    // An entrypoint script makes way for the daemon.
    const argv = /entrypoint(?:\.sh)?$/.test(record.argv[0] ?? '') && record.argv.length > 1 ? record.argv.slice(1) : record.argv
    const titles = image.titles?.(argv) ?? [argv.join(' ')]
    return titles.map((command, i) => ({ pid: first + i, parent: i === 0 ? 0 : first, command, startedAt: record.startedAt }))
  }
  return processes.filter((p) => !p.ended).map(rowOf)
}

/** A process that runs a command in the background is that command. */
export function rowOf({ pid, parent, command, startedAt, detached, frames }: NonNullable<Running['processes']>[number]): ProcessRow {
  const running = frames.findLast((f) => f.command)?.command?.argv.join(' ')
  return { pid, parent, command: detached && running ? running : command, startedAt }
}

/** The pause process and what runs in the Pod's other containers; nothing where each container sees its own processes alone. */
export function neighboursOf(world: World, pod: Pod, container: Container): ProcessRow[] {
  if (!sharesProcesses(pod)) return []
  const others = allContainers(pod).filter((c) => c.name !== container.name)
  const rows = others.flatMap((other) => {
    const record = containerRecord(world, pod.metadata.uid, other.name)
    const found = imageOf(other.image, world.records)
    if (!record || record.exit) return []
    const { uid } = containerUser(world, pod, other)
    return rowsOf(record, firstPid(pod, other), 'missing' in found ? {} : found.image).map((row) => ({ ...row, uid }))
  })
  const begun = containerRecord(world, pod.metadata.uid, container.name)?.startedAt ?? world.env.now()
  return [{ pid: 1, parent: 0, command: '/pause', startedAt: begun }, ...rows]
}

/** A signal from one container for the main process of another; false when there is no such process. */
export function signalNeighbour(world: World, pod: Pod, pid: number, signal: Signal | 'SIGKILL' | undefined): boolean {
  if (!sharesProcesses(pod)) return false
  if (pid === 1) return true
  const target = allContainers(pod).find((c) => firstPid(pod, c) === pid)
  const record = target && containerRecord(world, pod.metadata.uid, target.name)
  if (!target || !record || record.exit) return false
  if (signal) signalContainer(world, pod, target, signal)
  return true
}
