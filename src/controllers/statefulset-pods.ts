// The pods and claims of a StatefulSet: names, identities, storage. Follows pkg/controller/statefulset/{stateful_pod_control,stateful_set_utils}.go.
import type { Client, NewObject } from '../api/contracts'
import type { OwnerReference, Pod, PodTemplateSpec, Volume } from '../api/types'
import type { PersistentVolumeClaim, StatefulSet } from '../api/workloads'
import { ApiError } from '../errors'
import { semanticEqual } from '../lib/equal'
import { podFromTemplate } from './shared/pod-template'

export const REVISION_LABEL = 'controller-revision-hash'
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'
const CLAIMS = 'persistentvolumeclaims'

/** -1 when the name is not one this set gives. */
export function ordinalOf(set: StatefulSet, name: string): number {
  const dash = name.lastIndexOf('-')
  if (name.slice(0, dash) !== set.metadata.name || !/^\d+$/.test(name.slice(dash + 1))) return -1
  return Number(name.slice(dash + 1))
}

export function firstOrdinal(set: StatefulSet): number {
  return set.spec.ordinals?.start ?? 0
}

export function inRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + set.spec.replicas
}

function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`
}

/** Claims come first; they take the place of template volumes of the same name. */
function withStorage(set: StatefulSet, ordinal: number, volumes: Volume[] | undefined): Volume[] | undefined {
  const templates = set.spec.volumeClaimTemplates ?? []
  if (templates.length === 0) return volumes
  const claims = templates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, metadata.name, ordinal) },
  }))
  return [...claims, ...(volumes ?? []).filter((v) => !claims.some((c) => c.name === v.name))]
}

export function newPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): NewObject<Pod> {
  const name = `${set.metadata.name}-${ordinal}`
  const volumes = withStorage(set, ordinal, template.spec.volumes)
  const pod = podFromTemplate(set, template, { name, generateName: `${set.metadata.name}-` })
  const labels = { ...template.metadata?.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal), [REVISION_LABEL]: revision }
  const { serviceName } = set.spec
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...template.spec, ...(volumes && { volumes }), hostname: name, ...(serviceName && { subdomain: serviceName }) },
  }
}

/** identityMatches and storageMatches: undefined when the pod is as the set would have it, else what it should be. */
export function corrected(set: StatefulSet, pod: Pod): Pod | undefined {
  const { name } = pod.metadata
  const ordinal = ordinalOf(set, name)
  const labels = { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) }
  if (semanticEqual(labels, pod.metadata.labels)) return undefined
  return { ...pod, metadata: { ...pod.metadata, labels } }
}

// ---------------------------------------------------------------- claims

function claimsOf(set: StatefulSet, ordinal: number): NewObject<PersistentVolumeClaim>[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, template.metadata.name, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations && { annotations: template.metadata.annotations }),
    },
    spec: template.spec,
  }))
}

/** Creates the claims of one pod that do not exist. Throws ApiError when one cannot be made. */
export function createClaims(api: Client, set: StatefulSet, ordinal: number): void {
  const pod = `${set.metadata.name}-${ordinal}`
  for (const claim of claimsOf(set, ordinal)) {
    const { namespace, name } = claim.metadata
    const existing = api.get<PersistentVolumeClaim>(CLAIMS, namespace, name!)
    if (existing?.metadata.deletionTimestamp) throw new ApiError('InternalError', `pvc ${name} is being deleted`)
    if (existing) continue
    try {
      api.create<PersistentVolumeClaim>(claim)
      const message = `Create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`
      api.event(set, { type: 'Normal', reason: 'SuccessfulCreate', message })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const message = `Create Claim ${name} for Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${error.message}`
      api.event(set, { type: 'Warning', reason: 'FailedCreate', message })
      throw error
    }
  }
}

/** persistentVolumeClaimRetentionPolicy: who a pod's claims go with - the set, the pod when it is scaled away, or nobody. */
export function applyRetention(api: Client, set: StatefulSet, pod: Pod): void {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  const condemned = !inRange(set, ordinalOf(set, pod.metadata.name))
  const bySet = whenDeleted === 'Delete' && !(whenScaled === 'Delete' && condemned)
  const byPod = whenScaled === 'Delete' && condemned
  for (const { metadata } of claimsOf(set, ordinalOf(set, pod.metadata.name))) {
    const claim = api.get<PersistentVolumeClaim>(CLAIMS, metadata.namespace, metadata.name!)
    if (!claim) continue
    const others = (claim.metadata.ownerReferences ?? []).filter((r) => r.uid !== set.metadata.uid && r.uid !== pod.metadata.uid)
    const owners: OwnerReference[] = [...others]
    if (bySet) owners.push(reference(set))
    if (byPod) owners.push(reference(pod))
    if (semanticEqual(owners, claim.metadata.ownerReferences ?? [])) continue
    const { ownerReferences: _, ...kept } = claim.metadata
    api.update<PersistentVolumeClaim>({ ...claim, metadata: owners.length ? { ...kept, ownerReferences: owners } : kept })
  }
}

function reference({ apiVersion, kind, metadata }: StatefulSet | Pod): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }
}
