// A cluster on a virtual clock for the kubelet's tests: objects in, every state a Pod shows out.
import { parse, parseAllDocuments } from 'yaml'
import type { Controller } from '../../../src/api/contracts'
import type { Event, KubeObject, Pod } from '../../../src/api/types'
import { bootstrap } from '../../../src/apiserver/bootstrap'
import { Cluster } from '../../../src/cluster'
import { CONTROLLERS } from '../../../src/controllers'
import { makeEnv, seededRandom } from '../../../src/env'
import { podRow } from '../../../src/kinds/pod-row'
import { emptyState } from '../../../src/store/fresh-state'

export const START = Date.parse('2026-11-24T00:00:00Z')

/** Seconds since START, READY, STATUS, restarts without their age. */
export type Shown = [number, string, string, string]

export class TestCluster {
  readonly cluster: Cluster
  readonly shown = new Map<string, Shown[]>()
  private readonly env = makeEnv(START, seededRandom(1).next)

  constructor(nodes = 1) {
    const shown = this.shown
    const env = this.env
    const watcher: Controller = {
      name: 'test-watcher',
      watches: {
        pods: ({ before, after }) => {
          const name = (after ?? before)!.metadata.name
          const list = shown.get(name) ?? []
          shown.set(name, list)
          const row = after ? podRow(after as Pod, env.now()) : { ready: 'gone', status: 'gone', restarts: 'gone' }
          const entry: Shown = [(env.now() - START) / 1000, row.ready, row.status, row.restarts.replace(/ .*/, '')]
          const last = list.at(-1)
          if (!last || last.slice(1).join() !== entry.slice(1).join()) list.push(entry)
          return []
        },
      },
      reconcile: () => {},
    }
    CONTROLLERS.push({ name: watcher.name, watches: Object.keys(watcher.watches), controller: () => watcher })
    this.cluster = new Cluster(emptyState({ clockOffset: 0, playedUntil: START, resourceVersion: 0 }), this.env)
    CONTROLLERS.pop()
    bootstrap(this.cluster.server, nodes)
    this.cluster.settle()
    shown.clear()
  }

  /** Seconds since START. */
  get now(): number {
    return (this.env.now() - START) / 1000
  }

  create(manifest: string): void {
    for (const document of parseAllDocuments(manifest)) {
      this.cluster.server.create(document.toJS() as KubeObject, { manager: 'test' })
    }
    this.cluster.settle()
  }

  /** A Pod named so with this text as its `spec: …`. */
  createPod(name: string, spec: string, more: object = {}): void {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...more }, ...parse(spec) }
    this.cluster.server.create(object as KubeObject, { manager: 'test' })
    this.cluster.settle()
  }

  deletePod(name: string, gracePeriodSeconds?: number): void {
    const info = this.cluster.server.resourceOf({ apiVersion: 'v1', kind: 'Pod' })
    this.cluster.server.delete(info, 'default', name, {
      manager: 'test',
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    })
    this.cluster.settle()
  }

  /** Lets the clock go to this second. */
  playTo(seconds: number): void {
    this.cluster.playUntil(START + seconds * 1000)
  }

  pod(name: string): Pod {
    const pod = this.cluster.view.get<Pod>('pods', 'default', name)
    if (!pod) throw new Error(`no Pod ${name}`)
    return pod
  }

  /** `[count, type, reason, message]` of the events about a Pod, in the order of their first time. */
  events(name: string): [number, string, string, string][] {
    const own = this.cluster.view.list<Event>('events').filter((e) => e.involvedObject.name === name)
    own.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    return own.map((e) => [e.count ?? 1, e.type, e.reason, e.message])
  }
}

/** The state as it would be written to a file. */
export function stateText({ cluster }: TestCluster): string {
  return cluster.state
    .serialise()
    .map((part) => (typeof part === 'string' ? part : Buffer.isBuffer(part) ? part.toString('utf8') : ''))
    .join('')
}
