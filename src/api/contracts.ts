// What the rooms of the house ask of each other: reading and writing objects, the clock, controllers. Types only.
import type { KubeObject, Namespace, ObjectReference, Service, StringMap } from './types'

/** Clock and chance. The cluster's clock is the wall clock plus an offset kept in the state; KUBESIM_SEED fixes `random`. */
export interface Env {
  /** Cluster time in milliseconds since 1970. While the past is caught up it is the time of the event being played. */
  now(): number
  /** A number in [0, 1). */
  random(): number
  /** There while a play is recorded that is to be repeated. */
  rehearsal?: Rehearsal
}

/** What the control plane has beyond it. */
export interface ControlPlaneEnv extends Env {
  /** 64 hexadecimal digits that nobody can foresee, nor find out from other chances; with KUBESIM_SEED those that the seed draws. */
  secret(): string
}

/** What a play says of itself while it is recorded. */
export interface Rehearsal {
  /** A text from chance or an allocator: another subject's is got by `make`, too. */
  draw<S, T extends string | undefined>(subject: S, make: (subject: S) => T): T
  /** A text that `by` makes of another. */
  derived(each: { text: string; from: string; by(from: string): string }): void
}

/** What comes of a play: a text, and the cluster time (ms) at which it is to be looked at again. */
export interface Played {
  result?: string
  wake?: number
}

/**
 * Plays something that is done to many objects which differ in name only (`among` so many), or repeats what was done to one before.
 * `identity`: the names of the subject on which nothing depends but texts. All that the play depends on besides is read from the state
 * or drawn; all that it does is written there, or shown by its result.
 */
export type Rehearsed = <S>(role: string, among: number, subject: S, identity: (subject: S) => string[], play: () => Played) => Played

/**
 * Reading objects. A resource is named by plural and group: `pods`, `services`, `replicasets.apps`, `endpointslices.discovery.k8s.io`.
 * Objects come back as stored, in the storage version; never change one in place, spread it.
 */
export interface View {
  get<T extends KubeObject = KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined
  /**
   * All of a resource, or those of one namespace, ordered by namespace and name. With `values`, objects that lack a label with one of these
   * values may be left out: what cannot match a selector is not read.
   */
  list<T extends KubeObject = KubeObject>(resource: string, namespace?: string, values?: string[]): T[]
  /** The objects of `resource` whose controlling owner reference has this uid; ordered by name. Cheap: an index. */
  ownedBy<T extends KubeObject = KubeObject>(uid: string, resource: string): T[]
  /**
   * All of a resource (in one namespace) that hold this text as a value or are called so, and maybe others; ordered as `list` does. Others
   * are not read: whoever asks sorts out what it means.
   */
  mentioning<T extends KubeObject = KubeObject>(resource: string, namespace: string | undefined, text: string): T[]
  /** The Services of a namespace that select Pods with these labels; ordered by name. Cheap: an index. */
  servicesSelecting(namespace: string, labels: StringMap | undefined): Service[]
}

export interface DeleteOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  gracePeriodSeconds?: number
  /** Refuse with Conflict unless the object has this uid. */
  uid?: string
}

/** Reading and writing as a component of the cluster (controllers, kubelet): defaulted and versioned, not validated as user input. */
export interface Client extends View {
  /** Objects of any resource that name this uid as an owner, controlling or not. Cheap: an index. */
  dependents(uid: string): { resource: string; object: KubeObject }[]
  /** Throws ApiError AlreadyExists, Forbidden (quota, terminating namespace), Invalid. A `generateName` gets its five characters. */
  create<T extends KubeObject>(object: NewObject<T>): T
  /**
   * Writes metadata and spec; nothing is stored and no version burnt when nothing changed. `applier`: the field manager of components that
   * apply what they write. Throws ApiError NotFound.
   */
  update<T extends KubeObject>(object: T, applier?: string): T
  /** Writes status only. */
  updateStatus<T extends KubeObject>(object: T, applier?: string): T
  /** Writes the finalizers of a namespace's spec; one that is being deleted goes with the last of them. */
  finalize(namespace: Namespace): void
  delete(resource: string, namespace: string | undefined, name: string, options?: DeleteOptions): void
  /** Records an Event about an object, merged with an equal earlier one (count, lastTimestamp) as client-go's correlator does. */
  event(about: KubeObject, event: NewEvent): void
  /** What would become of events of a component about an object in the time to come. */
  forecast(about: KubeObject, component: string): EventForecast
}

/** Foresees a recorder's spam filter: takes the events to come one after another, and writes none. */
export interface EventForecast {
  /** Would this event be dropped at this time (ms)? If so, the forecast goes on from there. */
  drops(event: NewEvent, at: number): boolean
  /** Would this event, if it is not dropped at this time (ms), count one up that is there? */
  counts(event: NewEvent, at: number): boolean
  /** Lets the recorder remember what was dropped. */
  keep(): void
}

export type NewObject<T extends KubeObject> = Omit<T, 'metadata' | 'status'> & {
  metadata: Partial<T['metadata']>
  status?: unknown
}

export interface NewEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** e.g. `spec.containers{api}` */
  fieldPath?: string
  /** Overrides the component's own name. */
  component?: string
  host?: string
  /** Events of the events.k8s.io recorder (scheduler): eventTime, action, no count. */
  action?: string
  related?: ObjectReference
}

/** One stored change. `before` is absent for a creation, `after` for a removal. */
export interface Change {
  resource: string
  before?: KubeObject
  after?: KubeObject
}

/** State that is not an API object (running processes, rules, records), kept beside the objects under a table's name. */
export interface Records {
  get<T>(table: string, key: string): T | undefined
  /** Stores plain JSON; `undefined` removes. */
  put<T>(table: string, key: string, value: T | undefined): void
  /** Entries whose key starts with `prefix`, ordered by key. */
  list<T>(table: string, prefix?: string): [string, T][]
}

export interface ControllerContext {
  api: Client
  /** The view that `watches` are given: one object as long as the cluster is open, so that a cache may hang on it. */
  view: View
  records: Records
  env: ControlPlaneEnv
  /** Ask to be reconciled again at this cluster time (ms). A later call for the same key with an earlier time wins. */
  wakeAt(time: number): void
  /** Queue another key of this same controller. */
  enqueue(key: string): void
  /** Absent where nothing is repeated. */
  alike?: Rehearsed
  /** How many keys are looked at in a row, this one included. */
  batch?: number
}

/**
 * Level-triggered, as in Kubernetes: `reconcile` reads the world and moves it towards what it should be.
 * Keys are `namespace/name` (or `name`), as `keyOf` gives them, unless the controller says otherwise.
 */
export interface Controller {
  /** The name that stands in events and managed fields, e.g. `replicaset-controller`. */
  name: string
  /** Takes a change of what it watches into a picture that it keeps, if it has one; true when there is something to note in it. */
  follow?(change: Change, view: View, records: Records): boolean
  /** Puts among the records what it keeps of such a picture, before the cluster is saved. */
  writeDown?(context: ControllerContext): void
  /** Resources whose changes concern it, each with the keys to queue for a change; `*` stands for every resource. */
  watches: Record<string, (change: Change, view: View) => Iterable<string>>
  reconcile(key: string, context: ControllerContext): void
  /** What goes on and on with nothing new in it, such as probes that pass; played at once where a long time passes. */
  routine?: Routine
}

export interface Routine {
  /** What is known of the time to come, as long as nothing else changes; undefined: the key is not in a routine. */
  lull(key: string, context: ControllerContext): Lull | undefined
  /** Leaves behind what reconciling at every wake before `until` (ms) would have, and asks for the next wake. */
  play(key: string, until: number, context: ControllerContext): void
}

/** Times in ms. */
export interface Lull {
  /** Nothing but routine befalls the key before. */
  until: number
  /** When it writes next what no other routine looks at, such as an event's count; to be played up to there with the clock at that time. */
  writes?: number
}
