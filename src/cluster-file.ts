// A cluster on disk: opened to read without a lock, opened to write under it; bootstrapped when there is none.
import type { User } from './apiserver/authorization'
import type { Observer } from './apiserver/options'
import { Cluster } from './cluster'
import { type Host, type MutableEnv, makeEnv, type Progress, progressOn, seededRandom, seedOf, wallClockOf } from './env'
import { bringUp } from './fresh/bring-up'
import { filledIn } from './fresh/template'
import { putUserImage, userImages } from './runtime/images/user'
import { damageNamed, fileStamp, readState, withLock, writeState } from './store/file'
import { emptyState } from './store/fresh-state'
import { isWatched, type JournalEntry, JournalReader, tellWatchers } from './store/journal'
import type { State } from './store/state'

export class ClusterFile {
  private readonly progress: Progress
  private held = false
  /** Is told of the requests the user makes. */
  observe?: Observer

  constructor(
    private readonly host: Host,
    readonly file: string,
    /** Takes the warning headers of the requests made, each once an invocation. */
    private readonly warn: (message: string) => void = () => {},
    /** Who asks; undefined is the administrator. */
    private readonly user?: User,
  ) {
    this.progress = progressOn(host)
  }

  /** Runs `body` on the state as it is now. What `body` changes is not kept. */
  read<T>(body: (cluster: Cluster) => T): T {
    const state = readState(this.file)
    if (!state || this.isDue(state, this.clusterTime(state))) return this.write(body)
    try {
      return damageNamed(this.file, () => {
        const { cluster } = this.open(state)
        const result = this.asUser(cluster, body)
        this.passWarnings(cluster)
        return result
      })
    } finally {
      state.close()
    }
  }

  /** The cluster as it is now, for who goes on looking at it: its state stays open until `state.close()`. */
  hold(): Cluster {
    const found = readState(this.file)
    const due = !found || this.isDue(found, this.clusterTime(found))
    if (due) found?.close()
    if (due) this.write(() => undefined)
    const state = due ? readState(this.file) : found
    if (!state) throw new Error(`${this.file} went away while it was read`)
    const { cluster } = damageNamed(this.file, () => this.open(state))
    cluster.server.user = this.user
    // Who goes on looking asks once and is told of the rest.
    cluster.server.observe = this.held ? undefined : this.observe
    this.held = true
    return cluster
  }

  /**
   * Runs `body` under the lock, lets the controllers settle and saves. When `body` throws, nothing is saved.
   * Readers and writers both see everything played that was due by now.
   */
  write<T>(body: (cluster: Cluster) => T): T {
    return withLock(this.file, () =>
      damageNamed(this.file, () => {
        const existing = readState(this.file)
        try {
          const { cluster, env, random } = existing ? this.open(existing) : this.fresh(nodeCount(this.host))
          const told = this.journal(cluster)
          this.takeSettings(cluster)
          const now = env.now()
          // What was due happens at its own time, not now.
          env.set(Math.min(now, cluster.state.header.playedUntil))
          cluster.playUntil(now)
          const result = this.asUser(cluster, body)
          cluster.settle()
          this.save(cluster, random, told)
          this.passWarnings(cluster)
          return result
        } finally {
          this.progress.end()
          existing?.close()
        }
      }),
    )
  }

  private asUser<T>(cluster: Cluster, body: (cluster: Cluster) => T): T {
    cluster.server.user = this.user
    cluster.server.observe = this.observe
    try {
      return body(cluster)
    } catch (error) {
      // What was warned of on the way has been said by then.
      this.passWarnings(cluster)
      throw error
    } finally {
      cluster.server.user = undefined
      cluster.server.observe = undefined
    }
  }

  /** What the environment says about the cluster: KUBESIM_PULL=strict leaves images missing that kubesim does not know. */
  private takeSettings({ server: { storage } }: Cluster): void {
    const pull = this.host.variables.KUBESIM_PULL === 'strict' ? 'strict' : undefined
    if (storage.records.get('settings', 'pull') !== pull) storage.records.put('settings', 'pull', pull)
  }

  /** Changes whenever the file does. */
  stamp(): string {
    return fileStamp(this.file)
  }

  /** The cluster's time as of now (ms), for a state that was read some time ago. */
  now(state: State): number {
    return this.clusterTime(state)
  }

  /** True when something in the state was to happen by now. */
  isDue({ header }: State, now: number): boolean {
    return header.nextDue !== undefined && header.nextDue <= now
  }

  /** Replaces whatever the file holds by a fresh cluster of so many nodes. */
  reset(nodes: number = nodeCount(this.host)): void {
    withLock(this.file, () => {
      const { cluster, random } = this.fresh(nodes)
      this.save(cluster, random)
    })
  }

  /** A fresh cluster that no file keeps; it knows the images that were described to the one in the file. */
  scratch(nodes: number = nodeCount(this.host)): Cluster {
    const { cluster } = this.fresh(nodes)
    this.takeSettings(cluster)
    const known = readState(this.file)
    if (known) {
      for (const spec of userImages(this.open(known).cluster.server.storage.records))
        putUserImage(cluster.server.storage.records, spec.image, spec)
      known.close()
    }
    return cluster
  }

  private fresh(nodes: number): ReturnType<ClusterFile['open']> {
    const empty = this.freshState()
    const { env, random } = this.surroundings(empty)
    const filled = filledIn(nodes, empty.header, env)
    return { cluster: this.watched(filled ? new Cluster(filled, env) : bringUp(nodes, empty, env)), env, random }
  }

  private passWarnings(cluster: Cluster): void {
    for (const message of new Set(cluster.server.warnings)) this.warn(message)
  }

  /** Versions of objects as they come, where somebody watches. */
  private journal(cluster: Cluster): JournalEntry[] {
    const entries: JournalEntry[] = []
    if (isWatched(this.file)) cluster.journal = (change) => void entries.push({ ...change, version: cluster.state.header.resourceVersion })
    return entries
  }

  /** The versions of objects that others' commands and the passing of time make from now on. */
  follow(): JournalReader {
    return new JournalReader(this.file)
  }

  private save(cluster: Cluster, random: (() => number) | undefined, told: JournalEntry[] = []): void {
    const { state, env } = cluster
    cluster.writeDown()
    if (!state.changed) return
    state.header.playedUntil = Math.max(state.header.playedUntil, env.now())
    state.header.nextDue = cluster.nextDue()
    if (random) state.header.random = random()
    tellWatchers(this.file, told)
    writeState(this.file, state)
  }

  /** The cluster's time: never before what was played; standing still when the clock is frozen. */
  private clusterTime(state: State): number {
    const clock = wallClockOf(this.host)
    const { playedUntil, clockOffset } = state.header
    return clock.frozen ? playedUntil : Math.max(playedUntil, clock.now() + clockOffset)
  }

  private freshState(): State {
    return emptyState({
      clockOffset: 0,
      playedUntil: wallClockOf(this.host).now(),
      resourceVersion: 0,
      random: seedOf(this.host.variables),
    })
  }

  private open(state: State): { cluster: Cluster; env: MutableEnv; random?: () => number } {
    const { env, random } = this.surroundings(state)
    return { cluster: this.watched(new Cluster(state, env)), env, random }
  }

  private surroundings(state: State): { env: MutableEnv; random?: () => number } {
    const seeded = state.header.random === undefined ? undefined : seededRandom(state.header.random)
    return { env: makeEnv(this.clusterTime(state), seeded?.next), random: seeded?.state }
  }

  private watched(cluster: Cluster): Cluster {
    cluster.progress = this.progress.step
    return cluster
  }
}

function nodeCount(host: Host): number {
  const count = Number(host.variables.KUBESIM_NODES ?? 3)
  return Number.isInteger(count) && count > 0 && count <= 1000 ? count : 3
}
