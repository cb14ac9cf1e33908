// Keeps a volume attributes class that claims or volumes name from going. Follows pkg/controller/volume/vacprotection.
import type { Change, Controller } from '../api/contracts'
import type { KubeObject } from '../api/types'

const RESOURCE = 'volumeattributesclasses.storage.k8s.io'
const FINALIZER = 'kubernetes.io/vac-protection'

interface Named extends KubeObject {
  spec: { volumeAttributesClassName?: string }
  status?: { currentVolumeAttributesClassName?: string; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string } }
}

/** The classes that a claim or a volume names. */
function namesIn(object: KubeObject | undefined): string[] {
  if (!object) return []
  const { spec, status } = object as Named
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  return names.filter((name) => !!name) as string[]
}

function namedBefore({ before, after }: Change): string[] {
  const still = namesIn(after)
  return namesIn(before).filter((name) => !still.includes(name))
}

export const vacProtectionController: Controller = {
  name: 'volumeattributesclass-protection-controller',
  watches: {
    [RESOURCE]: ({ after }) => (after ? [after.metadata.name] : []),
    persistentvolumeclaims: namedBefore,
    persistentvolumes: namedBefore,
  },
  reconcile(key, { api }) {
    const found = api.get(RESOURCE, undefined, key)
    if (!found) return
    const { finalizers = [], deletionTimestamp } = found.metadata
    const isKept = finalizers.includes(FINALIZER)
    if (isKept === !deletionTimestamp) return
    if (!deletionTimestamp) {
      api.update({ ...found, metadata: { ...found.metadata, finalizers: [...finalizers, FINALIZER] } })
      return
    }
    const isUsed = ['persistentvolumes', 'persistentvolumeclaims'].some((resource) =>
      api.list(resource).some((each) => namesIn(each).includes(key)),
    )
    if (isUsed) return
    api.update({ ...found, metadata: { ...found.metadata, finalizers: finalizers.filter((each) => each !== FINALIZER) } })
  },
}
