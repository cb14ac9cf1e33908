// The admission chain, in the API server's order. Upstream: pkg/kubeapiserver/options/plugins.go.

import type { View } from '../../api/contracts'
import type { KubeObject, Namespace } from '../../api/types'
import { ApiError, forbidden, NAMESPACE_TERMINATING, notFound } from '../../errors'
import type { ResourceInfo } from '../../schema/resources'
import { checkEscalation } from '../escalation'
import { defaultIngressClass, runtimeClass, taintNewNodes } from './defaults'
import { limitRanger } from './limit-ranger'
import type { AdmissionContext, AdmissionPlugin } from './plugin'
import { podResize } from './pod-resize'
import { podSecurity } from './pod-security'
import { podTopologyLabels } from './pod-topology-labels'
import { mutate, validate } from './policies/plugin'
import { priority } from './priority'
import { resourceQuota } from './resource-quota'
import { serviceAccount } from './service-account'
import { claimResize, defaultStorageClass, storageInUseProtection } from './storage'
import { defaultTolerationSeconds } from './tolerations'

const PLUGINS: AdmissionPlugin[] = [
  limitRanger,
  serviceAccount,
  taintNewNodes,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageInUseProtection,
  claimResize,
  runtimeClass,
  defaultIngressClass,
  podTopologyLabels,
  podResize,
  {
    name: 'AdmissionPolicies',
    resources: ['*'],
    create: (object, context, info) => mutate(info, object, undefined, context),
    update: (object, old, context, info) => mutate(info, object, old, context),
    checkCreate: (object, context, info) => validate('CREATE', info, object, undefined, context),
    checkUpdate: (object, old, context, info) => validate('UPDATE', info, object, old, context),
  },
  resourceQuota,
]

function concerning(info: ResourceInfo): AdmissionPlugin[] {
  return PLUGINS.filter((p) => p.resources.includes(info.resource) || p.resources.includes('*'))
}

/** Once more when a policy changed the object. Upstream: apiserver/pkg/admission/reinvocation.go. */
function reinvoked(context: AdmissionContext, admit: () => void): void {
  admit()
  if (!context.reinvocation?.isWanted) return
  context.reinvocation.isSecond = true
  admit()
}

export function admitCreate(info: ResourceInfo, object: KubeObject, context: AdmissionContext): void {
  const { namespace } = object.metadata
  reinvoked(context, () => {
    for (const p of concerning(info)) p.create?.(object, context, info)
  })
  if (info.namespaced && object.metadata.namespace !== namespace)
    throw new ApiError('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request')
  checkEscalation(info, object, undefined, context)
}

export function admitUpdate(info: ResourceInfo, object: KubeObject, old: KubeObject, context: AdmissionContext): void {
  reinvoked(context, () => {
    for (const p of concerning(info)) p.update?.(object, old, context, info)
  })
  checkEscalation(info, object, old, context)
}

/** Writes through subresources that hold a part of an object: of all plugins only policies look at them. */
export function admitPart(info: ResourceInfo, object: KubeObject, old: KubeObject, context: AdmissionContext): void {
  reinvoked(context, () => mutate(info, object, old, context))
}

export function checkPart(info: ResourceInfo, object: KubeObject, old: KubeObject, context: AdmissionContext): void {
  validate('UPDATE', info, object, old, context)
}

export function checkDelete(info: ResourceInfo, old: KubeObject, context: AdmissionContext): void {
  validate('DELETE', info, undefined, old, context)
}

export function checkCreate(info: ResourceInfo, object: KubeObject, context: AdmissionContext): void {
  for (const p of concerning(info)) p.checkCreate?.(object, context, info)
}

export function checkUpdate(info: ResourceInfo, object: KubeObject, old: KubeObject, context: AdmissionContext): void {
  for (const p of concerning(info)) p.checkUpdate?.(object, old, context, info)
}

/** NamespaceLifecycle: the namespace must exist and not be ending. `trusted`: the cluster's own objects may come before it. */
export function checkNamespace(view: View, info: ResourceInfo, object: KubeObject, trusted = false): void {
  if (!info.namespaced) return
  const name = object.metadata.namespace ?? 'default'
  const namespace = view.get<Namespace>('namespaces', undefined, name)
  if (!namespace && trusted) return
  if (!namespace) throw notFound('namespaces', name)
  if (namespace.metadata.deletionTimestamp) throw terminating(info, object, name)
}

function terminating(info: ResourceInfo, object: KubeObject, namespace: string): ApiError {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const error = forbidden(info.resource, object.metadata.name || (object.metadata.generateName ?? ''), why)
  error.details.causes = [
    { reason: NAMESPACE_TERMINATING, message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ]
  return error
}
