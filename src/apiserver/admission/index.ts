// The admission chain, in the API server's order. Upstream: pkg/kubeapiserver/options/plugins.go.

import type { View } from '../../api/contracts'
import type { KubeObject, Namespace } from '../../api/types'
import { type ApiError, forbidden, NAMESPACE_TERMINATING, notFound } from '../../errors'
import type { ResourceInfo } from '../../schema/resources'
import { defaultIngressClass, runtimeClass, taintNewNodes } from './defaults'
import { limitRanger } from './limit-ranger'
import type { AdmissionContext, AdmissionPlugin } from './plugin'
import { podSecurity } from './pod-security'
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
  resourceQuota,
]

function concerning(info: ResourceInfo): AdmissionPlugin[] {
  return PLUGINS.filter((p) => p.resources.includes(info.resource) || p.resources.includes('*'))
}

export function admitCreate(info: ResourceInfo, object: KubeObject, context: AdmissionContext): void {
  for (const p of concerning(info)) p.create?.(object, context, info)
}

export function admitUpdate(info: ResourceInfo, object: KubeObject, old: KubeObject, context: AdmissionContext): void {
  for (const p of concerning(info)) p.update?.(object, old, context, info)
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
