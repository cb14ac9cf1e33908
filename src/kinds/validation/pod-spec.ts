// Validation of a Pod's spec, its own or a template's. Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpec).

import type { ObjectMeta, PodSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain, isDns1123SubdomainWithUnderscore, isLabelKey } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { validateIp } from './addresses'
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers'
import { duplicate, forbiddenField, invalids, invalidValue, notFoundField, notSupported, required, tooLong } from './errors'
import { validateLabels } from './object-meta'
import { claimNames, validatePodClaims } from './pod-claims'
import { validatePodResources } from './pod-resources'
import { validateAffinity, validateSpread, validateTolerations } from './scheduling'
import { validatePodSecurityContext } from './security'
import { validateVolumes } from './volumes'
import { validateHostProcess, validateOs } from './windows'

/** As long as Linux lets a host's name be. */
const LONGEST_HOSTNAME = 64
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
export const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']

function validateEnum(value: unknown, field: string, allowed: readonly string[]): FieldError[] {
  if (!value) return [required(field)]
  return allowed.includes(String(value)) ? [] : [notSupported(field, value, allowed)]
}

function validateHostNetwork(spec: PodSpec, path: string, isPod: boolean): FieldError[] {
  if (!spec.hostNetwork) return []
  return (spec.containers ?? []).flatMap((container, i) =>
    (container.ports ?? []).flatMap((port, j) => {
      const host = port.hostPort ?? 0
      if ((!isPod && host === 0) || host === port.containerPort) return []
      const field = `${path}.containers[${i}].ports[${j}].hostPort`
      return [invalidValue(field, host, 'must match `containerPort` when `hostNetwork` is true')]
    }),
  )
}

function validateDns(spec: PodSpec, path: string): FieldError[] {
  const field = `${path}.dnsConfig`
  const config = spec.dnsConfig
  if (spec.dnsPolicy === 'None') {
    if (!config) return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    if (!config.nameservers?.length) {
      return [required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
    }
  }
  if (!config) return []
  const errors: FieldError[] = []
  const { nameservers = [], searches = [], options = [] } = config
  if (nameservers.length > 3) errors.push(invalidValue(`${field}.nameservers`, nameservers, 'must not have more than 3 nameservers'))
  for (const [i, server] of nameservers.entries()) errors.push(...validateIp(server, `${field}.nameservers[${i}]`))
  if (searches.length > 32) errors.push(invalidValue(`${field}.searches`, searches, 'must not have more than 32 search paths'))
  if (searches.join(' ').length > 2048) {
    errors.push(
      invalidValue(`${field}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list'),
    )
  }
  for (const [i, search] of searches.entries()) {
    const name = search.replace(/\.$/, '')
    if (search !== '.') errors.push(...invalids(`${field}.searches[${i}]`, name, isDns1123SubdomainWithUnderscore(name)))
  }
  for (const [i, option] of options.entries()) if (!option.name) errors.push(required(`${field}.options[${i}]`, 'must not be empty'))
  return errors
}

function validateGates(spec: PodSpec, path: string): FieldError[] {
  const errors = (spec.readinessGates ?? []).flatMap((gate, i) =>
    invalids(`${path}.readinessGates[${i}].conditionType`, gate.conditionType ?? '', isLabelKey(gate.conditionType ?? '')),
  )
  const gates = listOf(spec.schedulingGates)
  for (const [i, gate] of gates.entries()) {
    const field = `${path}.schedulingGates[${i}]`
    const name = String(gate.name ?? '')
    errors.push(...invalids(field, name, isLabelKey(name)))
    if (gates.slice(0, i).some((g) => g.name === name)) errors.push(duplicate(field, name))
  }
  return errors
}

function validateHostUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return []
  const spaces = [
    ['hostNetwork', 'hostNetwork'],
    ['hostPID', 'HostPID'],
    ['hostIPC', 'HostIPC'],
  ] as const
  const why = 'when `hostUsers` is false'
  const errors = spaces.filter(([key]) => spec[key] === true).map(([, shown]) => forbiddenField(`${path}.${shown}`, why))
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      const devices = listOf((container as unknown as Fields).volumeDevices)
      if (devices.length) errors.push(forbiddenField(`${path}.${list}[${i}].volumeDevices`, why))
    }
  }
  return errors
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = []
  const check = (key: string, rule: (name: string) => string[]) => {
    const value = spec[key]
    if (typeof value === 'string' && value) errors.push(...invalids(`${path}.${key}`, value, rule(value)))
  }
  check('serviceAccountName', isDns1123Subdomain)
  check('nodeName', isDns1123Subdomain)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'))
  }
  check('hostname', isDns1123Label)
  check('subdomain', isDns1123Label)
  errors.push(...validateTolerations(spec.tolerations, `${path}.tolerations`))
  for (const [i, alias] of (spec.hostAliases ?? []).entries()) {
    const here = `${path}.hostAliases[${i}]`
    errors.push(...validateIp(alias.ip ?? '', `${here}.ip`))
    for (const [j, name] of (alias.hostnames ?? []).entries()) {
      errors.push(...invalids(`${here}.hostnames[${j}]`, name, isDns1123Subdomain(name)))
    }
  }
  check('priorityClassName', isDns1123Subdomain)
  const runtime = spec.runtimeClassName
  if (typeof runtime === 'string') errors.push(...invalids(`${path}.runtimeClassName`, runtime, isDns1123Subdomain(runtime)))
  return errors
}

function validateHostname(spec: PodSpec, path: string): FieldError[] {
  const name = spec.hostnameOverride as string | undefined
  if (name === undefined) return []
  const field = `${path}.hostnameOverride`
  const errors: FieldError[] = []
  if (spec.setHostnameAsFQDN === true) errors.push(forbiddenField(field, 'may not be specified when setHostnameAsFQDN is true'))
  if (spec.hostNetwork) errors.push(forbiddenField(field, 'may not be specified when hostNetwork is true'))
  if (Buffer.byteLength(name) > LONGEST_HOSTNAME) errors.push(tooLong(field, LONGEST_HOSTNAME))
  return [...errors, ...invalids(field, name, isDns1123Subdomain(name))]
}

/** A variable may be read from a file only of a volume that the Pod makes itself. */
function validateFileVolumes(spec: PodSpec, path: string): FieldError[] {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]))
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container, i) =>
      (container.env ?? []).flatMap((variable, j) => {
        const reference = fieldsOf(fieldsOf(variable.valueFrom)?.fileKeyRef)
        if (!reference) return []
        const name = String(reference.volumeName ?? '')
        const field = `${path}.${list}[${i}].env[${j}].valueFrom.fileKeyRef.volumeName`
        const volume = volumes.get(name)
        if (!volume) return [notFoundField(field, name)]
        return fieldsOf(volume.emptyDir) ? [] : [invalidValue(field, name, 'referenced volume must be of type emptyDir')]
      }),
    ),
  )
}

/** `meta` is given for a Pod itself, not for a template. `path` is `spec` or `spec.template.spec`. */
export function validatePodSpec(spec: PodSpec, path: string, meta?: ObjectMeta): FieldError[] {
  const { known, errors } = validateVolumes(spec.volumes, `${path}.volumes`, meta)
  if (spec.terminationGracePeriodSeconds === undefined) errors.unshift(required(`${path}.terminationGracePeriodSeconds`))
  const podClaims = listOf(spec.resourceClaims)
  const context = {
    volumes: known,
    grace: spec.terminationGracePeriodSeconds,
    restartPolicy: spec.restartPolicy,
    claims: claimNames(podClaims),
    hostUsers: spec.hostUsers !== false,
  }
  errors.push(
    ...validatePodClaims(podClaims, `${path}.resourceClaims`, meta),
    ...validateContainers(spec.containers, `${path}.containers`, context),
    ...validateInitContainers(spec, `${path}.initContainers`, context),
    ...validateEphemeralContainers(spec, `${path}.ephemeralContainers`, context),
    ...validatePodResources(spec, `${path}.resources`, context.claims),
    ...validateHostNetwork(spec, path, meta !== undefined),
    ...validateEnum(spec.restartPolicy, `${path}.restartPolicy`, RESTART_POLICIES),
    ...validateEnum(spec.dnsPolicy, `${path}.dnsPolicy`, DNS_POLICIES),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec as Fields, `${path}.securityContext`),
    ...(spec.shareProcessNamespace === true && spec.hostPID === true
      ? [invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')]
      : []),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateDns(spec, path),
    ...validateGates(spec, path),
    ...validateSpread(listOf(spec.topologySpreadConstraints), `${path}.topologySpreadConstraints`),
    ...validateHostProcess(spec, path),
    ...validateHostUsers(spec, path),
    ...validateHostname(spec, path),
    ...validateNames(spec, path),
  )
  if (spec.preemptionPolicy !== undefined) {
    errors.push(...validateEnum(spec.preemptionPolicy, `${path}.preemptionPolicy`, ['PreemptLowerPriority', 'Never']))
  }
  return [...errors, ...validateOs(spec, path), ...validateFileVolumes(spec, path)]
}
