// Defaults and preparation of namespaces, secrets, limits, priorities and roles. Upstream: pkg/apis/{core,rbac,scheduling}/v1/defaults.go.
import type { KubeObject } from '../../api/types'
import type { PrepareContext } from '../kind'
import { childOf, type Fields, fieldsOf, fill, listOf } from './fields'

export function defaultNamespace(namespace: KubeObject): void {
  const { metadata } = namespace
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
}

export function prepareNamespace(namespace: KubeObject): void {
  const spec = childOf(namespace, 'spec')
  const finalizers = (spec.finalizers as string[] | undefined) ?? []
  if (!finalizers.includes('kubernetes')) spec.finalizers = [...finalizers, 'kubernetes']
  namespace.status = { phase: 'Active' }
}

/** Users change finalizers by way of their own subresource only. */
export function prepareNamespaceUpdate(namespace: KubeObject, old: KubeObject, context: PrepareContext): void {
  if (context.trusted) return
  const spec = childOf(namespace, 'spec')
  spec.finalizers = fieldsOf(old.spec)?.finalizers
  if (!spec.finalizers) delete spec.finalizers
}

/** Plain text becomes base64, and the type is Opaque. */
export function defaultSecret(secret: KubeObject): void {
  const plain = fieldsOf(secret.stringData)
  if (plain) {
    const data: Fields = { ...fieldsOf(secret.data) }
    for (const key of Object.keys(plain)) data[key] = Buffer.from(String(plain[key])).toString('base64')
    secret.data = data
  }
  delete secret.stringData
  fill(secret, { type: 'Opaque' })
}

/** The old field and the first of the new one are the same; what can be asked for is what there is. */
export function defaultNode(node: KubeObject): void {
  const spec = childOf(node, 'spec')
  // Of a feature that was taken away.
  delete spec.configSource
  const ranges = (spec.podCIDRs ?? []) as string[]
  if (spec.podCIDR && ranges[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
  else if (!spec.podCIDR && ranges.length) spec.podCIDR = ranges[0]
  const status = fieldsOf(node.status)
  if (status && !status.allocatable && status.capacity) status.allocatable = { ...fieldsOf(status.capacity) }
}

/** Of a feature that is off. */
export function prepareLease(lease: KubeObject): void {
  const spec = fieldsOf(lease.spec)
  if (!spec) return
  delete spec.strategy
  delete spec.preferredHolder
}

export function defaultLimitRange(range: KubeObject): void {
  for (const item of listOf(fieldsOf(range.spec)?.limits)) {
    if (item.type !== 'Container') continue
    const limit: Fields = { ...fieldsOf(item.default) }
    const request: Fields = { ...fieldsOf(item.defaultRequest) }
    fill(limit, fieldsOf(item.max) ?? {})
    fill(request, limit)
    fill(request, fieldsOf(item.min) ?? {})
    if (Object.keys(limit).length) item.default = limit
    if (Object.keys(request).length) item.defaultRequest = request
  }
}

export function defaultPriorityClass(priority: KubeObject): void {
  fill(priority, { preemptionPolicy: 'PreemptLowerPriority' })
}

const RBAC = 'rbac.authorization.k8s.io'

export function defaultRoleBinding(binding: KubeObject): void {
  const reference = fieldsOf(binding.roleRef)
  if (reference && !reference.apiGroup) reference.apiGroup = RBAC
  for (const subject of listOf(binding.subjects)) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = RBAC
  }
}
