// Validation of security contexts. Upstream: pkg/apis/core/validation/validation.go (ValidateSecurityContext, validatePodSpecSecurityContext).
import type { FieldError } from '../../errors'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, invalidValue, notSupported, required, tooLong } from './errors'
import { validateLocalPath } from './paths'
import { validateWindowsOptions } from './windows'

const MAX_ID = 2147483647

function validateId(holder: Fields, key: string, path: string): FieldError[] {
  const id = holder[key]
  if (typeof id !== 'number' || (id >= 0 && id <= MAX_ID)) return []
  return [invalidValue(`${path}.${key}`, id, `must be between 0 and ${MAX_ID}, inclusive`)]
}

function validateSeccomp(profile: Fields | undefined, path: string): FieldError[] {
  if (!profile) return []
  const errors: FieldError[] = []
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined']
  if (!profile.type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!types.includes(String(profile.type))) errors.push(notSupported(`${path}.type`, profile.type, types))
  const local = profile.localhostProfile
  if (profile.type === 'Localhost') {
    if (local === undefined) errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'))
    else errors.push(...validateLocalPath(String(local), `${path}.localhostProfile`))
  } else if (local !== undefined) {
    const shown = { Type: profile.type ?? '', LocalhostProfile: local }
    errors.push(invalidValue(`${path}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost'))
  }
  return errors
}

/** As long as a path can be. */
const LONGEST_PROFILE = 4095

function validateAppArmorName(name: unknown, field: string): FieldError[] {
  const text = String(name ?? '')
  if (!text) return [required(field, 'must be set when AppArmor type is Localhost')]
  const errors = text === text.trim() ? [] : [invalidValue(field, text, 'must not be padded with whitespace')]
  return Buffer.byteLength(text) > LONGEST_PROFILE ? [...errors, tooLong(field, LONGEST_PROFILE)] : errors
}

function validateAppArmor(profile: Fields | undefined, path: string): FieldError[] {
  if (!profile) return []
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined']
  const local = profile.localhostProfile
  if (!profile.type) return [required(`${path}.type`, 'type is required when appArmorProfile is set')]
  if (!types.includes(String(profile.type))) return [notSupported(`${path}.type`, profile.type, types)]
  if (profile.type === 'Localhost') return validateAppArmorName(local, `${path}.localhostProfile`)
  return local === undefined ? [] : [invalidValue(`${path}.localhostProfile`, local, 'can only be set when AppArmor type is Localhost')]
}

/** `hostUsers`: whether the users of the Pod are those of its node. */
export function validateSecurityContext(context: Fields | undefined, path: string, hostUsers: boolean): FieldError[] {
  if (!context) return []
  const errors = [...validateId(context, 'runAsUser', path), ...validateId(context, 'runAsGroup', path)]
  if (context.procMount !== undefined && context.procMount !== 'Default' && context.procMount !== 'Unmasked') {
    errors.push(notSupported(`${path}.procMount`, context.procMount, ['Default', 'Unmasked']))
  }
  if (hostUsers && context.procMount === 'Unmasked') {
    errors.push(invalidValue(`${path}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'))
  }
  errors.push(...validateSeccomp(fieldsOf(context.seccompProfile), `${path}.seccompProfile`))
  if (context.allowPrivilegeEscalation === false) {
    const add = fieldsOf(context.capabilities)?.add as string[] | undefined
    if (context.privileged === true) {
      const why = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
      errors.push(invalidValue(path, internalForm('SecurityContext', context), why))
    }
    if (add?.includes('CAP_SYS_ADMIN')) {
      const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'
      errors.push(invalidValue(path, internalForm('SecurityContext', context), why))
    }
  }
  errors.push(...validateWindowsOptions(fieldsOf(context.windowsOptions), `${path}.windowsOptions`))
  return [...errors, ...validateAppArmor(fieldsOf(context.appArmorProfile), `${path}.appArmorProfile`)]
}

const SYSCTL = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?'

function validateSysctls(sysctls: Fields[], path: string, spec: Fields): FieldError[] {
  const seen = new Set<string>()
  return sysctls.flatMap((sysctl, i) => {
    const field = `${path}[${i}].name`
    const name = String(sysctl.name ?? '')
    const errors: FieldError[] = []
    if (!name) errors.push(required(field))
    else if (name.length > 253 || !new RegExp(`^${SYSCTL}$`).test(name)) {
      errors.push(invalidValue(field, name, `must have at most 253 characters and match regex ^${SYSCTL}$`))
    } else if (seen.has(name)) errors.push(duplicate(field, name))
    seen.add(name)
    if (spec.hostNetwork === true && name.startsWith('net.')) {
      errors.push(invalidValue(field, name, "may not be specified when 'hostNetwork' is true"))
    }
    if (spec.hostIPC === true && /^(kernel\.(sem|shm|msg)|fs\.mqueue\.)/.test(name)) {
      errors.push(invalidValue(field, name, "may not be specified when 'hostIPC' is true"))
    }
    return errors
  })
}

/** `spec` is the Pod's: namespaces of the host have a say. */
export function validatePodSecurityContext(spec: Fields, path: string): FieldError[] {
  const context = fieldsOf(spec.securityContext)
  if (!context) return []
  const errors = ['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((key) => validateId(context, key, path))
  for (const [i, id] of ((context.supplementalGroups ?? []) as number[]).entries()) {
    if (id < 0 || id > MAX_ID)
      errors.push(invalidValue(`${path}.supplementalGroups[${i}]`, id, `must be between 0 and ${MAX_ID}, inclusive`))
  }
  errors.push(...validateSysctls(listOf(context.sysctls), `${path}.sysctls`, spec))
  for (const [key, values] of [
    ['fsGroupChangePolicy', ['Always', 'OnRootMismatch']],
    ['supplementalGroupsPolicy', ['Merge', 'Strict']],
    ['seLinuxChangePolicy', ['MountOption', 'Recursive']],
  ] as const) {
    const value = context[key]
    if (value !== undefined && !(values as readonly unknown[]).includes(value)) errors.push(notSupported(`${path}.${key}`, value, values))
    if (key === 'fsGroupChangePolicy') {
      errors.push(...validateSeccomp(fieldsOf(context.seccompProfile), `${path}.seccompProfile`))
      errors.push(...validateWindowsOptions(fieldsOf(context.windowsOptions), `${path}.windowsOptions`))
      errors.push(...validateAppArmor(fieldsOf(context.appArmorProfile), `${path}.appArmorProfile`))
    }
  }
  return errors
}
