// A cluster in memory: the API server, the controllers' loop and the clock that plays the past. Owns the reconcile loop.
import type { Change, Controller, ControllerContext, Lull, Rehearsed, View } from './api/contracts'
import type { KubeObject } from './api/types'
import { ComponentClient } from './apiserver/client'
import { ApiServer } from './apiserver/server'
import { entryKey } from './apiserver/storage'
import { CONTROLLERS, type ControllerEntry } from './controllers'
import { Agenda, DueTimes } from './due'
import type { MutableEnv } from './env'
import { isNamespaceTerminating } from './errors'
import { clusterNetwork } from './network/cluster-network'
import { Rehearsals } from './rehearsal'
import type { World } from './runtime/world'
import type { State } from './store/state'

/** How often one key may be reconciled at one moment before the loop is taken for endless. */
const MOST_ROUNDS = 1000

/** What is shorter is played event by event, ms; whether a leap is possible is looked at this often at most. */
const SHORTEST_LEAP = 10_000
const LEAP_PAUSE = 1000

/** A controller and what is queued for it. */
class Worker {
  readonly queue = new Set<string>()
  private parts?: { controller: Controller; client: ComponentClient }

  constructor(
    readonly entry: ControllerEntry,
    private readonly server: ApiServer,
  ) {}

  private get loaded(): { controller: Controller; client: ComponentClient } {
    this.parts ??= { controller: this.entry.controller(), client: new ComponentClient(this.server, this.entry.name, managerOf(this.entry)) }
    return this.parts
  }

  get isLoaded(): boolean {
    return this.parts !== undefined
  }

  get controller(): Controller {
    return this.loaded.controller
  }

  get client(): ComponentClient {
    return this.loaded.client
  }
}

function managerOf({ name }: ControllerEntry): string {
  if (['kubelet', 'kube-proxy', 'kube-apiserver'].includes(name)) return name
  return name === 'default-scheduler' ? 'kube-scheduler' : 'kube-controller-manager'
}

function entryKeyOf({ resource, before, after }: Change): string {
  const { namespace, name } = ((after ?? before) as KubeObject).metadata
  return entryKey(resource, namespace, name)
}

export class Cluster {
  readonly server: ApiServer
  private readonly workers: Worker[]
  private readonly byName = new Map<string, Worker>()
  private readonly watchers = new Map<string, Worker[]>()
  private readonly due: DueTimes
  private readonly rehearsals: Rehearsals
  private readonly alike: Rehearsed
  private changes = 0
  /** The earliest time that was asked for since this was last reset, ms. */
  private earliestWake = Number.POSITIVE_INFINITY
  /** Takes every change where somebody watches the cluster; nothing is played as a copy of something else then. */
  journal?: (change: Change) => void
  /** Told of every change, with what to say of it to who waits. */
  progress?: (text: () => string) => void

  constructor(
    readonly state: State,
    readonly env: MutableEnv,
  ) {
    this.server = new ApiServer(state, env, (change) => this.dispatch(change))
    this.due = new DueTimes(this.server.storage.records, state.header.nextDue)
    this.rehearsals = new Rehearsals({
      state,
      env,
      enqueue: (worker, key) => this.enqueue(worker, key),
      follow: (change) => this.follow(change),
      changed: (count) => {
        this.changes += count
        this.progress?.(() => this.busyness())
      },
    })
    this.alike = (...args) => this.rehearsals.alike(...args)
    this.workers = CONTROLLERS.map((entry) => new Worker(entry, this.server))
    for (const worker of this.workers) {
      this.byName.set(worker.entry.name, worker)
      for (const resource of worker.entry.watches) {
        const watching = this.watchers.get(resource)
        if (watching) watching.push(worker)
        else this.watchers.set(resource, [worker])
      }
    }
  }

  get view(): View {
    return this.server.view
  }

  /** The cluster as what runs in it sees it: exec, connections, traces. */
  get world(): World {
    const { view, env } = this
    const { records } = this.server.storage
    const touched = ({ namespace, name }: { namespace: string; name: string }) => this.enqueue('kubelet', `${namespace}/${name}`)
    return { view, records, env, network: clusterNetwork({ view, records, env }), touched }
  }

  private dispatch(change: Change): void {
    const { recording } = this.rehearsals
    this.changes++
    if (recording) recording.changes++
    this.progress?.(() => this.busyness())
    this.journal?.(change)
    if (this.follow(change)) recording?.note(entryKeyOf(change), change)
    for (const resource of [change.resource, '*']) {
      for (const worker of this.watchers.get(resource) ?? []) {
        for (const key of worker.controller.watches[resource](change, this.server.view)) this.queue(worker, key)
      }
    }
  }

  private follow(change: Change): boolean {
    let noted = false
    const { view, storage } = this.server
    for (const { controller } of this.watchers.get(change.resource) ?? []) {
      if (controller.follow?.(change, view, storage.records)) noted = true
    }
    return noted
  }

  private queue(worker: Worker, key: string): void {
    worker.queue.add(key)
    this.rehearsals.recording?.queue(worker.entry.name, key)
  }

  /** Queues a key of a controller, as a fault or an exec does that changed what it looks at. */
  enqueue(controller: string, key: string): void {
    const worker = this.byName.get(controller)
    if (worker) this.queue(worker, key)
  }

  /** Runs the controllers until nothing is queued. Earlier ones in the list go first, each a batch at a time. */
  settle(): void {
    const rounds = new Map<string, number>()
    for (;;) {
      const worker = this.workers.find((w) => w.queue.size > 0)
      if (!worker) return
      const keys = [...worker.queue]
      worker.queue.clear()
      for (const key of keys) {
        const label = `${worker.entry.name}/${key}`
        const count = (rounds.get(label) ?? 0) + 1
        if (count > MOST_ROUNDS) throw new Error(`the controllers do not come to rest; still busy: ${this.busy(worker)}`)
        rounds.set(label, count)
        this.withContext(worker, label, (context) => {
          try {
            worker.controller.reconcile(key, { ...context, batch: keys.length })
          } catch (error) {
            if (!isNamespaceTerminating(error)) throw error
          }
        })
      }
    }
  }

  /** What controllers keep in memory is put among the records; to be done before the state is saved. */
  writeDown(): void {
    for (const worker of this.workers) if (worker.isLoaded) worker.controller.writeDown?.(this.contextOf(worker, () => {}))
  }

  /** `1,200 changes; kubelet 830, endpoint-controller 1`: what was done, and how many keys wait for whom. */
  private busyness(): string {
    const waiting = this.workers.filter((w) => w.queue.size > 0).map((w) => `${w.entry.name} ${w.queue.size}`)
    return `${this.changes.toLocaleString('en')} changes${waiting.length ? `; ${waiting.join(', ')}` : ''}`.slice(0, 79)
  }

  private busy(current: Worker): string {
    const names = this.workers.filter((w) => w === current || w.queue.size > 0).map((w) => w.entry.name)
    return names.join(', ')
  }

  /** Runs something of a controller; its key is due next when that asked to be woken. */
  private withContext(worker: Worker, label: string, run: (context: ControllerContext) => void): void {
    let wake: number | undefined
    run(
      this.contextOf(worker, (time) => {
        if (wake === undefined || time < wake) wake = time
      }),
    )
    if (wake === undefined) this.due.clear(label)
    else {
      this.due.set(label, wake)
      this.earliestWake = Math.min(this.earliestWake, wake)
    }
  }

  private contextOf(worker: Worker, wakeAt: ControllerContext['wakeAt']): ControllerContext {
    const { server, env } = this
    const enqueue = (other: string) => this.queue(worker, other)
    return {
      api: worker.client,
      view: server.view,
      records: server.storage.records,
      env,
      wakeAt,
      enqueue,
      alike: this.journal ? undefined : this.alike,
    }
  }

  /** Plays everything that was due up to `now` (ms), in order, and leaves the clock there. */
  playUntil(now: number): void {
    let leapAgain = Number.NEGATIVE_INFINITY
    let last: number | undefined
    let rounds = 0
    for (let at = this.due.next(); at !== undefined && at <= now; at = this.due.next()) {
      rounds = at === last ? rounds + 1 : 0
      last = at
      // Who asks to be woken at a time that is over, again and again, would never let it pass.
      if (rounds > MOST_ROUNDS) throw new Error(`time does not go on at ${new Date(at).toISOString()}: ${this.dueNow(at)}`)
      this.env.set(Math.max(at, this.env.now()))
      if (at >= leapAgain) {
        const until = this.leap(at, now)
        if (until - at >= SHORTEST_LEAP) continue
        leapAgain = Math.max(until, at + LEAP_PAUSE)
      }
      for (const label of this.due.take(at)) {
        const { worker, key } = this.byLabel(label)
        if (worker) this.queue(worker, key)
      }
      this.settle()
    }
    this.env.set(now)
  }

  private dueNow(at: number): string {
    return [...this.due.entries()]
      .filter(([, time]) => time <= at)
      .map(([label]) => label)
      .join(', ')
  }

  /**
   * Plays at once what is only routine, from now up to where something else is due, `now` at most; answers that time. Nothing is played
   * when it is near.
   */
  private leap(at: number, now: number): number {
    let until = now + 1
    const routines: { label: string; lull: Lull }[] = []
    for (const [label, time] of this.due.entries()) {
      if (time >= until) continue
      const lull = this.lullOf(label)
      if (!lull || lull.until <= time) until = time
      else {
        until = Math.min(until, lull.until)
        routines.push({ label, lull })
      }
      if (until - at < SHORTEST_LEAP) return until
    }
    until = this.playWriters(routines, until)
    for (const { label } of routines) this.playRoutine(label, until)
    return until
  }

  /** Plays what routines write before `until`, in order; answers that time, or an earlier one at which something else has become due. */
  private playWriters(routines: { label: string; lull: Lull }[], until: number): number {
    const agenda = new Agenda(routines.flatMap(({ label, lull }) => (lull.writes === undefined ? [] : [[lull.writes, label]])))
    let ends = until
    for (let next = agenda.pop(); next && next[0] < ends; next = agenda.pop()) {
      const [at, label] = next
      this.env.set(at)
      this.playRoutine(label, at + 1)
      this.earliestWake = Number.POSITIVE_INFINITY
      this.settle()
      const lull = this.lullOf(label)
      ends = Math.min(ends, this.earliestWake, lull?.until ?? at + 1)
      if (lull?.writes !== undefined) agenda.push([lull.writes, label])
    }
    return ends
  }

  private lullOf(label: string): Lull | undefined {
    const { worker, key } = this.byLabel(label)
    return worker?.controller.routine?.lull(
      key,
      this.contextOf(worker, () => {}),
    )
  }

  private playRoutine(label: string, until: number): void {
    const { worker, key } = this.byLabel(label)
    if (worker) this.withContext(worker, label, (context) => worker.controller.routine?.play(key, until, context))
  }

  private byLabel(label: string): { worker: Worker | undefined; key: string } {
    const slash = label.indexOf('/')
    return { worker: this.byName.get(label.slice(0, slash)), key: label.slice(slash + 1) }
  }

  /** Moves the cluster's clock forward by so many milliseconds and plays what happens in between. */
  advance(by: number): void {
    const target = this.env.now() + by
    this.settle()
    this.playUntil(target)
    this.state.advanceClock(by, target)
  }

  /** When something is next due (ms), for the state's header. */
  nextDue(): number | undefined {
    return this.due.next()
  }
}
