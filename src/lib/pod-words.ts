// The words in which Pods of one template, and those of alike templates, differ.
import type { KubeObject, Pod, PodTemplateSpec } from '../api/types'

/** Names, addresses and versions of a Pod, on which nothing depends but texts; as many for every Pod of a template at one stage. */
export function podWords({ metadata, spec, status }: Pod): string[] {
  const words = [metadata.name, metadata.uid, metadata.resourceVersion, spec.nodeName ?? '', status?.podIP ?? '', status?.hostIP ?? '']
  for (const { name, uid } of metadata.ownerReferences ?? []) words.push(name, uid)
  words.push(...Object.values(metadata.labels ?? {}))
  for (const { name } of spec.volumes ?? []) if (name.startsWith('kube-api-access-')) words.push(name)
  for (const { containerID } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    if (containerID) words.push(containerID.slice(containerID.lastIndexOf('/') + 1))
  return words
}

/** Those of an owner that show in the Pods it makes. */
export function ownerWords({ metadata, spec }: KubeObject & { spec: { template: PodTemplateSpec } }): string[] {
  return [metadata.name, metadata.uid, metadata.resourceVersion, ...Object.values(spec.template.metadata?.labels ?? {})]
}
