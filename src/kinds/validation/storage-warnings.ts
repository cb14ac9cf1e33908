// What the API server warns of in volumes, claims and classes. Upstream: pkg/api/{persistentvolume,persistentvolumeclaim,storage}/util.go.
import type { KubeObject } from '../../api/types'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { claimSpecWarnings, nodeTermWarnings, OLD_VOLUMES, oldLabel } from './pod-warnings'

const CLASS = 'volume.beta.kubernetes.io/storage-class'
const MESSAGES: Record<string, string> = {
  [CLASS]: 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
}

function annotationWarnings(object: KubeObject, keys: string[]): string[] {
  const given = object.metadata.annotations ?? {}
  return keys.filter((key) => Object.hasOwn(given, key)).map((key) => `metadata.annotations[${key}]: ${MESSAGES[key]}`)
}

export function claimWarnings(claim: KubeObject): string[] {
  return [...annotationWarnings(claim, [CLASS]), ...claimSpecWarnings(fieldsOf(claim.spec) ?? {}, 'spec')]
}

/** Of the plugins that are gone those that a PersistentVolume may name. */
const PLUGINS = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd']

export function volumeWarnings(volume: KubeObject): string[] {
  const spec = fieldsOf(volume.spec) ?? {}
  const warnings = annotationWarnings(volume, Object.keys(MESSAGES))
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const instead = 'Instead, the recommended approach is to use dynamic provisioning.'
    warnings.push(`spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ${instead}`)
  }
  const terms = listOf(fieldsOf(fieldsOf(spec.nodeAffinity)?.required)?.nodeSelectorTerms)
  for (const [i, term] of terms.entries()) {
    warnings.push(...nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`))
  }
  for (const plugin of PLUGINS) {
    const [key, field, message] = OLD_VOLUMES.find(([name]) => name === plugin)!
    if (spec[key] !== undefined) warnings.push(`spec.${field}: ${message}`)
  }
  return warnings
}

export function storageClassWarnings(storage: KubeObject): string[] {
  return listOf((storage as KubeObject & Fields).allowedTopologies).flatMap((topology, i) =>
    listOf(topology.matchLabelExpressions).flatMap(({ key }, j) => {
      const message = oldLabel(String(key))
      return message ? [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${message}`] : []
    }),
  )
}
