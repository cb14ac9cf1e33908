// Writes through subresources that hold a part of an object: a Pod's ephemeral containers and its amounts, a certificate request's approval.
// Upstream: pkg/registry/core/pod strategy.go podEphemeralContainersStrategy, pkg/registry/certificates strategy.go csrApprovalStrategy.
import type { Container, KubeObject, Pod } from '../api/types'
import { type FieldError, notFound } from '../errors'
import { qosClass } from '../kinds/defaults/pod'
import { forbiddenField, invalidValue } from '../kinds/validation/errors'
import { deepEqual } from '../lib/equal'
import type { ResourceInfo } from '../schema/resources'

/** The stored object with what the subresource holds taken from `input`; undefined for subresources that hold no part of this kind. */
export function withPart(info: ResourceInfo, subresource: string | undefined, input: KubeObject, old: KubeObject): KubeObject | undefined {
  if (info.resource === 'pods' && subresource === 'ephemeralcontainers') {
    const pod = structuredClone(old) as Pod
    const { ephemeralContainers: _, ...spec } = pod.spec
    const { ephemeralContainers } = (input as Pod).spec
    return { ...pod, spec: { ...spec, ...(ephemeralContainers ? { ephemeralContainers } : {}) } }
  }
  if (info.resource === 'pods' && subresource === 'resize') {
    const [before, after] = [old as Pod, input as Pod]
    const pod = structuredClone(before)
    pod.spec.containers = resized(after.spec.containers, before.spec.containers)
    if (after.spec.initContainers || before.spec.initContainers)
      pod.spec.initContainers = resized(after.spec.initContainers ?? [], before.spec.initContainers ?? [])
    return pod
  }
  if (info.resource === 'certificatesigningrequests.certificates.k8s.io' && subresource === 'approval') {
    const { conditions } = (input.status ?? {}) as { conditions?: unknown[] }
    return { ...structuredClone(old), status: { ...(old.status as object), ...(conditions ? { conditions } : {}) } } as KubeObject
  }
  if (subresource === 'ephemeralcontainers' || subresource === 'approval' || subresource === 'resize')
    throw notFound(info.resource, old.metadata.name)
  return undefined
}

/** Containers as they were but for their amounts and how they are changed; others, or in another order, are left for the checks to refuse. */
function resized(now: Container[], before: Container[]): Container[] {
  if (now.length !== before.length || now.some(({ name }, i) => name !== before[i].name)) return now
  return before.map((container, i) => {
    const { resources: _r, resizePolicy: _p, ...rest } = container as Resizable
    const { resources, resizePolicy } = now[i] as Resizable
    return { ...rest, ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) } as Container
  })
}

type Resizable = Container & { resizePolicy?: unknown }

/** Upstream: pkg/apis/core/validation ValidatePodResize. */
function resizeErrors(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror']) return [forbiddenField('', 'static pods cannot be resized')]
  const quality = qosClass(pod)
  if (quality !== (old.status?.qosClass ?? qosClass(old)))
    errors.push(invalidValue('spec', old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'))
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, before] = [pod.spec[list] ?? [], old.spec[list] ?? []]
    if (now.length !== before.length) return [...errors, forbiddenField(`spec.${list}`, `${list} may not be added or removed on resize`)]
    const moved = before.findIndex(({ name }, i) => now[i].name !== name)
    if (moved >= 0) return [...errors, forbiddenField(`spec.${list}[${moved}].name`, `${list} may not be renamed or reordered on resize`)]
  }
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [i, before] of (old.spec[list] ?? []).entries()) {
      const now = (pod.spec[list] as Container[])[i]
      for (const [kind, word] of [
        ['requests', 'resource requests'],
        ['limits', 'resource limits'],
      ] as const) {
        const gone = Object.keys(before.resources?.[kind] ?? {}).some((name) => now.resources?.[kind]?.[name] === undefined)
        if (gone) errors.push(forbiddenField(`spec.${list}[${i}].resources.${kind}`, `${word} cannot be removed`))
      }
    }
  }
  for (const [i, before] of (old.spec.containers ?? []).entries())
    if (!deepEqual(withoutCompute(pod.spec.containers[i]), withoutCompute(before)))
      errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
  for (const [i, before] of (old.spec.initContainers ?? []).entries())
    if (!deepEqual(withoutCompute(pod.spec.initContainers![i]), withoutCompute(before)))
      errors.push(forbiddenField(`spec.initContainers[${i}]`, 'only cpu and memory resources for init or sidecar containers are mutable'))
  return errors
}

/** A container but for what a resize may change. */
function withoutCompute(container: Container): object {
  const { requests, limits } = container.resources ?? {}
  const rest = (list: object | undefined) => Object.entries(list ?? {}).filter(([name]) => name !== 'cpu' && name !== 'memory')
  return { ...container, resources: [rest(requests), rest(limits)] }
}

/** What may not be done to a part. Upstream: pkg/apis/core/validation ValidatePodEphemeralContainersUpdate. */
export function partErrors(subresource: string, object: KubeObject, old: KubeObject): FieldError[] {
  if (subresource === 'resize') return resizeErrors(object as Pod, old as Pod)
  if (subresource !== 'ephemeralcontainers') return []
  const listed = (pod: KubeObject) => ((pod as Pod).spec.ephemeralContainers ?? []) as Container[]
  return listed(old).flatMap((before) => {
    const now = listed(object).find(({ name }) => name === before.name)
    if (now && deepEqual(now, before)) return []
    const why = now ? 'may not be changed' : 'may not be removed'
    return [forbiddenField('spec.ephemeralContainers', `existing ephemeral containers ${JSON.stringify(before.name)} ${why}`)]
  })
}
