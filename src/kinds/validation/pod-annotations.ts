// Annotations of Pods that mean something to the API server. Upstream: pkg/apis/core/validation/validation.go
// (ValidatePodSpecificAnnotations, ValidatePodSpecificAnnotationUpdates).
import type { Container, Pod, PodSpec, StringMap, Toleration } from '../../api/types'
import type { FieldError } from '../../errors'
import { jsonSyntaxError } from '../../lib/go-json-error'
import { type Fields, fieldsOf } from '../defaults/fields'
import { forbiddenField, invalidValue } from './errors'
import { validateLocalPath } from './paths'
import { validateTolerations } from './scheduling'

const MIRROR = 'kubernetes.io/config.mirror'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const LOCALHOST = 'localhost/'
const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

function isInt32(text: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31
}

function validateSeccompName(profile: string, field: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  if (profile.startsWith(LOCALHOST)) return validateLocalPath(profile.slice(LOCALHOST.length), field)
  return [invalidValue(field, profile, 'must be a valid seccomp profile')]
}

function validateTolerationText(text: string, path: string): FieldError[] {
  const wrong = jsonSyntaxError(text)
  if (wrong) return [invalidValue(path, TOLERATIONS, wrong.message)]
  const list = JSON.parse(text) as Toleration[] | null
  return Array.isArray(list) ? validateTolerations(list, `${path}.${TOLERATIONS}`) : []
}

/** `path` is that of the annotations: `metadata.annotations`, or `spec.template.annotations`. */
export function validatePodAnnotations(annotations: StringMap = {}, spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = []
  const mirror = annotations[MIRROR]
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalidValue(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  }
  if (annotations[TOLERATIONS]) errors.push(...validateTolerationText(annotations[TOLERATIONS], path))
  const cost = annotations[DELETION_COST]
  if (cost !== undefined && !isInt32(cost)) errors.push(invalidValue(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer'))
  if (annotations[SECCOMP_POD] !== undefined) errors.push(...validateSeccompName(annotations[SECCOMP_POD], `${path}.${SECCOMP_POD}`))
  const keys = Object.keys(annotations).sort()
  for (const key of keys.filter((k) => k.startsWith(SECCOMP_CONTAINER))) {
    errors.push(...validateSeccompName(annotations[key], `${path}.${key}`))
  }
  for (const key of keys.filter((k) => k.startsWith(APPARMOR))) {
    const [name, profile] = [key.slice(APPARMOR.length), annotations[key]]
    if (!containersOf(spec).some(([container]) => container.name === name)) {
      errors.push(invalidValue(`${path}[${key}]`, name, 'container not found'))
    }
    if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith(LOCALHOST)) {
      errors.push(invalidValue(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`))
    }
  }
  return errors
}

function containersOf(spec: PodSpec): [container: Container, path: string][] {
  return LISTS.flatMap((list) =>
    ((spec[list] ?? []) as Container[]).map((container, i): [Container, string] => [container, `spec.${list}[${i}]`]),
  )
}

/** What an old annotation says must be what the field says. `what` is the kind of profile. */
function mustMatch(annotation: string | undefined, profile: Fields | undefined, what: string, path: string): FieldError[] {
  if (annotation === undefined || !profile) return []
  const differs = (key: string, part: string) => [forbiddenField(`${path}.${key}`, `${what} ${part} in annotation and field must match`)]
  const names: Record<string, string[]> = {
    Unconfined: ['unconfined'],
    RuntimeDefault: what === 'seccomp' ? ['runtime/default', 'docker/default'] : ['runtime/default'],
  }
  if (profile.type !== 'Localhost') {
    const known = names[String(profile.type)]
    return !known || known.includes(annotation) ? [] : differs('type', 'type')
  }
  if (!annotation.startsWith(LOCALHOST)) return differs('type', 'type')
  return annotation.slice(LOCALHOST.length) === profile.localhostProfile ? [] : differs('localhostProfile', 'profile')
}

/** Of a new Pod. */
export function validateProfilesMatch({ metadata, spec }: Pod): FieldError[] {
  const { annotations = {} } = metadata
  const own = fieldsOf(spec.securityContext)
  const errors = mustMatch(annotations[SECCOMP_POD], fieldsOf(own?.seccompProfile), 'seccomp', 'spec.securityContext.seccompProfile')
  const containers = containersOf(spec)
  for (const [{ name, securityContext }, path] of containers) {
    const field = `${path}.securityContext.seccompProfile`
    errors.push(...mustMatch(annotations[SECCOMP_CONTAINER + name], fieldsOf(fieldsOf(securityContext)?.seccompProfile), 'seccomp', field))
  }
  if (fieldsOf(spec.os)?.name === 'windows') return errors
  for (const [{ name, securityContext }, path] of containers) {
    const profile = fieldsOf(fieldsOf(securityContext)?.appArmorProfile) ?? fieldsOf(own?.appArmorProfile)
    errors.push(...mustMatch(annotations[APPARMOR + name], profile, 'apparmor', `${path}.securityContext.appArmorProfile`))
  }
  return errors
}

/** What an update may not do to the annotations that a Pod was made with. */
export function validateAnnotationChange(pod: Pod, old: Pod): FieldError[] {
  const [now, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}]
  const refuse = (keys: string[], verb: string) =>
    keys.sort().flatMap((key) => {
      if (key.startsWith(APPARMOR)) return [forbiddenField(`metadata.annotations[${key}]`, `may not ${verb} AppArmor annotations`)]
      return key === MIRROR ? [forbiddenField(`metadata.annotations[${key}]`, `may not ${verb} mirror pod annotation`)] : []
    })
  return [
    ...refuse(
      Object.keys(before).filter((key) => now[key] !== before[key]),
      'remove or update',
    ),
    ...refuse(
      Object.keys(now).filter((key) => !Object.hasOwn(before, key)),
      'add',
    ),
  ]
}
