// Which Pods a kubelet may treat as it treated another one like them: those for which names decide nothing but texts.
import type { Records } from '../../api/contracts'
import type { Container, Pod } from '../../api/types'
import { listFaults } from '../../faults'
import { asksForMore } from './resize'
import { initContainers } from './state'

/** Volumes whose content is the cluster's own. Others lie on a node or are bound to one. */
const CLUSTERS_OWN = ['configMap', 'secret', 'projected', 'downwardAPI', 'emptyDir']

/** A script may ask for its host's name and do one thing or the other. */
function runsScripts(container: Container): boolean {
  const { command, lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  return (
    !!command?.length ||
    [lifecycle?.postStart, lifecycle?.preStop, livenessProbe, readinessProbe, startupProbe].some((h) => h && 'exec' in h)
  )
}

/** Faults name Pods and nodes; who shares a node's network meets who else is there. */
export function isLikeOthers(pod: Pod, records: Records): boolean {
  if (asksForMore(pod)) return false
  if (pod.spec.hostNetwork || pod.spec.ephemeralContainers?.length || listFaults(records).length > 0) return false
  if ((pod.spec.volumes ?? []).some((volume) => !CLUSTERS_OWN.some((source) => source in volume))) return false
  return ![...initContainers(pod), ...pod.spec.containers].some(runsScripts)
}
