// Which claims a pod mounts, its ephemeral volumes' included.
import type { Change } from '../../api/contracts'
import type { Pod, Volume } from '../../api/types'

interface VolumeSources extends Volume {
  persistentVolumeClaim?: { claimName: string }
  ephemeral?: {
    volumeClaimTemplate: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: unknown }
  }
}

export function ephemeralVolumes(pod: Pod): { claim: string; template: NonNullable<VolumeSources['ephemeral']>['volumeClaimTemplate'] }[] {
  const found: { claim: string; template: NonNullable<VolumeSources['ephemeral']>['volumeClaimTemplate'] }[] = []
  for (const volume of (pod.spec.volumes ?? []) as VolumeSources[]) {
    if (volume.ephemeral) found.push({ claim: `${pod.metadata.name}-${volume.name}`, template: volume.ephemeral.volumeClaimTemplate })
  }
  return found
}

/** Names of the claims a pod mounts. */
export function claimsOfPod(pod: Pod): string[] {
  const names = ephemeralVolumes(pod).map((v) => v.claim)
  for (const volume of (pod.spec.volumes ?? []) as VolumeSources[]) {
    if (volume.persistentVolumeClaim) names.push(volume.persistentVolumeClaim.claimName)
  }
  return names
}

/** `namespace/claim/pod` for each claim of a pod that came, went, was placed or ended. */
export function claimPodKeys({ before, after }: Change): string[] {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined]
  const pod = (is ?? was)!
  if (!pod.spec.volumes?.length) return []
  const same = was && is && was.spec.nodeName === is.spec.nodeName && was.status?.phase === is.status?.phase
  if (same && was.metadata.deletionGracePeriodSeconds === is.metadata.deletionGracePeriodSeconds) return []
  return claimsOfPod(pod).map((claim) => `${pod.metadata.namespace}/${claim}/${pod.metadata.name}`)
}
