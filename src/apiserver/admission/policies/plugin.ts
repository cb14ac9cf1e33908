// Admission policies as a part of the admission chain: for users' requests, and for what controllers make in their name.
import type { KubeObject } from '../../../api/types'
import { kindOf } from '../../../kinds'
import { normalize } from '../../../schema/decode'
import type { ResourceInfo } from '../../../schema/resources'
import { ADMIN, impersonated, type User } from '../../authorization'
import { customKind } from '../../custom-kinds'
import { scaleOf, withReplicas } from '../../scale'
import { shapeOfResource } from '../../shapes'
import type { AdmissionContext } from '../plugin'
import { type Behaviour, firstInvocation, mutateByPolicies } from './mutating'
import type { Operation, PolicyRequest } from './request'
import { validateByPolicies } from './validating'

/** Whose controller makes what such objects own. */
const CONTROLLERS: Record<string, string> = {
  CronJob: 'cronjob-controller',
  DaemonSet: 'daemon-set-controller',
  Deployment: 'deployment-controller',
  Job: 'job-controller',
  ReplicaSet: 'replicaset-controller',
  ReplicationController: 'replication-controller',
  StatefulSet: 'statefulset-controller',
}

const BY_CONTROLLERS = ['pods', 'persistentvolumeclaims', 'jobs.batch', 'replicasets.apps']

function requester(object: KubeObject | undefined, { user, trusted }: AdmissionContext): User {
  if (!trusted) return user ?? ADMIN
  const owner = object?.metadata.ownerReferences?.find(({ controller }) => controller)?.kind ?? ''
  const account = CONTROLLERS[owner]
  return impersonated(account ? `system:serviceaccount:kube-system:${account}` : 'system:kube-controller-manager', [])
}

/** Without bindings nothing is asked, which is so in most clusters. */
function isBound({ view }: AdmissionContext, sort: string): boolean {
  return view.list(`${sort}admissionpolicybindings.admissionregistration.k8s.io`).length > 0
}

/** The options of a request as its own kind of object; those of a patch are an update's. */
function optionsOf(operation: Operation, request: AdmissionContext['request']): Record<string, unknown> {
  const { gracePeriodSeconds, uid, propagationPolicy } = request
  return {
    kind: `${operation[0]}${operation.slice(1).toLowerCase()}Options`,
    apiVersion: 'meta.k8s.io/v1',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(request.dryRun ? { dryRun: ['All'] } : {}),
    ...(operation === 'DELETE' ? {} : { fieldManager: request.manager, fieldValidation: 'Strict' }),
  }
}

/** Whether policies are asked at all: of what components do, only about what controllers make of users' templates. */
function concerns(info: ResourceInfo, operation: Operation, { trusted }: AdmissionContext): boolean {
  return !trusted || (operation === 'CREATE' && BY_CONTROLLERS.includes(info.resource))
}

function requestOf(
  operation: Operation,
  info: ResourceInfo,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  context: AdmissionContext,
): PolicyRequest {
  const { subresource = '' } = context.request
  const { metadata } = (object ?? old) as KubeObject
  const name = context.nameIsMadeUp ? '' : metadata.name
  const isScale = subresource === 'scale'
  return {
    operation,
    info,
    kind: isScale ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { group: info.group, version: info.version, kind: info.kind },
    subresource,
    name,
    namespace: info.resource === 'namespaces' ? name : (metadata.namespace ?? ''),
    ...(object ? { object: isScale ? scaleOf(info, object) : object } : {}),
    ...(old ? { old: isScale ? scaleOf(info, old) : old } : {}),
    user: requester(object ?? old, context),
    options: optionsOf(operation, context.request),
    context,
  }
}

function behaviourOf(info: ResourceInfo, { view, request }: AdmissionContext): Behaviour {
  if (request.subresource === 'scale') return { defaults: () => {} }
  const kind = info.custom ? customKind(view, info) : kindOf(info.resource)
  return { shape: shapeOfResource(view, info), defaults: (object) => kind?.defaults?.(object) }
}

/** What only comes to be when an object is stored. */
const GIVEN_LATER = ['uid', 'creationTimestamp', 'resourceVersion', 'generation'] as const

/** An object that is created as it is before the strategies have it. */
function notYetStored(object: KubeObject, { nameIsMadeUp }: AdmissionContext): KubeObject {
  const metadata: Partial<KubeObject['metadata']> = { ...object.metadata }
  for (const key of GIVEN_LATER) delete metadata[key]
  if (nameIsMadeUp) delete metadata.name
  return normalize({ ...object, metadata } as KubeObject)
}

/** What `notYetStored` leaves out. */
function given({ metadata }: KubeObject, { nameIsMadeUp }: AdmissionContext): Partial<KubeObject['metadata']> {
  const keys = [...GIVEN_LATER, ...(nameIsMadeUp ? (['name'] as const) : [])]
  return Object.fromEntries(keys.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]))
}

function replace(object: KubeObject, next: KubeObject): void {
  for (const key of Object.keys(object)) delete object[key]
  Object.assign(object, next)
}

function withScale(info: ResourceInfo, object: KubeObject, scale: KubeObject): KubeObject {
  return withReplicas(info, object, Number((scale.spec as { replicas?: number } | undefined)?.replicas ?? 0))
}

/** Changes the object as MutatingAdmissionPolicies say. Throws ApiError. */
export function mutate(info: ResourceInfo, object: KubeObject, old: KubeObject | undefined, context: AdmissionContext): void {
  const operation = old ? 'UPDATE' : 'CREATE'
  if (!concerns(info, operation, context) || !isBound(context, 'mutating')) return
  context.reinvocation ??= firstInvocation()
  const before = old ? object : notYetStored(object, context)
  const request = requestOf(operation, info, before, old, context)
  const after = mutateByPolicies(request, behaviourOf(info, context), context.reinvocation)
  if (!after || after === request.object) return
  if (context.request.subresource === 'scale') replace(object, withScale(info, object, after))
  else if (old) replace(object, after)
  else replace(object, { ...after, metadata: { ...after.metadata, ...given(object, context) } })
}

/** Throws ApiError when a ValidatingAdmissionPolicy denies the request. */
export function validate(
  operation: Operation,
  info: ResourceInfo,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  context: AdmissionContext,
): void {
  if (!concerns(info, operation, context) || !isBound(context, 'validating')) return
  validateByPolicies(requestOf(operation, info, object, old, context))
}
