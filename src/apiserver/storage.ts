// Objects and records on top of the state file's entries: keys, versions, the index of owners, and what changed.
import type { Change, Records, View } from '../api/contracts'
import type { KubeObject } from '../api/types'
import type { State } from '../store/state'

/** `pods/default/web-1`, `nodes//node-1`; names with characters outside printable ASCII are percent-encoded. */
export function entryKey(resource: string, namespace: string | undefined, name: string): string {
  return `${resource}/${namespace ?? ''}/${segment(name)}`
}

function segment(text: string): string {
  return /^[!#$&-.0-[\]-~]*$/.test(text) ? text : encodeURIComponent(text)
}

function controllerUid(object: KubeObject | undefined): string | undefined {
  return object?.metadata.ownerReferences?.find((r) => r.controller)?.uid
}

export class Storage implements View {
  constructor(
    readonly state: State,
    private readonly changed: (change: Change) => void,
  ) {}

  get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
    return this.state.get(entryKey(resource, namespace, name)) as T | undefined
  }

  list<T extends KubeObject>(resource: string, namespace?: string): T[] {
    const prefix = namespace === undefined ? `${resource}/` : `${resource}/${namespace}/`
    return this.state.keys(prefix).map((k) => this.state.get(k) as T)
  }

  ownedBy<T extends KubeObject>(uid: string, resource: string): T[] {
    const prefix = `~owned/${uid}/`
    const out: T[] = []
    for (const key of this.state.keys(`${prefix}${resource}/`)) {
      const object = this.state.get(key.slice(prefix.length)) as T | undefined
      if (object) out.push(object)
    }
    return out
  }

  nextVersion(): string {
    return String(++this.state.header.resourceVersion)
  }

  /** Stores an object under its own name with a new resourceVersion and tells who watches. */
  put<T extends KubeObject>(resource: string, object: T): T {
    const key = entryKey(resource, object.metadata.namespace, object.metadata.name)
    const before = this.state.get(key) as KubeObject | undefined
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.nextVersion() } }
    this.state.set(key, stored)
    const was = controllerUid(before)
    const is = controllerUid(stored)
    if (was !== is) {
      if (was) this.state.set(`~owned/${was}/${key}`, undefined)
      if (is) this.state.set(`~owned/${is}/${key}`, 1)
    }
    this.changed({ resource, before, after: stored })
    return stored
  }

  remove(resource: string, object: KubeObject): void {
    const key = entryKey(resource, object.metadata.namespace, object.metadata.name)
    this.state.set(key, undefined)
    const owner = controllerUid(object)
    if (owner) this.state.set(`~owned/${owner}/${key}`, undefined)
    this.nextVersion()
    this.changed({ resource, before: object })
  }

  readonly records: Records = {
    get: <T>(table: string, key: string) => this.state.get(`~${table}/${key}`) as T | undefined,
    put: <T>(table: string, key: string, value: T | undefined) => this.state.set(`~${table}/${key}`, value),
    list: <T>(table: string, prefix = '') => {
      const base = `~${table}/${prefix.slice(0, prefix.lastIndexOf('/') + 1)}`
      const from = `~${table}/${prefix}`
      const out: [string, T][] = []
      for (const key of this.state.keys(base)) {
        if (key.startsWith(from)) out.push([key.slice(table.length + 2), this.state.get(key) as T])
      }
      return out
    },
  }
}
