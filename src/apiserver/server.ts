// The API server's pipeline for objects already decoded: default -> admit -> prepare -> validate -> store, and deletion.
// Upstream: staging/src/k8s.io/apiserver/pkg/registry/{rest,generic/registry/store.go}.
import type { Change, ControlPlaneEnv, DeleteOptions, View } from '../api/contracts'
import type { KubeObject, ManagedFieldsEntry, Namespace, ObjectMeta, Pod } from '../api/types'
import { ApiError, alreadyExists, conflict, type FieldError, forbidden, invalid, notAllowed, notFound } from '../errors'
import { kindOf } from '../kinds'
import { countedMetadata, countsGenerations, metadataWithStatus, staysFirst } from '../kinds/generation'
import type { Kind } from '../kinds/kind'
import { same } from '../kinds/validation/errors'
import { deepEqual } from '../lib/equal'
import { randomSuffix, uuid } from '../lib/random'
import { timestamp } from '../lib/time'
import { normalize } from '../schema/decode'
import type { ResourceInfo } from '../schema/resources'
import type { State } from '../store/state'
import { admitCreate, admitPart, admitUpdate, checkCreate, checkDelete, checkNamespace, checkPart, checkUpdate } from './admission'
import type { AdmissionContext } from './admission/plugin'
import { forbiddenAccess, isAllowed, namespaceAsked, type User } from './authorization'
import { bindPod } from './binding'
import { customKind } from './custom-kinds'
import { versionless } from './decode'
import { type Crd, Discovery } from './discovery'
import { trackCreate, trackStatus, trackUpdate, withOwnership } from './managed-fields-tracking'
import { validateMeta, validateMetaUpdate } from './meta-validation'
import { checkObjectVersion } from './object-version'
import type { Observer, RequestOptions, UserRequest } from './options'
import { partErrors, withPart } from './part-writes'
import { readWarning } from './query'
import { Storage } from './storage'
import { storageKey } from './storage-key'

/** For bringing a status alone to its form. */
const NO_METADATA = {} as ObjectMeta

/** What controllers make as users wrote it; all else that components make is right by itself. */
const MADE_FROM_TEMPLATES = ['pods', 'persistentvolumeclaims', 'jobs.batch']

export class ApiServer {
  readonly storage: Storage
  readonly discovery: Discovery
  /** Warning headers of the running request; the caller prints and clears them. */
  warnings: string[] = []
  /** Who makes the requests that are not trusted; undefined is the administrator, who may do everything. */
  user?: User
  /** Is told of each request that is not trusted, and of the HTTP status it was answered with. */
  observe?: Observer

  constructor(
    readonly state: State,
    readonly env: ControlPlaneEnv,
    changed: (change: Change) => void,
  ) {
    this.storage = new Storage(state, (change) => {
      if (change.resource === 'customresourcedefinitions.apiextensions.k8s.io') {
        this.discovery.forget()
        if (change.before && !change.after) this.discovery.remember(change.before as Crd)
      }
      changed(change)
    })
    this.discovery = new Discovery(
      this.storage,
      this.storage.records,
      () => env.now(),
      (message) => this.warnings.push(message),
    )
  }

  get view(): View {
    return this.storage
  }

  /** The resource an object belongs to. Throws ApiError NotFound when the server does not serve its kind. */
  resourceOf(object: { apiVersion: string; kind: string }): ResourceInfo {
    const info = this.discovery.byKind(object.apiVersion, object.kind)
    if (!info) throw new ApiError('NotFound', 'the server could not find the requested resource')
    return info
  }

  /** Throws ApiError Forbidden when the user may not. `namespace` undefined: in all of them. */
  authorize(verb: string, info: ResourceInfo, namespace: string | undefined, name?: string, subresource?: string): void {
    if (!this.user) return
    const access = {
      verb,
      group: info.group,
      resource: info.plural,
      ...namespaceAsked(info, namespace, name),
      ...(name ? { name } : {}),
      ...(subresource ? { subresource } : {}),
    }
    if (!isAllowed(this.storage, this.user, access)) throw forbiddenAccess(this.user, access)
  }

  /** Tells whoever observes of a request that was answered elsewhere. */
  tell(request: UserRequest, status: number): void {
    this.observe?.(request, status, this)
  }

  /** Answers a request of the user once he may make it. Throws ApiError Forbidden, and what `body` throws. */
  answer<T>(request: UserRequest, body: () => T): T {
    const { verb, info, namespace, name, subresource } = request
    try {
      this.authorize(verb, info, namespace, name, subresource)
      if (!info.version) throw versionless(verb === 'update' ? 'put' : verb, info, name)
      if (!subresource && !info.verbs.includes(verb)) throw notAllowed()
      const answer = body()
      this.tell({ ...request, answer }, verb === 'create' ? 201 : 200)
      return answer
    } catch (error) {
      if (error instanceof ApiError) this.tell({ ...request, answer: error }, error.code)
      throw error
    }
  }

  /** Throws ApiError NotFound, Forbidden. */
  get<T extends KubeObject>(info: ResourceInfo, namespace: string | undefined, name: string): T {
    return this.answer({ verb: 'get', info, namespace, name }, () => this.find(info, namespace, name))
  }

  private find<T extends KubeObject>(info: ResourceInfo, namespace: string | undefined, name: string): T {
    const object = this.storage.get<T>(info.resource, info.namespaced ? namespace : undefined, name)
    if (!object) throw notFound(info.resource, name)
    return object
  }

  // -------------------------------------------------------------- create

  create(input: KubeObject, options: RequestOptions): KubeObject {
    const info = this.resourceOf(input)
    if (!options.trusted && !options.authorized && info.resource !== 'bindings') {
      const namespace = info.namespaced ? (input.metadata.namespace ?? 'default') : undefined
      return this.answer({ verb: 'create', info, namespace, options, sent: input }, () =>
        this.create(input, { ...options, authorized: true }),
      )
    }
    if (info.resource === 'bindings') return bindPod(this.storage, this.env, input, options.dryRun === true)
    if (!options.trusted) this.warnOfDeprecation(info)
    const object = normalize(structuredClone(input))
    const now = timestamp(this.env.now())
    const meta = object.metadata
    if (meta.resourceVersion && !options.trusted)
      throw new ApiError('BadRequest', 'resourceVersion should not be set on objects to be created')
    if (info.namespaced) meta.namespace ??= 'default'
    else delete meta.namespace
    checkNamespace(this.storage, info, object, options.trusted)
    const kind = this.behaviourOf(info)
    object.metadata = {
      ...meta,
      name: meta.name || (meta.generateName ? this.generateName(info, meta) : ''),
      uid: options.trusted && meta.uid ? meta.uid : uuid(this.env),
      creationTimestamp: options.trusted && meta.creationTimestamp ? meta.creationTimestamp : now,
      resourceVersion: '',
    }
    delete object.metadata.deletionTimestamp
    delete object.metadata.deletionGracePeriodSeconds
    delete object.metadata.selfLink
    if (bumpsGeneration(info)) object.metadata.generation = 1
    else if (!options.trusted) delete object.metadata.generation
    const context: AdmissionContext = { ...this.context(options), nameIsMadeUp: !meta.name }
    kind?.defaults?.(object)
    setManagedFields(object, options.managedFields ?? trackCreate(this.storage, info, object, options, now))
    admitCreate(info, object, context)
    kind?.prepareForCreate?.(object, context)
    if (!options.trusted || MADE_FROM_TEMPLATES.includes(info.resource)) {
      this.refuse(info, object, [
        ...validateMeta(info, object),
        ...(kind?.validate?.(object) ?? []),
        ...(kind?.validateCreate?.(object, context) ?? []),
      ])
    }
    if (!options.trusted) {
      this.warnings.push(...deprecation(info), ...(kind?.warnings?.(object) ?? []))
    }
    checkCreate(info, object, context)
    // What is read is defaulted again: a Job that got its Pods' labels shows them as its own.
    kind?.defaults?.(object)
    if (this.storage.get(info.resource, object.metadata.namespace, object.metadata.name))
      throw alreadyExists(info.resource, object.metadata.name)
    if (options.dryRun) return withoutVersion(object)
    return this.storage.put(info.resource, object)
  }

  /** An owner that is named twice is named once, with a warning. */
  private withoutTwins(meta: ObjectMeta): void {
    const owners = meta.ownerReferences ?? []
    const twins = owners.filter((owner, i) => owners.findIndex((other) => same(other, owner)) < i)
    if (!twins.length) return
    meta.ownerReferences = owners.filter((owner) => !twins.includes(owner))
    this.warnings.push(twinOwners([...new Set(twins.map(({ uid }) => uid))]))
  }

  private behaviourOf(info: ResourceInfo): Kind | undefined {
    return info.custom ? customKind(this.storage, info) : kindOf(info.resource)
  }

  private warnOfDeprecation(info: ResourceInfo): void {
    const warning = readWarning(info)
    if (warning !== undefined && !this.warnings.includes(warning)) this.warnings.push(warning)
  }

  private context(options: RequestOptions): AdmissionContext {
    return {
      view: this.storage,
      env: this.env,
      dryRun: options.dryRun === true,
      trusted: options.trusted === true,
      user: this.user,
      request: options,
      warn: (message) => this.warnings.push(message),
    }
  }

  private generateName(info: ResourceInfo, meta: ObjectMeta): string {
    const base = (meta.generateName ?? '').slice(0, 58)
    for (let tries = 0; tries < 8; tries++) {
      const name = base + randomSuffix(this.env)
      if (!this.storage.get(info.resource, meta.namespace, name)) return name
    }
    return base + randomSuffix(this.env)
  }

  private refuse(info: ResourceInfo, object: KubeObject, errors: FieldError[]): void {
    if (errors.length) throw invalid(info.kind, info.group, object.metadata.name, errors)
  }

  // -------------------------------------------------------------- update

  /**
   * Replaces an object; with `subresource: 'status'` only its status. Answers the stored object, which is the old one when nothing changed.
   * Throws NotFound, Conflict (resourceVersion or uid differ), Invalid, Forbidden.
   */
  update(input: KubeObject, options: RequestOptions): KubeObject {
    const info = this.resourceOf(input)
    if (!options.trusted && !options.authorized) {
      const { namespace, name } = input.metadata
      const { patch, subresource } = options
      const before = this.observe && this.storage.get<KubeObject>(info.resource, info.namespaced ? namespace : undefined, name)
      const request = { verb: patch ? 'patch' : 'update', info, namespace, name, subresource, options, sent: input, before }
      return this.answer(request, () => this.update(input, { ...options, authorized: true }))
    }
    if (!options.trusted) this.warnOfDeprecation(info)
    const old = this.find(info, input.metadata.namespace, input.metadata.name)
    const { uid, name } = input.metadata
    if (uid && uid !== old.metadata.uid && !options.patch) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
      const where = `Code: 4, Key: ${storageKey(info, old.metadata)}, ResourceVersion: 0`
      throw conflict(info.resource, name, `StorageError: invalid object, ${where}, AdditionalErrorMsg: ${why}`)
    }
    if (!options.trusted) checkObjectVersion(info, input, old)
    if (options.trusted && options.subresource === 'status') return this.updateStatus(info, input, old, options)
    if (options.subresource === 'finalize') return this.finalize(info, input as Namespace, old as Namespace)
    const part = withPart(info, options.subresource, input, old)
    if (part) return this.updatePart(info, part, old, options)
    const kind = this.behaviourOf(info)
    let object = normalize(structuredClone(input))
    object.metadata = {
      ...object.metadata,
      uid: (options.patch && uid) || old.metadata.uid,
      creationTimestamp: old.metadata.creationTimestamp,
      resourceVersion: old.metadata.resourceVersion,
      ...(old.metadata.generateName ? { generateName: old.metadata.generateName } : {}),
      ...(options.trusted ? {} : keep(object.metadata, DELETION, old.metadata)),
    }
    delete object.metadata.selfLink
    if (options.trusted) Object.assign(object.metadata, keep(old.metadata, DELETION))
    if (old.metadata.generation === undefined) delete object.metadata.generation
    else object.metadata.generation = old.metadata.generation
    if (!options.trusted) this.withoutTwins(object.metadata)
    if (options.subresource === 'status') {
      if (!info.custom) kind?.defaults?.(object)
      object = { ...structuredClone(old), status: object.status, metadata: statusMeta(info, old.metadata, object.metadata) }
    }
    const context = this.context(options)
    if (options.subresource !== 'status') {
      // Kinds whose status is a part of its own keep it on a write of the spec.
      if (info.subresources.includes('status')) {
        if (old.status === undefined) delete object.status
        else object.status = old.status
      }
      kind?.defaults?.(object)
      this.track(info, object, old, options)
      admitUpdate(info, object, old, context)
      kind?.prepareForUpdate?.(object, old, context)
      const counted = options.trusted ? undefined : countedMetadata(info.resource)
      const isMarked = counted !== undefined && !same(object.metadata[counted], old.metadata[counted])
      if (bumpsGeneration(info) && !staysFirst(info.resource) && (isMarked || !deepEqual(specOf(object), specOf(old)))) {
        object.metadata.generation = (old.metadata.generation ?? 0) + 1
      }
      if (!options.trusted) {
        const errors = [
          ...validateMetaUpdate(info, object, old),
          ...(kind?.validate?.(object, old) ?? []),
          ...(kind?.validateUpdate?.(object, old) ?? []),
        ]
        this.refuse(info, object, errors)
        this.warnings.push(...deprecation(info), ...(kind?.warnings?.(object, old) ?? []))
      }
      checkUpdate(info, object, old, context)
    } else {
      this.track(info, object, old, options)
      admitPart(info, object, old, context)
      if (!options.trusted) {
        this.refuse(info, object, [...validateMetaUpdate(info, object, old), ...(kind?.validateStatusUpdate?.(object, old) ?? [])])
      }
      checkPart(info, object, old, context)
    }
    if (sameContent(object, withOwnership(this.storage, info, old))) return old
    if (
      object.metadata.deletionTimestamp &&
      !object.metadata.finalizers?.length &&
      (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
      isFinal(object)
    ) {
      if (!options.dryRun) this.storage.remove(info.resource, object)
      return object
    }
    return options.dryRun ? object : this.storage.put(info.resource, object)
  }

  private updatePart(info: ResourceInfo, changed: KubeObject, old: KubeObject, options: RequestOptions): KubeObject {
    const object = normalize(changed)
    const kind = this.behaviourOf(info)
    kind?.defaults?.(object)
    this.track(info, object, old, options)
    const context = this.context(options)
    admitPart(info, object, old, context)
    this.refuse(info, object, [...(kind?.validate?.(object, old) ?? []), ...partErrors(options.subresource!, object, old)])
    checkPart(info, object, old, context)
    if (sameContent(object, withOwnership(this.storage, info, old))) return old
    if (bumpsGeneration(info) && !deepEqual(specOf(object), specOf(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1
    checkUpdate(info, object, old, this.context(options))
    return options.dryRun ? object : this.storage.put(info.resource, object)
  }

  /** Only the finalizers of a namespace's spec; the last one frees it. Upstream: pkg/registry/core/namespace FinalizeREST. */
  private finalize(info: ResourceInfo, input: Namespace, old: Namespace): KubeObject {
    const next: Namespace = { ...old, spec: { ...old.spec, finalizers: input.spec.finalizers } }
    if (!old.metadata.deletionTimestamp || old.metadata.finalizers?.length || !isFinal(next)) return this.storage.put(info.resource, next)
    this.storage.remove(info.resource, next)
    return next
  }

  /** A component's status needs no checks, and nothing else of the object changes. */
  private updateStatus(info: ResourceInfo, input: KubeObject, old: KubeObject, options: RequestOptions): KubeObject {
    // The deployment controller writes its revision so.
    const { annotations } = (info.resource === 'deployments.apps' ? input : old).metadata
    if (deepEqual(input.status, old.status) && deepEqual(annotations, old.metadata.annotations)) return old
    const next = { ...old.metadata, ...(annotations ? { annotations } : {}) }
    const managedFields = trackStatus(info, next, old, options, timestamp(this.env.now()))
    const { apiVersion, kind } = old
    const { status } = normalize({ apiVersion, kind, metadata: NO_METADATA, status: input.status } as KubeObject, old)
    return this.storage.put(info.resource, { ...old, status, metadata: { ...next, managedFields } })
  }

  /** Ownership is reckoned before admission and allocation add what nobody asked for. */
  private track(info: ResourceInfo, object: KubeObject, old: KubeObject, options: RequestOptions): void {
    const entries = options.managedFields ?? trackUpdate(this.storage, info, object, old, options, timestamp(this.env.now()))
    setManagedFields(object, entries)
  }

  // -------------------------------------------------------------- delete

  /** Begins or completes a deletion; answers the object as it is now, and whether it is gone. */
  delete(
    info: ResourceInfo,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions & RequestOptions,
  ): { object: KubeObject; gone: boolean } {
    if (!options.trusted && !options.authorized) {
      const request = { verb: 'delete', info, namespace, name, options, sent: options }
      return this.answer(request, () => this.delete(info, namespace, name, { ...options, authorized: true }))
    }
    if (!options.trusted) this.warnOfDeprecation(info)
    const object = this.find(info, namespace, name)
    if (options.uid && options.uid !== object.metadata.uid) {
      throw conflict(
        info.resource,
        name,
        `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${object.metadata.uid}`,
      )
    }
    if (!options.trusted) refuseProtected(info, object)
    checkDelete(info, object, this.context(options))
    const now = this.env.now()
    const finalizers = deletionFinalizers(object, options.propagationPolicy)
    const grace = info.resource === 'pods' ? podGrace(object as Pod, options) : 0
    const namespaceContent = info.resource === 'namespaces' && (object as Namespace).spec.finalizers?.length
    const keeps = finalizers.length > 0 || grace > 0 || namespaceContent
    if (!keeps) {
      if (!options.dryRun) this.storage.remove(info.resource, object)
      return { object, gone: true }
    }
    const before = object.metadata.deletionGracePeriodSeconds
    const marked: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        ...(finalizers.length ? { finalizers } : {}),
        deletionTimestamp:
          object.metadata.deletionTimestamp && (before ?? 0) <= grace ? object.metadata.deletionTimestamp : timestamp(now + grace * 1000),
        deletionGracePeriodSeconds: before === undefined ? grace : Math.min(before, grace),
      },
    }
    if (bumpsGeneration(info) && object.metadata.deletionTimestamp === undefined) {
      marked.metadata.generation = (object.metadata.generation ?? 0) + 1
    }
    if (namespaceContent) marked.status = { ...(object.status as object), phase: 'Terminating' }
    if (options.dryRun || deepEqual(marked, object)) return { object: marked, gone: false }
    return { object: this.storage.put(info.resource, marked), gone: false }
  }
}

// ---------------------------------------------------------------- parts

function twinOwners(uids: string[]): string {
  const what = '.metadata.ownerReferences contains duplicate entries after mutating admission happens'
  const why = 'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests'
  return `${what}; ${why}; duplicate UID(s) observed: ${uids.join(', ')}`
}

function deprecation(info: ResourceInfo): string[] {
  const warning = readWarning(info)
  return warning === undefined ? [] : [warning]
}

const DELETION: (keyof ObjectMeta)[] = ['deletionTimestamp', 'deletionGracePeriodSeconds']

/** The fields that are there, or stand in `otherwise`. */
function keep(meta: ObjectMeta, fields: (keyof ObjectMeta)[], otherwise: Partial<ObjectMeta> = {}): Partial<ObjectMeta> {
  return Object.fromEntries(fields.map((f) => [f, meta[f] ?? otherwise[f]]).filter(([, v]) => v !== undefined))
}

/** The metadata after a write of the status, of which kinds let more or less through. */
function statusMeta(info: ResourceInfo, old: ObjectMeta, given: ObjectMeta): ObjectMeta {
  const out: ObjectMeta = { ...old, ...(given.managedFields ? { managedFields: given.managedFields } : {}) }
  for (const key of info.custom ? [] : metadataWithStatus(info.resource)) {
    const field = key as 'labels'
    if (given[field] === undefined) delete out[field]
    else out[field] = given[field]
  }
  return out
}

function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  return { ...object, metadata: metadata as ObjectMeta }
}

function bumpsGeneration(info: ResourceInfo): boolean {
  return info.custom === true || (kindOf(info.resource)?.hasGeneration ?? countsGenerations(info.resource))
}

/** Everything a user states: not metadata, not status. */
function specOf(object: KubeObject): Record<string, unknown> {
  const { metadata: _m, status: _s, ...rest } = object
  return rest
}

function setManagedFields(object: KubeObject, entries: ManagedFieldsEntry[] | undefined): void {
  if (entries?.length) object.metadata.managedFields = entries
  else delete object.metadata.managedFields
}

/** Times of ownership alone are no difference. */
function sameContent(a: KubeObject, b: KubeObject): boolean {
  const untimed = (o: KubeObject) => o.metadata.managedFields?.map(({ time: _, ...entry }) => entry)
  const strip = (o: KubeObject) => ({ ...o, metadata: { ...o.metadata, resourceVersion: '', managedFields: untimed(o) } })
  return deepEqual(strip(a), strip(b))
}

/** A Pod being deleted goes when its kubelet says so, a namespace when it is empty. */
function isFinal(object: KubeObject): boolean {
  return object.kind !== 'Namespace' || !(object as Namespace).spec.finalizers?.length
}

function deletionFinalizers(object: KubeObject, policy: DeleteOptions['propagationPolicy']): string[] {
  const others = (object.metadata.finalizers ?? []).filter((f) => policy === undefined || (f !== 'orphan' && f !== 'foregroundDeletion'))
  if (policy === 'Orphan') return [...others, 'orphan']
  if (policy === 'Foreground') return [...others, 'foregroundDeletion']
  // A definition stays until its objects are gone. Upstream: apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go.
  const cleanup = 'customresourcecleanup.apiextensions.k8s.io'
  if (object.kind === 'CustomResourceDefinition' && !object.metadata.deletionTimestamp && !others.includes(cleanup))
    return [...others, cleanup]
  return others
}

/** Seconds of grace. Upstream: pkg/registry/core/pod/strategy.go CheckGracefulDelete. */
function podGrace(pod: Pod, options: DeleteOptions): number {
  let grace = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
  if (grace < 0) grace = 1
  if (!pod.spec.nodeName || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return 0
  return grace
}

function refuseProtected(info: ResourceInfo, object: KubeObject): void {
  const { name } = object.metadata
  if (info.resource === 'namespaces' && ['default', 'kube-system', 'kube-public'].includes(name)) {
    throw forbidden('namespaces', name, 'this namespace may not be deleted')
  }
}
