// What a look at the world depended on: while all of it is still the same, the same look has the same outcome and need not be taken again.
// A day of probes is played with it. What depends on chance, on the time or on the network, or changes anything else, is never repeated.
import type { Env, Records, View } from '../api/contracts'
import type { Json, KubeObject } from '../api/types'
import { appendLog } from './logs'
import type { World } from './world'

/** A line of a log; as a function of the time (ms) when the time is part of it. */
export type LogText = string | ((now: number) => string)

/** How a program's state goes on when the same request is answered so many times more. */
export type Growth = (state: Json, times: number) => Json

interface Line {
  pod: string
  container: string
  restart: number
  text: LogText
  stream: 'stdout' | 'stderr'
}

interface Grown {
  table: string
  key: string
  next: Growth
}

type Read =
  | { table: string; key: string; value: unknown }
  | { resource: string; namespace: string | undefined; name: string; value: unknown }

/** Written in passing, and read by nobody who is watched. */
const LOGS = 'logs'

/** Watches one look. `world` is what the look is given. */
export class Witness {
  readonly world: World
  /** Nothing was used that cannot be compared. */
  private repeatable = true
  private readonly reads = new Map<string, Read>()
  private readonly lists: { given: [string, unknown][]; table: string; prefix: string }[] = []
  private readonly lines: Line[] = []
  private grown?: Grown
  private until = Number.POSITIVE_INFINITY

  constructor(readonly real: World) {
    this.world = {
      view: this.view(),
      records: this.records(),
      env: this.env(),
      network: this.network(),
      touched: this.touched(),
      witness: this,
    }
  }

  /** A line was written to a container's log. */
  wrote(line: Line): void {
    this.lines.push(line)
  }

  /** The record of a container, whose program says how its state goes on. */
  grows(table: string, key: string, next: Growth): void {
    this.grown = { table, key, next }
  }

  /** Something that was seen ends at this time, ms. */
  endsAt(time: number): void {
    this.until = Math.min(this.until, time)
  }

  /** Something decided by the time. */
  dated(): void {
    this.repeatable = false
  }

  /** What was seen, to be held against the world later; undefined when it cannot be. */
  sighting(): Sighting | undefined {
    return this.repeatable ? new Sighting([...this.reads.values()], this.lists, this.lines, this.grown, this.until) : undefined
  }

  private env(): Env {
    const { env } = this.real
    return {
      now: () => {
        this.repeatable = false
        return env.now()
      },
      random: () => {
        this.repeatable = false
        return env.random()
      },
    }
  }

  private records(): Records {
    const { records } = this.real
    return {
      get: <T>(table: string, key: string) => {
        const value = records.get<T>(table, key)
        if (table !== LOGS) this.reads.set(`~${table}/${key}`, { table, key, value })
        return value
      },
      put: (table, key, value) => {
        if (table !== LOGS && !(this.grown?.table === table && this.grown.key === key)) this.repeatable = false
        records.put(table, key, value)
      },
      list: <T>(table: string, prefix = '') => {
        const given = records.list<T>(table, prefix)
        this.lists.push({ given, table, prefix })
        return given
      },
    }
  }

  private view(): View {
    const { view } = this.real
    return {
      get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) => {
        const value = view.get<T>(resource, namespace, name)
        this.reads.set(`${resource}/${namespace ?? ''}/${name}`, { resource, namespace, name, value })
        return value
      },
      list: <T extends KubeObject>(resource: string, namespace?: string) => {
        this.repeatable = false
        return view.list<T>(resource, namespace)
      },
      ownedBy: <T extends KubeObject>(uid: string, resource: string) => {
        this.repeatable = false
        return view.ownedBy<T>(uid, resource)
      },
      mentioning: <T extends KubeObject>(resource: string, namespace: string | undefined, text: string) => {
        this.repeatable = false
        return view.mentioning<T>(resource, namespace, text)
      },
      servicesSelecting: (namespace, labels) => {
        this.repeatable = false
        return view.servicesSelecting(namespace, labels)
      },
    }
  }

  private network(): World['network'] {
    return new Proxy(this.real.network, {
      get: (target, name) => {
        this.repeatable = false
        return target[name as keyof World['network']]
      },
    })
  }

  private touched(): World['touched'] {
    return (pod) => {
      this.repeatable = false
      this.real.touched?.(pod)
    }
  }
}

/** Records that differ only in what a program counts have one ancestor. */
const ancestors = new WeakMap<object, object>()

function ancestor(record: unknown): unknown {
  return typeof record === 'object' && record !== null ? (ancestors.get(record) ?? record) : record
}

/** Says that a record has taken another's place by growth alone. */
export function descends(grown: object, from: object): void {
  ancestors.set(grown, ancestor(from) as object)
}

/** One look that can be repeated. */
export class Sighting {
  constructor(
    private readonly reads: Read[],
    private readonly lists: { given: [string, unknown][]; table: string; prefix: string }[],
    readonly lines: Line[],
    private readonly grown: Grown | undefined,
    /** ms; holds no longer. */
    readonly until: number,
  ) {}

  /** Is everything that was seen still so? */
  holds({ view, records, env }: World): boolean {
    const { grown } = this
    if (env.now() >= this.until) return false
    for (const read of this.reads) {
      if (!('table' in read)) {
        if (view.get(read.resource, read.namespace, read.name) !== read.value) return false
        continue
      }
      const now = records.get(read.table, read.key)
      if (now === read.value) continue
      const counts = grown !== undefined && grown.table === read.table && grown.key === read.key
      if (!counts || ancestor(now) !== ancestor(read.value)) return false
    }
    return this.lists.every(({ given, table, prefix }) => {
      const now = records.list(table, prefix)
      return now.length === given.length && now.every(([key, value], i) => key === given[i][0] && value === given[i][1])
    })
  }

  /** Does what the look did once more, now. */
  repeat(world: World): void {
    for (const { pod, container, restart, text, stream } of this.lines) {
      appendLog(world, pod, container, restart, typeof text === 'string' ? text : text(world.env.now()), stream)
    }
    this.grow(world, 1)
  }

  /** What the look changes but for its lines, so many times. */
  grow({ records }: World, times: number): void {
    if (!this.grown || times === 0) return
    const { table, key, next } = this.grown
    const record = records.get<{ state: Json }>(table, key)
    if (!record) return
    const grown = { ...record, state: next(record.state, times) }
    descends(grown, record)
    records.put(table, key, grown)
  }
}
