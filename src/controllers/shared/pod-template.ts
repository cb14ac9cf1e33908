// A pod made from a workload's template. Follows pkg/controller/controller_utils.go, GetPodFromTemplate.
import type { NewObject } from '../../api/contracts'
import type { KubeObject, ObjectMeta, Pod, PodTemplateSpec } from '../../api/types'
import { controllerRef } from './ownership'

/** Labels, annotations and finalizers come from the template; the name is generated unless `metadata` sets one. */
export function podFromTemplate(owner: KubeObject, template: PodTemplateSpec, metadata: Partial<ObjectMeta> = {}): NewObject<Pod> {
  const own = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: owner.metadata.namespace,
      ...(metadata.name ? {} : { generateName: `${owner.metadata.name}-` }),
      ...(own.labels && { labels: own.labels }),
      ...(own.annotations && { annotations: own.annotations }),
      ...(own.finalizers?.length && { finalizers: own.finalizers }),
      ownerReferences: [controllerRef(owner)],
      ...metadata,
    },
    spec: template.spec,
  }
}
