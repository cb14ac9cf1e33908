// What is due when: one time per controller key, kept in the record table `due`, popped in order of time.
import type { Records } from './api/contracts'

const TABLE = 'due'

/** Keys are `controller/key`, times cluster milliseconds. Loaded from the records only when first needed. */
export class DueTimes {
  private times: Map<string, number> | undefined
  private agenda = new Agenda([])

  constructor(
    private readonly records: Records,
    /** The earliest time as the header knows it. */
    private readonly known: number | undefined,
  ) {}

  private load(): Map<string, number> {
    if (!this.times) {
      this.times = new Map(this.records.list<number>(TABLE))
      this.agenda = new Agenda([...this.times].map(([key, time]) => [time, key]))
    }
    return this.times
  }

  /** The earliest time, undefined when nothing is due ever. */
  next(): number | undefined {
    if (!this.times) return this.known
    for (let first = this.agenda.first; first; first = this.agenda.first) {
      const [time, key] = first
      if (this.times.get(key) === time) return time
      this.agenda.pop()
    }
    return undefined
  }

  /** Every key with its time, in no order. */
  entries(): Iterable<[string, number]> {
    return this.load()
  }

  set(key: string, time: number): void {
    const times = this.load()
    if (times.get(key) === time) return
    times.set(key, time)
    this.records.put(TABLE, key, time)
    this.agenda.push([time, key])
  }

  clear(key: string): void {
    if (!this.times && this.known === undefined) return
    if (this.load().delete(key)) this.records.put(TABLE, key, undefined)
  }

  /** Takes out every key due at or before `time`, earliest first. */
  take(time: number): string[] {
    const times = this.load()
    const keys: string[] = []
    for (let at = this.next(); at !== undefined && at <= time; at = this.next()) {
      const [, key] = this.agenda.pop()!
      times.delete(key)
      this.records.put(TABLE, key, undefined)
      keys.push(key)
    }
    return keys
  }
}

/** Times and keys, the earliest first: a binary heap. */
export class Agenda {
  private readonly heap: [number, string][]

  constructor(entries: [number, string][]) {
    // What is sorted is a heap.
    this.heap = entries.sort((a, b) => (before(a, b) ? -1 : 1))
  }

  get first(): [number, string] | undefined {
    return this.heap[0]
  }

  push(entry: [number, string]): void {
    const { heap } = this
    let i = heap.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(heap[i], heap[parent])) break
      ;[heap[parent], heap[i]] = [heap[i], heap[parent]]
      i = parent
    }
  }

  pop(): [number, string] | undefined {
    const { heap } = this
    if (heap.length === 0) return undefined
    const top = heap[0]
    const last = heap.pop() as [number, string]
    if (heap.length) {
      heap[0] = last
      for (let i = 0; ; ) {
        let least = i
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && before(heap[child], heap[least])) least = child
        if (least === i) break
        ;[heap[least], heap[i]] = [heap[i], heap[least]]
        i = least
      }
    }
    return top
  }
}

/** Keys due at one time come in their own order, whenever they were put down. */
function before(a: [number, string], b: [number, string]): boolean {
  return a[0] === b[0] ? a[1] < b[1] : a[0] < b[0]
}
