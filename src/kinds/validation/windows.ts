// What Pods may say of the system of their node: the options of Windows, and what each system has no use for.
// Upstream: pkg/apis/core/validation/validation.go (validateWindows, validateLinux, validateWindowsSecurityContextOptions).
import type { Container, PodSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Subdomain } from '../../lib/names'
import { type Fields, fieldsOf } from '../defaults/fields'
import { forbiddenField, invalids, invalidValue, notSupported, required } from './errors'

/** In KiB. */
const LONGEST_SPEC = 64
const LONGEST_DOMAIN = 256
const LONGEST_USER = 104
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)

/** Why `DOMAIN\user`, whose domain may be left out, is no user of Windows. */
function userProblems(name: string): string[] {
  if (!name) return ['runAsUserName cannot be an empty string']
  if (/[\x00-\x1f\x7f]/.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const [user, domain] = [parts[parts.length - 1], parts.length > 1 ? parts[0] : undefined]
  const problems: string[] = []
  if (domain !== undefined && domain.length >= LONGEST_DOMAIN) {
    problems.push(`runAsUserName's Domain length must be under ${LONGEST_DOMAIN} characters`)
  }
  if (domain !== undefined && !NETBIOS.test(domain) && !DOMAIN.test(domain)) {
    problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  if (!user) problems.push("runAsUserName's User cannot be empty")
  else if (user.length > LONGEST_USER) {
    problems.push(`runAsUserName's User length must not be longer than ${LONGEST_USER} characters`)
  }
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  }
  return problems
}

export function validateWindowsOptions(options: Fields | undefined, path: string): FieldError[] {
  if (!options) return []
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options
  const errors = name === undefined ? [] : invalids(`${path}.gmsaCredentialSpecName`, name, isDns1123Subdomain(String(name)))
  if (spec === '') errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (spec !== undefined && Buffer.byteLength(String(spec)) > LONGEST_SPEC * 1024) {
    errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${LONGEST_SPEC} KiB`))
  }
  return user === undefined ? errors : [...errors, ...invalids(`${path}.runAsUserName`, user, userProblems(String(user)))]
}

type Visited = [context: Fields | undefined, path: string]

/** The security contexts of all containers, in the order in which upstream visits them. */
function contextsOf(spec: PodSpec, path: string): Visited[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as Container[]).map(
      ({ securityContext }, i): Visited => [fieldsOf(securityContext), `${path}.${list}[${i}].securityContext`],
    ),
  )
}

/** A container that is a process of its Windows node makes all of its Pod so. */
export function validateHostProcess(spec: PodSpec, path: string): FieldError[] {
  const own = fieldsOf(fieldsOf(spec.securityContext)?.windowsOptions)?.hostProcess
  const errors: FieldError[] = []
  const contexts = contextsOf(spec, path)
  let processes = 0
  for (const [context, here] of contexts) {
    const given = fieldsOf(context?.windowsOptions)?.hostProcess
    if (own !== undefined && given !== undefined && own !== given) {
      const why = `pod hostProcess value must be identical if both are specified, was ${own}`
      errors.push(invalidValue(`${here}.windowsOptions.hostProcess`, given, why))
    }
    if ((given ?? own) === true) processes++
  }
  if (processes === 0) return errors
  if (processes < contexts.length) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalidValue(path, '', why))
  }
  if (!spec.hostNetwork) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers'
    errors.push(invalidValue(`${path}.hostNetwork`, false, why))
  }
  return errors
}

const NOT_OF_WINDOWS = {
  pod: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'supplementalGroupsPolicy',
    'seLinuxChangePolicy',
  ],
  container: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'capabilities',
    'readOnlyRootFilesystem',
    'privileged',
    'allowPrivilegeEscalation',
    'procMount',
    'runAsUser',
    'runAsGroup',
  ],
}

function validateWindows(spec: PodSpec, path: string): FieldError[] {
  const refuse = (holder: Fields | undefined, keys: string[], at: string) =>
    keys.filter((key) => holder?.[key] !== undefined).map((key) => forbiddenField(`${at}.${key}`, 'cannot be set for a windows pod'))
  const namespaces: Fields = { ...spec, hostPID: spec.hostPID || undefined, hostIPC: spec.hostIPC || undefined }
  return [
    ...refuse(fieldsOf(spec.securityContext), NOT_OF_WINDOWS.pod, `${path}.securityContext`),
    ...refuse(namespaces, ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'], path),
    ...contextsOf(spec, path).flatMap(([context, at]) => refuse(context, NOT_OF_WINDOWS.container, at)),
  ]
}

function validateLinux(spec: PodSpec, path: string): FieldError[] {
  const contexts: Visited[] = [[fieldsOf(spec.securityContext), `${path}.securityContext`], ...contextsOf(spec, path)]
  return contexts
    .filter(([context]) => fieldsOf(context?.windowsOptions))
    .map(([, at]) => forbiddenField(`${at}.windowsOptions`, 'windows options cannot be set for a linux pod'))
}

export function validateOs(spec: PodSpec, path: string): FieldError[] {
  const os = fieldsOf(spec.os)
  if (!os) return []
  const name = String(os.name ?? '')
  if (!name) return [required(`${path}.os.name`)]
  if (name === 'linux') return validateLinux(spec, path)
  return name === 'windows' ? validateWindows(spec, path) : [notSupported(`${path}.os`, name, ['linux', 'windows'])]
}
