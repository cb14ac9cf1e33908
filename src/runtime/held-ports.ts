// Which container of a Pod listens on a port, for Pods of so many containers that looking through all for each that starts would not end.
import type { ContainerRecord } from './process'
import type { World } from './world'

type Holder = Pick<ContainerRecord, 'name' | 'listeners' | 'exit'>

interface Index {
  uid: string
  /** As good as no container was stored since that this index was not told of. */
  stores: number
  /** By `port/protocol`: the names of the containers that listen. */
  holders: Map<string, Set<string>>
}

const indexes = new WeakMap<World, Index>()
let stores = 0

/** To be told of every container that is stored: `before` is what was there. */
export function noteStored(world: World, uid: string, before: Holder | undefined, after: Holder): void {
  const index = indexes.get(world)
  const isCurrent = index?.uid === uid && index.stores === stores
  stores++
  if (!isCurrent) return
  if (before) for (const key of keysOf(before)) index.holders.get(key)?.delete(before.name)
  add(index, after)
  index.stores = stores
}

/** To be told when a container is forgotten. */
export function noteRemoved(): void {
  stores++
}

/** True when one of a Pod's containers other than `except` listens on `port/protocol`. `recordOf` reads what is stored of one. */
export function isHeld(
  world: World,
  uid: string,
  containers: readonly { name: string }[],
  recordOf: (name: string) => Holder | undefined,
  port: string,
  except: string | undefined,
): boolean {
  let index = indexes.get(world)
  if (index?.uid !== uid || index.stores !== stores) {
    index = { uid, stores, holders: new Map() }
    for (const { name } of containers) {
      const record = recordOf(name)
      if (record) add(index, record)
    }
    indexes.set(world, index)
  }
  const holders = index.holders.get(port)
  return holders !== undefined && holders.size > (except !== undefined && holders.has(except) ? 1 : 0)
}

function keysOf({ listeners, exit }: Holder): string[] {
  return exit ? [] : listeners.map(({ port, protocol }) => `${port}/${protocol}`)
}

function add({ holders }: Index, record: Holder): void {
  for (const key of keysOf(record)) {
    const names = holders.get(key) ?? new Set()
    holders.set(key, names.add(record.name))
  }
}
