// The cluster as a long-running command sees it: read again when its file changed or something in it was due.
import type { Cluster } from './cluster'
import type { ClusterFile } from './cluster-file'
import { monotonic } from './env'

/** The file is not looked at more often than this, ms: a connection asks many times. */
const PATIENCE_MS = 2

export class Follower {
  private cluster?: Cluster
  /** Held a little longer: somebody may still be reading it. */
  private previous?: Cluster
  private stamp = ''
  private looked = 0

  constructor(private readonly file: ClusterFile) {}

  /** The cluster as of now: the same object until something changed. Cheap enough to call for every request. */
  current(): Cluster {
    if (this.cluster && !this.isStale()) return this.cluster
    // Taken before reading: a change in between is seen next time.
    this.stamp = this.file.stamp()
    const cluster = this.file.hold()
    this.previous?.state.close()
    this.previous = this.cluster
    this.cluster = cluster
    return cluster
  }

  /** Would `current` read the file anew? */
  isStale(): boolean {
    if (!this.cluster) return true
    const now = monotonic()
    if (now - this.looked < PATIENCE_MS) return false
    this.looked = now
    const stale = this.file.stamp() !== this.stamp || this.file.isDue(this.cluster.state, this.now())
    if (stale) this.looked = 0
    return stale
  }

  /** The cluster's clock now (ms). */
  now(): number {
    return this.cluster ? this.file.now(this.cluster.state) : this.current().env.now()
  }
}
