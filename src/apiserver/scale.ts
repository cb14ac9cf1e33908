// The scale of a workload, as its `scale` subresource shows it. Upstream: pkg/registry/apps/deployment/storage scaleFromDeployment.
import type { KubeObject, LabelSelector } from '../api/types'
import { formatLabelSelector } from '../lib/label-selector'

/** An autoscaling/v1 Scale of an object with `spec.replicas` and `status.replicas`. */
export function scaleOf(object: KubeObject): KubeObject {
  const { spec, status, metadata } = object as KubeObject & {
    spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> }
    status?: { replicas?: number }
  }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selector =
    spec?.selector &&
    formatLabelSelector(
      'matchLabels' in spec.selector || 'matchExpressions' in spec.selector
        ? spec.selector
        : { matchLabels: spec.selector as Record<string, string> },
    )
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status?.replicas ?? 0, ...(selector ? { selector } : {}) },
  }
}
