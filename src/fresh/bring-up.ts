// A fresh cluster, brought up by its controllers.
import { bootstrap } from '../apiserver/bootstrap'
import { Cluster } from '../cluster'
import type { MutableEnv } from '../env'
import type { State } from '../store/state'

/** Fills an empty state with a cluster of so many nodes, all up and running. */
export function bringUp(nodes: number, state: State, env: MutableEnv): Cluster {
  const cluster = new Cluster(state, env)
  bootstrap(cluster.server, nodes)
  cluster.settle()
  return cluster
}
