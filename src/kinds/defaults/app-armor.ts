// What the old annotations say of AppArmor, as fields. Upstream: pkg/api/pod/util.go ApparmorFieldForAnnotation,
// pkg/registry/core/pod/strategy.go applyAppArmorVersionSkew.
import type { Container, Pod } from '../../api/types'
import { deepEqual } from '../../lib/equal'
import { fieldsOf } from './fields'

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const LOCALHOST = 'localhost/'

interface Profile {
  type: string
  localhostProfile?: string
}

/** Undefined when the annotation says nothing that a field could. */
export function appArmorProfile(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const localhostProfile = annotation.startsWith(LOCALHOST) ? annotation.slice(LOCALHOST.length) : ''
  return localhostProfile ? { type: 'Localhost', localhostProfile } : undefined
}

const LONGEST = 4095

/** Copies what annotations say to containers that have no profile of their own; `warn` is told of each annotation that is old-fashioned. */
export function copyAppArmorProfiles(pod: Pod, warn: (message: string) => void): void {
  if (fieldsOf(pod.spec.os)?.name === 'windows') return
  const own = fieldsOf(fieldsOf(pod.spec.securityContext)?.appArmorProfile)
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const container of (pod.spec[list] ?? []) as Container[]) {
      const key = ANNOTATION + container.name
      const annotation = pod.metadata.annotations?.[key]
      if (annotation === undefined || fieldsOf(fieldsOf(container.securityContext)?.appArmorProfile)) continue
      const made = appArmorProfile(annotation)
      const isGood =
        made && (made.localhostProfile ?? '').length <= LONGEST && (made.localhostProfile ?? '').trim() === (made.localhostProfile ?? '')
      if (isGood && own && deepEqual(made, own)) continue
      if (isGood) container.securityContext = { ...container.securityContext, appArmorProfile: made }
      warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
    }
  }
}
