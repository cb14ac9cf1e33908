// Writes through subresources that hold a part of an object: a Pod's ephemeral containers, a certificate request's approval.
// Upstream: pkg/registry/core/pod strategy.go podEphemeralContainersStrategy, pkg/registry/certificates strategy.go csrApprovalStrategy.
import type { Container, KubeObject, Pod } from '../api/types'
import { type FieldError, notFound } from '../errors'
import { forbiddenField } from '../kinds/validation/errors'
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
  if (info.resource === 'certificatesigningrequests.certificates.k8s.io' && subresource === 'approval') {
    const { conditions } = (input.status ?? {}) as { conditions?: unknown[] }
    return { ...structuredClone(old), status: { ...(old.status as object), ...(conditions ? { conditions } : {}) } } as KubeObject
  }
  if (subresource === 'ephemeralcontainers' || subresource === 'approval') throw notFound(info.resource, old.metadata.name)
  return undefined
}

/** What may not be done to a part. Upstream: pkg/apis/core/validation ValidatePodEphemeralContainersUpdate. */
export function partErrors(subresource: string, object: KubeObject, old: KubeObject): FieldError[] {
  if (subresource !== 'ephemeralcontainers') return []
  const listed = (pod: KubeObject) => ((pod as Pod).spec.ephemeralContainers ?? []) as Container[]
  return listed(old).flatMap((before) => {
    const now = listed(object).find(({ name }) => name === before.name)
    if (now && deepEqual(now, before)) return []
    const why = now ? 'may not be changed' : 'may not be removed'
    return [forbiddenField('spec.ephemeralContainers', `existing ephemeral containers ${JSON.stringify(before.name)} ${why}`)]
  })
}
