// Makes the claims of pods' generic ephemeral volumes. Follows pkg/controller/volume/ephemeral.
import type { Controller } from '../api/contracts'
import type { Pod } from '../api/types'
import type { PersistentVolumeClaim } from '../api/workloads'
import { ApiError } from '../errors'
import { ephemeralVolumes } from './shared/claims'
import { controllerRef, keyOf, splitKey } from './shared/ownership'
import { isPodTerminal } from './shared/pods'

const CLAIMS = 'persistentvolumeclaims'

export const ephemeralVolumeController: Controller = {
  name: 'ephemeral_volume',
  watches: { pods: ({ before, after }) => (!before && after && ephemeralVolumes(after as Pod).length ? [keyOf(after)] : []) },
  reconcile(key, { api }) {
    const [namespace, name] = splitKey(key)
    const pod = api.get<Pod>('pods', namespace, name)
    if (!pod || pod.metadata.deletionTimestamp || isPodTerminal(pod)) return
    for (const { claim, template } of ephemeralVolumes(pod)) {
      const existing = api.get<PersistentVolumeClaim>(CLAIMS, namespace, claim)
      if (existing) {
        if (existing.metadata.ownerReferences?.some((r) => r.uid === pod.metadata.uid)) continue
        const message = `PVC ${namespace}/${claim} was not created for pod ${namespace}/${name} (pod is not owner)`
        api.event(pod, { type: 'Warning', reason: 'FailedEphemeralVolume', message })
        continue
      }
      const { labels, annotations } = template.metadata ?? {}
      const metadata = {
        name: claim,
        namespace,
        ...(labels && { labels }),
        ...(annotations && { annotations }),
        ownerReferences: [controllerRef(pod)],
      }
      try {
        api.create<PersistentVolumeClaim>({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata,
          spec: template.spec as PersistentVolumeClaim['spec'],
        })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        api.event(pod, { type: 'Warning', reason: 'FailedBinding', message: `ephemeral volume controller: ${error.message}` })
      }
    }
  },
}
