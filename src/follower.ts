// The cluster as a long-running command sees it: read again when its file changed or something in it was due.
import type { Cluster } from './cluster'
import type { ClusterFile } from './cluster-file'

export class Follower {
  private cluster?: Cluster
  private stamp = ''

  constructor(private readonly file: ClusterFile) {}

  /** The cluster as of now: the same object until something changed. Cheap enough to call for every request. */
  current(): Cluster {
    if (this.cluster && !this.isStale()) return this.cluster
    // Taken before reading: a change in between is seen next time.
    this.stamp = this.file.stamp()
    this.cluster = this.file.read((cluster) => cluster)
    return this.cluster
  }

  /** Would `current` read the file anew? */
  isStale(): boolean {
    return !this.cluster || this.file.stamp() !== this.stamp || this.file.isDue(this.cluster.state, this.now())
  }

  /** The cluster's clock now (ms). */
  now(): number {
    return this.cluster ? this.file.now(this.cluster.state) : this.current().env.now()
  }
}
