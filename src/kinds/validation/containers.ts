// Validation of the containers of a Pod. Upstream: pkg/apis/core/validation/validation.go (validateContainers, validateContainerCommon).
import type { Container, ContainerPort, PodSpec, Volume } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isPortName, isPortNumber } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { validateEnv, validateEnvFrom } from './env'
import { duplicate, forbiddenField, invalids, invalidValue, notFoundField, notSupported, required, tooMany } from './errors'
import { validateLocalPath, validateNoBacksteps } from './paths'
import { validateProbes } from './probes'
import { validateResources } from './resources'
import { validateSecurityContext } from './security'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const ALWAYS_ONLY = 'may not be set for init containers without restartPolicy=Always'

export interface ContainerContext {
  volumes: Map<string, Volume>
  /** Seconds. */
  grace: number | undefined
  restartPolicy: string | undefined
  /** The names of the Pod's resource claims. */
  claims: Set<string>
  hostUsers: boolean
}

function validatePorts(ports: ContainerPort[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, port] of (ports ?? []).entries()) {
    const here = `${path}[${i}]`
    if (port.name) {
      const complaints = isPortName(port.name)
      if (complaints.length) errors.push(...invalids(`${here}.name`, port.name, complaints))
      else if (names.has(port.name)) errors.push(duplicate(`${here}.name`, port.name))
      else names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(`${here}.containerPort`))
    else errors.push(...invalids(`${here}.containerPort`, port.containerPort, isPortNumber(port.containerPort)))
    if (port.hostPort) errors.push(...invalids(`${here}.hostPort`, port.hostPort, isPortNumber(port.hostPort)))
    if (!port.protocol) errors.push(required(`${here}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${here}.protocol`, port.protocol, PROTOCOLS))
  }
  return errors
}

function hostPortConflicts(containers: Container[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const taken = new Set<string>()
  for (const [i, container] of containers.entries()) {
    for (const [j, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(key)) errors.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, key))
      taken.add(key)
    }
  }
  return errors
}

function devicesOf(container: Container): { name: string; devicePath: string }[] {
  return (container as { volumeDevices?: { name: string; devicePath: string }[] }).volumeDevices ?? []
}

function validateMounts(container: Container, path: string, volumes: Map<string, Volume>): FieldError[] {
  const errors: FieldError[] = []
  const points = new Set<string>()
  const devices = devicesOf(container)
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    const here = `${path}[${i}]`
    const { name, mountPath, subPath, subPathExpr } = mount
    if (!name) errors.push(required(`${here}.name`))
    if (!volumes.has(name)) errors.push(notFoundField(`${here}.name`, name ?? ''))
    if (!mountPath) errors.push(required(`${here}.mountPath`))
    if (points.has(mountPath)) errors.push(invalidValue(`${here}.mountPath`, mountPath, 'must be unique'))
    points.add(mountPath)
    if (devices.some((d) => d.name === name)) errors.push(invalidValue(`${here}.name`, name, 'must not already exist in volumeDevices'))
    if (devices.some((d) => d.devicePath === mountPath)) {
      errors.push(invalidValue(`${here}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    }
    if (subPath) errors.push(...validateLocalPath(subPath, `${path}.subPath`))
    if (subPathExpr) {
      if (subPath) errors.push(invalidValue(`${here}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
      errors.push(...validateLocalPath(subPathExpr, `${path}.subPathExpr`))
    }
    errors.push(
      ...validatePropagation(mount as unknown as Fields, container, `${path}.mountPropagation`),
      ...validateRecursiveReadOnly(mount as unknown as Fields, `${path}.recursiveReadOnly`),
    )
  }
  return errors
}

function validatePropagation(mount: Fields, container: Container, field: string): FieldError[] {
  const mode = mount.mountPropagation
  if (mode === undefined) return []
  const modes = ['Bidirectional', 'HostToContainer', 'None']
  if (!modes.includes(String(mode))) return [notSupported(field, mode, modes)]
  if (mode === 'Bidirectional' && fieldsOf(container.securityContext)?.privileged !== true) {
    return [forbiddenField(field, 'Bidirectional mount propagation is available only to privileged containers')]
  }
  return []
}

function validateRecursiveReadOnly(mount: Fields, field: string): FieldError[] {
  const mode = mount.recursiveReadOnly
  if (mode === undefined || mode === 'Disabled') return []
  const modes = ['Disabled', 'Enabled', 'IfPossible']
  if (!modes.includes(String(mode))) return [notSupported(field, mode, modes)]
  const errors = mount.readOnly === true ? [] : [forbiddenField(field, 'may only be specified when readOnly is true')]
  const propagation = mount.mountPropagation
  if (propagation !== undefined && propagation !== 'None') {
    errors.push(forbiddenField(field, 'may only be specified when mountPropagation is None or not specified'))
  }
  return errors
}

function validateDevices(container: Container, path: string, volumes: Map<string, Volume>): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const [i, { name, devicePath }] of devicesOf(container).entries()) {
    const here = `${path}[${i}]`
    const volume = volumes.get(name)
    if (!name) errors.push(required(`${here}.name`))
    if (names.has(name)) errors.push(invalidValue(`${here}.name`, name, 'must be unique'))
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(
        invalidValue(`${here}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'),
      )
    }
    if (!volume) errors.push(notFoundField(`${here}.name`, name ?? ''))
    if (!devicePath) errors.push(required(`${here}.devicePath`))
    if (paths.has(devicePath)) errors.push(invalidValue(`${here}.devicePath`, devicePath, 'must be unique'))
    if (devicePath && validateNoBacksteps(devicePath, here).length) {
      errors.push(invalidValue(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    } else paths.add(devicePath)
    const mounts = container.volumeMounts ?? []
    if (mounts.some((m) => m.name === name)) errors.push(invalidValue(`${here}.name`, name, 'must not already exist in volumeMounts'))
    if (mounts.some((m) => m.mountPath === devicePath)) {
      errors.push(invalidValue(`${here}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    }
    names.add(name)
  }
  return errors
}

const TERMINATION = ['File', 'FallbackToLogsOnError']
const PULL = ['Always', 'IfNotPresent', 'Never']

function validateResizePolicy(container: Container, path: string, restartPolicy: string | undefined): FieldError[] {
  const policies = (container as { resizePolicy?: { resourceName?: string; restartPolicy?: string }[] }).resizePolicy ?? []
  const seen = new Set<string>()
  return policies.flatMap((policy, i) => {
    const errors: FieldError[] = []
    const name = policy.resourceName ?? ''
    const restart = policy.restartPolicy ?? ''
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, name))
    seen.add(name)
    if (!name) errors.push(required(path))
    else if (name !== 'cpu' && name !== 'memory') errors.push(notSupported(path, name, ['cpu', 'memory']))
    if (!restart) errors.push(required(path))
    else if (restart !== 'NotRequired' && restart !== 'RestartContainer') {
      errors.push(notSupported(path, restart, ['NotRequired', 'RestartContainer']))
    }
    if (restartPolicy === 'Never' && restart !== 'NotRequired') {
      errors.push(invalidValue(path, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
    }
    return errors
  })
}

function validateCommon(container: Container, path: string, context: ContainerContext): FieldError[] {
  const errors: FieldError[] = []
  if (!container.name) errors.push(required(`${path}.name`))
  else errors.push(...invalids(`${path}.name`, container.name, isDns1123Label(container.name)))
  if (!container.image) errors.push(required(`${path}.image`))
  const policy = container.terminationMessagePolicy
  if (!policy) errors.push(required(`${path}.terminationMessagePolicy`))
  else if (!TERMINATION.includes(policy)) errors.push(notSupported(`${path}.terminationMessagePolicy`, policy, TERMINATION))
  errors.push(
    ...validatePorts(container.ports, `${path}.ports`),
    ...validateEnv(container.env, `${path}.env`),
    ...validateEnvFrom(container.envFrom, `${path}.envFrom`),
    ...validateMounts(container, `${path}.volumeMounts`, context.volumes),
    ...validateDevices(container, `${path}.volumeDevices`, context.volumes),
  )
  const pull = container.imagePullPolicy
  if (!pull) errors.push(required(`${path}.imagePullPolicy`))
  else if (!PULL.includes(pull)) errors.push(notSupported(`${path}.imagePullPolicy`, pull, PULL))
  return [
    ...errors,
    ...validateResources(container.resources, `${path}.resources`, context.claims),
    ...validateResizePolicy(container, `${path}.resizePolicy`, context.restartPolicy),
    ...validateSecurityContext(container.securityContext, `${path}.securityContext`, context.hostUsers),
  ]
}

export function validateContainers(containers: Container[] | null | undefined, path: string, context: ContainerContext): FieldError[] {
  if (!containers?.length) return [required(path)]
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, container] of containers.entries()) {
    const here = `${path}[${i}]`
    errors.push(...validateCommon(container, here, context))
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name))
    names.add(container.name)
    errors.push(...validateProbes(container, here, context.grace), ...validateOwnRestart(container, here))
  }
  return [...errors, ...hostPortConflicts(containers, path)]
}

const RESTARTS = ['Always', 'Never', 'OnFailure']

const MOST_RULES = 20
const MOST_CODES = 255
const ACTIONS = ['Restart', 'RestartAllContainers']

/** The restart policy of a container itself, and its rules by exit code. */
function validateOwnRestart(container: Container, here: string): FieldError[] {
  const policy = container.restartPolicy
  const rules = listOf((container as unknown as Fields).restartPolicyRules)
  const errors: FieldError[] = []
  if (policy === undefined) {
    if (rules.length) errors.push(required(`${here}.restartPolicy`, 'must specify restartPolicy when restart rules are used'))
  } else if (!RESTARTS.includes(policy)) errors.push(notSupported(`${here}.restartPolicy`, policy, RESTARTS))
  if (rules.length > MOST_RULES) errors.push(tooMany(`${here}.restartPolicyRules`, rules.length, MOST_RULES))
  for (const [i, rule] of rules.entries()) {
    const path = `${here}.restartPolicyRules[${i}]`
    const action = String(rule.action ?? '')
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}.action`, action, ACTIONS))
    const codes = fieldsOf(rule.exitCodes)
    if (!codes) {
      errors.push(required(`${path}.exitCodes`, 'must be specified'))
      continue
    }
    const operator = String(codes.operator ?? '')
    if (operator !== 'In' && operator !== 'NotIn') errors.push(notSupported(`${path}.exitCodes.operator`, operator, ['In', 'NotIn']))
    const { length } = (codes.values ?? []) as number[]
    if (length > MOST_CODES) errors.push(tooMany(`${path}.exitCodes.values`, length, MOST_CODES))
  }
  return errors
}

export function validateInitContainers(spec: PodSpec, path: string, context: ContainerContext): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set((spec.containers ?? []).map((c) => c.name))
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const here = `${path}[${i}]`
    errors.push(...validateCommon(container, here, context), ...validateOwnRestart(container, here))
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name))
    else if (container.name) names.add(container.name)
    errors.push(...hostPortConflicts([container], path))
    if (container.restartPolicy === 'Always') {
      errors.push(...validateProbes(container, here, context.grace))
      continue
    }
    for (const key of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[key]) errors.push(forbiddenField(`${here}.${key}`, ALWAYS_ONLY))
    }
  }
  return errors
}

/** In the order of Go's struct. */
const EPHEMERAL_FORBIDDEN = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

export function validateEphemeralContainers(spec: PodSpec, path: string, context: ContainerContext): FieldError[] {
  const errors: FieldError[] = []
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((c) => c.name))
  const names = new Set(others)
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const here = `${path}[${i}]`
    errors.push(...validateCommon(container, here, context))
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name))
    names.add(container.name)
    const target = (container as { targetContainerName?: string }).targetContainerName
    if (target && !others.has(target)) errors.push(notFoundField(`${here}.targetContainerName`, target))
    for (const key of EPHEMERAL_FORBIDDEN) {
      const value = (container as unknown as Fields)[key]
      const isSet = value !== undefined && (key !== 'resources' || Object.keys(fieldsOf(value) ?? {}).length > 0)
      if (isSet) errors.push(forbiddenField(`${here}.${key}`, 'cannot be set for an Ephemeral Container'))
    }
    for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
      for (const key of ['subPath', 'subPathExpr'] as const) {
        if (mount[key]) errors.push(forbiddenField(`${here}.volumeMounts[${j}].${key}`, 'cannot be set for an Ephemeral Container'))
      }
    }
  }
  return errors
}
