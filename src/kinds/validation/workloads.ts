// Validation of the kinds that keep Pods running. Upstream: pkg/apis/apps/validation/validation.go, pkg/apis/core/validation (ReplicationController).
import type { KubeObject, LabelSelector, PodTemplateSpec, StringMap, Volume } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label } from '../../lib/names'
import { isEmptySelector, matchesLabels, matchesSelector } from '../../lib/selectors'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, IMMUTABLE, immutable, invalids, invalidValue, nonNegative, notSupported, podCount, required, same } from './errors'
import { isZero, validateAmountOrPercent, validateNotMoreThanAll } from './int-or-percent'
import { validateAnnotations, validateLabels, validateSelector } from './object-meta'
import { validatePodAnnotations } from './pod-annotations'
import { validatePodSpec } from './pod-spec'
import { nameWarnings, templateWarnings } from './pod-warnings'
import { validateClaimSpec } from './storage'

const MISMATCH = '`selector` does not match template `labels`'

function specOf(object: KubeObject): Fields {
  return fieldsOf(object.spec) ?? {}
}

function templateOf(spec: Fields): PodTemplateSpec {
  const template = fieldsOf(spec.template)
  return { metadata: fieldsOf(template?.metadata) ?? {}, spec: fieldsOf(template?.spec) ?? {} } as unknown as PodTemplateSpec
}

/** A Pod template wherever it stands. */
export function validatePodTemplate(template: PodTemplateSpec, path: string): FieldError[] {
  const errors = [
    ...validateLabels(template.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${path}.annotations`),
    ...validatePodAnnotations(template.metadata?.annotations, template.spec, `${path}.annotations`),
    ...validatePodSpec(template.spec, `${path}.spec`),
  ]
  if (template.spec.ephemeralContainers?.length) {
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'))
  }
  return errors
}

/** Pods of these kinds always run, without a deadline. */
function validateAlways(template: PodTemplateSpec, path: string, kind: string): FieldError[] {
  const errors: FieldError[] = []
  const policy = template.spec.restartPolicy
  if (policy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, policy ?? '', ['Always']))
  if (template.spec.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`))
  }
  return errors
}

function validateRequiredSelector(spec: Fields, kind: string): FieldError[] {
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  if (!selector) return [required('spec.selector')]
  const errors = validateSelector(selector, 'spec.selector')
  if (isEmptySelector(selector)) errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`))
  return errors
}

function isBroken(selector: LabelSelector | undefined): boolean {
  return validateSelector(selector, 's').length > 0
}

function validateMatch(spec: Fields, path: string): FieldError[] {
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  const labels = templateOf(spec).metadata?.labels
  if (selector && isEmptySelector(selector)) return []
  return matchesSelector(selector, labels) ? [] : [invalidValue(`${path}.metadata.labels`, labels ?? null, MISMATCH)]
}

function validateReplicaSetTemplate(spec: Fields): FieldError[] {
  if (isBroken(fieldsOf(spec.selector) as LabelSelector | undefined)) {
    return [invalidValue('spec.selector', spec.selector, 'invalid label selector')]
  }
  const template = templateOf(spec)
  return [
    ...validateMatch(spec, 'spec.template'),
    ...validatePodTemplate(template, 'spec.template'),
    ...validateAlways(template, 'spec.template', 'ReplicaSet'),
  ]
}

export function validateReplicaSet(rs: KubeObject): FieldError[] {
  const spec = specOf(rs)
  return [
    ...podCount('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateRequiredSelector(spec, 'deployment'),
    ...validateReplicaSetTemplate(spec),
  ]
}

export function validateReplicationController(rc: KubeObject): FieldError[] {
  const spec = specOf(rc)
  const selector = fieldsOf(spec.selector) as StringMap | undefined
  const errors = Object.keys(selector ?? {}).length ? [] : [required('spec.selector')]
  // What is declared with the fields is asked last.
  const declared = [...podCount('spec.replicas', spec.replicas), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds)]
  if (!fieldsOf(spec.template)) return [...errors, required('spec.template'), ...declared]
  const template = templateOf(spec)
  if (selector && !matchesLabels(selector, template.metadata?.labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', template.metadata?.labels ?? null, MISMATCH))
  }
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...validateAlways(template, 'spec.template', 'ReplicationController'),
    ...declared,
  ]
}

// ---------------------------------------------------------------- deployments

/** The parts of a rolling update as the API server's own types print: by the names of Go's fields. */
function surging(rolling: Fields | undefined): Fields | null {
  return rolling ? { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 } : null
}

function partitioned(rolling: Fields | undefined): Fields | null {
  return rolling ? { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null } : null
}

function validateStrategy(strategy: Fields): FieldError[] {
  const field = 'spec.strategy'
  const rolling = fieldsOf(strategy.rollingUpdate)
  if (strategy.type === 'Recreate') {
    if (!rolling) return []
    return [forbiddenField(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
  }
  if (strategy.type !== 'RollingUpdate') {
    const shown = { Type: strategy.type ?? '', RollingUpdate: surging(rolling) }
    return [notSupported(field, shown, ['Recreate', 'RollingUpdate'])]
  }
  if (!rolling) return [required(`${field}.rollingUpdate`, 'this should be defaulted and never be nil')]
  const here = `${field}.rollingUpdate`
  const errors = [
    ...validateAmountOrPercent(rolling.maxUnavailable, `${here}.maxUnavailable`),
    ...validateAmountOrPercent(rolling.maxSurge, `${here}.maxSurge`),
  ]
  if (isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
    errors.push(invalidValue(`${here}.maxUnavailable`, rolling.maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'))
  }
  return [...errors, ...validateNotMoreThanAll(rolling.maxUnavailable, `${here}.maxUnavailable`)]
}

export function validateDeployment(deployment: KubeObject): FieldError[] {
  const spec = specOf(deployment)
  const errors = [
    ...podCount('spec.replicas', spec.replicas),
    ...validateRequiredSelector(spec, 'deployment'),
    ...validateReplicaSetTemplate(spec),
    ...validateStrategy(fieldsOf(spec.strategy) ?? {}),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
  ]
  const deadline = spec.progressDeadlineSeconds
  if (typeof deadline === 'number' && deadline <= Number(spec.minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
  return errors
}

/** The selector is what the Pods are known by: it stays. */
export function validateSelectorUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return immutable('spec.selector', specOf(object).selector, specOf(old).selector)
}

// ---------------------------------------------------------------- daemon sets

function validateDaemonStrategy(strategy: Fields): FieldError[] {
  const field = 'spec.updateStrategy'
  const rolling = fieldsOf(strategy.rollingUpdate)
  if (strategy.type === 'OnDelete') return []
  if (strategy.type !== 'RollingUpdate') {
    return [notSupported(field, { Type: strategy.type ?? '', RollingUpdate: surging(rolling) }, ['RollingUpdate', 'OnDelete'])]
  }
  if (!rolling) return [required(`${field}.rollingUpdate`)]
  const here = `${field}.rollingUpdate`
  const { maxUnavailable, maxSurge } = rolling
  const errors = [
    ...validateAmountOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...validateAmountOrPercent(maxSurge, `${here}.maxSurge`),
    ...validateNotMoreThanAll(maxUnavailable, `${here}.maxUnavailable`),
    ...validateNotMoreThanAll(maxSurge, `${here}.maxSurge`),
  ]
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    errors.push(invalidValue(`${here}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  }
  if (isZero(maxUnavailable) && isZero(maxSurge)) errors.push(required(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  return errors
}

/** Its selector is asked first of a change. */
export function validateDaemonSet(set: KubeObject, old?: KubeObject): FieldError[] {
  const spec = specOf(set)
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  const template = templateOf(spec)
  const errors = [...(old ? validateSelectorUpdate(set, old) : []), ...validateSelector(selector, 'spec.selector')]
  if (!isBroken(selector) && !matchesSelector(selector, template.metadata?.labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', template.metadata?.labels ?? null, MISMATCH))
  }
  if (selector && isEmptySelector(selector)) errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for daemonset'))
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...validateAlways(template, 'spec.template', 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateDaemonStrategy(fieldsOf(spec.updateStrategy) ?? {}),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ]
}

// ---------------------------------------------------------------- stateful sets

function validateStatefulStrategy(strategy: Fields): FieldError[] {
  const field = 'spec.updateStrategy'
  const rolling = fieldsOf(strategy.rollingUpdate)
  if (!strategy.type) return [required(field)]
  if (strategy.type === 'OnDelete') {
    if (!rolling) return []
    return [invalidValue(`${field}.rollingUpdate`, partitioned(rolling), "only allowed for updateStrategy 'RollingUpdate'")]
  }
  if (strategy.type !== 'RollingUpdate') {
    return [invalidValue(field, { Type: strategy.type, RollingUpdate: partitioned(rolling) }, "must be 'RollingUpdate' or 'OnDelete'")]
  }
  const errors = nonNegative(`${field}.rollingUpdate.partition`, rolling?.partition)
  if (rolling?.maxUnavailable === undefined) return errors
  const here = `${field}.rollingUpdate.maxUnavailable`
  errors.push(...validateAmountOrPercent(rolling.maxUnavailable, here))
  if (isZero(rolling.maxUnavailable)) errors.push(invalidValue(here, rolling.maxUnavailable, 'cannot be 0'))
  return [...errors, ...validateNotMoreThanAll(rolling.maxUnavailable, here)]
}

/** The template with the volumes that the claims become. */
function withClaims(template: PodTemplateSpec, claims: Fields[]): PodTemplateSpec {
  const volumes = claims.flatMap((claim): Volume[] => {
    const name = String(fieldsOf(claim.metadata)?.name ?? '')
    return template.spec.volumes?.some((v) => v.name === name) ? [] : [{ name, persistentVolumeClaim: { claimName: name } } as Volume]
  })
  return volumes.length ? { ...template, spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...volumes] } } : template
}

/** A name of a Service and claims that were taken once are taken again. */
export function validateStatefulSet(set: KubeObject, old?: KubeObject): FieldError[] {
  const spec = specOf(set)
  const errors: FieldError[] = []
  const management = spec.podManagementPolicy
  if (!management) errors.push(required('spec.podManagementPolicy'))
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"))
  }
  errors.push(...validateStatefulStrategy(fieldsOf(spec.updateStrategy) ?? {}))
  const retention = fieldsOf(spec.persistentVolumeClaimRetentionPolicy) ?? {}
  for (const key of ['whenDeleted', 'whenScaled']) {
    const value = retention[key]
    if (value !== undefined && value !== 'Retain' && value !== 'Delete') {
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${key}`, value, ['Retain', 'Delete']))
    }
  }
  const claims = listOf(spec.volumeClaimTemplates)
  const service = String(spec.serviceName ?? '')
  errors.push(
    ...(old ? [] : claims).flatMap((claim, i) => validateClaimSpec(fieldsOf(claim.spec) ?? {}, `spec.volumeClaimTemplates[${i}].spec`)),
    ...podCount('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', fieldsOf(spec.ordinals)?.start),
    ...(old || !service ? [] : invalids('spec.serviceName', service, isDns1123Label(service))),
    ...validateRequiredSelector(spec, 'statefulset'),
  )
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  if (isBroken(selector)) errors.push(invalidValue('spec.selector', selector, ''))
  else {
    errors.push(...validateMatch(spec, 'spec.template'))
    errors.push(...validatePodTemplate(withClaims(templateOf(spec), claims), 'spec.template'))
  }
  return [...errors, ...validateAlways(templateOf(spec), 'spec.template', 'StatefulSet')]
}

/** In the order of the type's fields. */
const STATEFUL_IMMUTABLE = ['selector', 'volumeClaimTemplates', 'serviceName', 'podManagementPolicy']

export function validateStatefulSetUpdate(set: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [specOf(set), specOf(old)]
  return STATEFUL_IMMUTABLE.flatMap((key) => {
    if (same(spec[key], before[key])) return []
    const shown =
      key === 'volumeClaimTemplates' ? listOf(spec[key]).map((claim) => internalForm('PersistentVolumeClaim', claim)) : spec[key]
    return [invalidValue(`spec.${key}`, shown, IMMUTABLE)]
  })
}

// ---------------------------------------------------------------- warnings

export function workloadWarnings(object: KubeObject): string[] {
  return templateWarnings(specOf(object).template, 'spec.template')
}

export function statefulSetWarnings(set: KubeObject): string[] {
  const warning = 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'
  return [...workloadWarnings(set), ...(Number(specOf(set).revisionHistoryLimit) < 0 ? [warning] : [])]
}

/** Of the kinds whose Pods are named after them. */
export function namedWorkloadWarnings(object: KubeObject, old?: KubeObject): string[] {
  return [...nameWarnings(object.metadata.name, old), ...workloadWarnings(object)]
}
