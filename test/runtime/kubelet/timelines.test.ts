// The 20 Pods of a real cluster, replayed on the virtual clock: same states in the same order, same waits, same events.
import timelines from '../../fixtures/timelines.json'
import { type Shown, TestCluster } from './harness'

interface Recorded {
  spec: string
  timeline: Shown[]
  events: [number, string, string, string][]
}

const PODS = Object.entries(timelines.pods as unknown as Record<string, Recorded>)
/** Seconds by which a wait may be longer than the recorded one. */
const LONGER = 2
/** Seconds by which it may be shorter: the real kubelet's work queue adds up to half of a back-off, its runtime some seconds to a start. */
const shorter = (wait: number) => Math.max(6, wait / 2)
/**
 * Recorded waits that were shorter than the rules say: the readiness ticker began anew two seconds after the start, because the status was
 * written late, so that its third look came at 12 s instead of 20 s.
 */
const HURRIED: Record<string, number> = { 'readiness-default-period': 9 }
/**
 * How many states are compared where lateness changed the course: the fourth restart of this Pod came 10 s late, after which its next failure
 * fell out of the back-off.
 */
const COMPARED: Record<string, number> = { 'startup-then-liveness': 14 }
/** The container had started so late that its Pod met its deadline before a status said Running. */
const SHOWN_LATE: Record<string, string> = { 'active-deadline 1/1 Pending': 'Running' }

const cluster = new TestCluster()
// The recorded registry had no `nope/none`; by default kubesim runs images it does not know.
cluster.cluster.server.storage.records.put('settings', 'pull', 'strict')
for (const [name, { spec }] of PODS) cluster.createPod(name, spec)
cluster.playTo(20)
cluster.deletePod('ignores-term')
cluster.deletePod('pre-stop-4')
cluster.playTo(170)

/** From the first state in which something has been started or tried. */
function begun(rows: Shown[]): Shown[] {
  const at = rows.findIndex(([, ready, status]) => status !== 'ContainerCreating' && !(status === 'Pending' && !ready.startsWith('1')))
  return rows.slice(at)
}

/** Finds the recorded states among ours; what a sample four times a second can miss may be missing. */
function align(recorded: Shown[], ours: Shown[]): [Shown, Shown][] {
  const pairs: [Shown, Shown][] = []
  let i = 0
  for (const row of recorded) {
    const from = i
    while (i < ours.length && ours[i].slice(1).join() !== row.slice(1).join()) {
      const lasted = (ours[i + 1]?.[0] ?? Number.POSITIVE_INFINITY) - ours[i][0]
      if (lasted > 0.5)
        throw new Error(
          `recorded [${row.join(' ')}], ours after ${from}: ${ours
            .slice(from, i + 1)
            .map((r) => r.join(' '))
            .join(', ')}`,
        )
      i++
    }
    if (i === ours.length) throw new Error(`recorded [${row.join(' ')}] never came: ${ours.map((r) => r.join(' ')).join(', ')}`)
    pairs.push([row, ours[i++]])
  }
  return pairs
}

describe.each(PODS)('%s', (name, { timeline, events }) => {
  const recorded = begun(timeline)
    .slice(0, COMPARED[name])
    .map(([at, ready, status, restarts]): Shown => [at, ready, SHOWN_LATE[`${name} ${ready} ${status}`] ?? status, restarts])

  test('states and waits', () => {
    const pairs = align(recorded, begun(cluster.shown.get(name)!))
    for (const [i, [theirs, ours]] of pairs.entries()) {
      if (i === 0 || ours[2] === 'Terminating') continue
      const wait = theirs[0] - pairs[i - 1][0][0]
      const own = ours[0] - pairs[i - 1][1][0]
      // A deadline counts from the Pod's start, a wait for init containers includes that of the first.
      const sinceStart = name === 'active-deadline' || (i === 1 && recorded[0][2].startsWith('Init:'))
      if (sinceStart) continue
      expect({
        state: ours.slice(1),
        wait: own,
        recorded: wait,
        ok: own - wait <= (HURRIED[name] ?? LONGER) && wait - own <= shorter(own),
      }).toMatchObject({ ok: true })
    }
  })

  test('events', () => {
    const plain = (message: string) =>
      message
        .replace(/10\.244\.\d+\.\d+/g, '<pod-ip>')
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
        .replace('kube-time', 'default')
    const text = (list: Recorded['events']) => list.map(([, type, reason, message]) => `${type} ${reason} ${plain(message)}`).sort()
    const ours = cluster.events(name)
    expect(text(ours).filter((t) => name !== 'startup-then-liveness' || !t.includes('BackOff'))).toEqual(text(events))
    const counts = (list: Recorded['events'], key: string) =>
      list
        .filter(([, type, reason, message]) => `${type} ${reason} ${plain(message)}` === key)
        .map(([count]) => count)
        .sort((x, y) => x - y)
    for (const key of new Set(text(events))) {
      for (const [i, count] of counts(events, key).entries()) {
        const own = counts(ours, key)[i]
        expect({ key, own, count, ok: Math.abs(own - count) <= Math.max(2, count * 0.4) }).toMatchObject({ ok: true })
      }
    }
  })
})
