// Objects and records on top of the state file's entries: keys, versions, the index of owners, and what changed.
import type { Change, Records, View } from '../api/contracts'
import type { KubeObject, Service, StringMap } from '../api/types'
import type { State, Visitor } from '../store/state'
import { noteSelector, SELECTING, servicesSelecting } from './service-index'

/** `pods/default/web-1`, `nodes//node-1`; names with characters outside printable ASCII are percent-encoded, halves of characters as U+FFFD. */
export function entryKey(resource: string, namespace: string | undefined, name: string): string {
  return `${resource}/${namespace ?? ''}/${segment(name)}`
}

/** Where the objects of a resource stand, or those of one namespace. */
function placeOf(resource: string, namespace: string | undefined): string {
  return namespace === undefined ? `${resource}/` : `${resource}/${namespace}/`
}

function segment(text: string): string {
  return /^[!#$&-.0-[\]-~]*$/.test(text) ? text : encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}

/** The uids of an object's owners; the value tells whether one controls it. */
function owners(object: KubeObject | undefined): Map<string, number> {
  const found = new Map<string, number>()
  for (const { uid, controller } of object?.metadata.ownerReferences ?? []) found.set(uid, controller ? 1 : 0)
  return found
}

/** Objects that wait for something, found without a scan: record table, resource, and which ones. */
const WAITING: { table: string; resource: string; waits(object: KubeObject): boolean }[] = [
  { table: 'unbound', resource: 'pods', waits: (pod) => !(pod.spec as { nodeName?: string }).nodeName },
]

export class Storage implements View {
  constructor(
    readonly state: State,
    private readonly changed: (change: Change) => void,
  ) {
    if (state.edited) this.indexAnew()
  }

  private indexAnew(): void {
    const { state } = this
    for (const table of ['owned', ...SELECTING, ...WAITING.map(({ table }) => table)])
      for (const key of [...state.keys(`~${table}/`)]) state.set(key, undefined)
    for (const resource of state.topics().filter((topic) => !topic.startsWith('~'))) {
      for (const key of [...state.keys(`${resource}/`)]) {
        const object = state.get(key) as KubeObject
        this.indexOwners(key, undefined, object)
        this.indexWaiting(resource, undefined, object)
      }
    }
    state.edited = false
  }

  get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
    return this.state.get(entryKey(resource, namespace, name)) as T | undefined
  }

  list<T extends KubeObject>(resource: string, namespace?: string, values?: string[]): T[] {
    const prefix = placeOf(resource, namespace)
    const keys = values?.length ? this.state.keysHolding(prefix, values) : this.state.keys(prefix)
    return keys.map((k) => this.state.get(k) as T)
  }

  /** Shows all objects of a resource (in one namespace), in the order in which `list` answers them. */
  visit(resource: string, namespace: string | undefined, visitor: Visitor): void {
    this.state.visit(placeOf(resource, namespace), visitor)
  }

  ownedBy<T extends KubeObject>(uid: string, resource: string): T[] {
    const prefix = `~owned/${uid}/`
    const out: T[] = []
    for (const key of this.state.keys(`${prefix}${resource}/`)) {
      const object = this.state.get(key) === 1 ? (this.state.get(key.slice(prefix.length)) as T | undefined) : undefined
      if (object) out.push(object)
    }
    return out
  }

  mentioning<T extends KubeObject>(resource: string, namespace: string | undefined, text: string): T[] {
    return this.state.keysNaming(placeOf(resource, namespace), text).map((k) => this.state.get(k) as T)
  }

  servicesSelecting(namespace: string, labels: StringMap | undefined): Service[] {
    return servicesSelecting(this.state, namespace, labels)
  }

  /** Objects of any resource with this uid among their owners, controlling or not. */
  dependents(uid: string): { resource: string; object: KubeObject }[] {
    const prefix = `~owned/${uid}/`
    const out: { resource: string; object: KubeObject }[] = []
    for (const entry of this.state.keys(prefix)) {
      const key = entry.slice(prefix.length)
      const object = this.state.get(key) as KubeObject | undefined
      if (object) out.push({ resource: key.slice(0, key.indexOf('/')), object })
    }
    return out
  }

  private indexOwners(key: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (before?.metadata.ownerReferences === after?.metadata.ownerReferences) return
    const was = owners(before)
    const is = owners(after)
    for (const uid of was.keys()) if (!is.has(uid)) this.state.set(`~owned/${uid}/${key}`, undefined)
    for (const [uid, value] of is) if (was.get(uid) !== value) this.state.set(`~owned/${uid}/${key}`, value)
  }

  nextVersion(): string {
    return String(++this.state.header.resourceVersion)
  }

  /** Stores an object under its own name with a new resourceVersion and tells who watches. */
  put<T extends KubeObject>(resource: string, object: T): T {
    const key = entryKey(resource, object.metadata.namespace, object.metadata.name)
    return this.store(resource, key, this.state.get(key) as KubeObject | undefined, object)
  }

  /** The same for an object whose name is known to be new. */
  add<T extends KubeObject>(resource: string, object: T): T {
    return this.store(resource, entryKey(resource, object.metadata.namespace, object.metadata.name), undefined, object)
  }

  private store<T extends KubeObject>(resource: string, key: string, before: KubeObject | undefined, object: T): T {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.nextVersion() } }
    this.state.set(key, stored)
    this.indexOwners(key, before, stored)
    this.indexWaiting(resource, before, stored)
    if (resource === 'services') noteSelector(this.state, before, stored)
    this.changed({ resource, before, after: stored })
    return stored
  }

  private indexWaiting(resource: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const { table, resource: watched, waits } of WAITING) {
      if (resource !== watched) continue
      const was = before !== undefined && waits(before)
      const is = after !== undefined && waits(after)
      const { namespace, name } = ((after ?? before) as KubeObject).metadata
      if (was !== is) this.state.set(`~${table}/${namespace ?? ''}/${segment(name)}`, is ? 1 : undefined)
    }
  }

  remove(resource: string, object: KubeObject): void {
    const key = entryKey(resource, object.metadata.namespace, object.metadata.name)
    this.state.set(key, undefined)
    this.indexOwners(key, object, undefined)
    this.indexWaiting(resource, object, undefined)
    if (resource === 'services') noteSelector(this.state, object, undefined)
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
