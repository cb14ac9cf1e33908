// Validation of Jobs and CronJobs. Upstream: pkg/apis/batch/validation/validation.go.
import type { KubeObject, LabelSelector, PodTemplateSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { matchesSelector } from '../../lib/selectors'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { cronError } from './cron'
import { immutable, invalidValue, nonNegative, notSupported, required, same } from './errors'
import { validateSelector } from './object-meta'
import { templateWarnings } from './pod-warnings'
import { validatePodTemplate } from './workloads'

const MAX_CRON_NAME = 52

function templateOf(spec: Fields): PodTemplateSpec {
  const template = fieldsOf(spec.template)
  return { metadata: fieldsOf(template?.metadata) ?? {}, spec: fieldsOf(template?.spec) ?? {} } as unknown as PodTemplateSpec
}

function validateCompletionMode(spec: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const mode = spec.completionMode
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  }
  if (mode === 'Indexed') {
    if (spec.completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
    const parallelism = Number(spec.parallelism ?? 0)
    if (parallelism > 100000) {
      errors.push(invalidValue(`${path}.parallelism`, parallelism, 'must be less than or equal to 100000 when completion mode is Indexed'))
    }
  } else {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec[key] !== undefined) errors.push(invalidValue(`${path}.${key}`, spec[key], 'requires indexed completion mode'))
    }
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  return errors
}

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']

function validateFailurePolicy(spec: Fields, path: string): FieldError[] {
  const policy = fieldsOf(spec.podFailurePolicy)
  if (!policy) return []
  const containers = [...listOf(fieldsOf(templateOf(spec).spec)?.containers), ...listOf(fieldsOf(templateOf(spec).spec)?.initContainers)]
  return listOf(policy.rules).flatMap((rule, i) => {
    const here = `${path}.podFailurePolicy.rules[${i}]`
    const errors: FieldError[] = []
    if (!rule.action) errors.push(required(`${here}.action`, 'valid values: "Count", "FailIndex", "FailJob", "Ignore"'))
    else if (!ACTIONS.includes(String(rule.action))) errors.push(notSupported(`${here}.action`, rule.action, ACTIONS))
    const codes = fieldsOf(rule.onExitCodes)
    const conditions = listOf(rule.onPodConditions)
    if (codes) {
      const operator = codes.operator
      if (operator !== 'In' && operator !== 'NotIn')
        errors.push(notSupported(`${here}.onExitCodes.operator`, operator ?? '', ['In', 'NotIn']))
      const values = (codes.values ?? []) as number[]
      if (!values.length) errors.push(invalidValue(`${here}.onExitCodes.values`, values, 'at least one value is required'))
      for (const [j, value] of values.entries()) {
        const field = `${here}.onExitCodes.values[${j}]`
        if (operator === 'In' && value === 0) errors.push(invalidValue(field, value, 'must not be 0 for the In operator'))
      }
      const name = codes.containerName
      if (name !== undefined && !containers.some((c) => c.name === name)) {
        errors.push(
          invalidValue(
            `${here}.onExitCodes.containerName`,
            name,
            'must be one of the container or initContainer names in the pod template',
          ),
        )
      }
    }
    if (codes && conditions.length) {
      errors.push(invalidValue(here, rule, 'specifying both OnExitCodes and OnPodConditions is not supported'))
    }
    if (!codes && !conditions.length) errors.push(invalidValue(here, rule, 'specifying one of OnExitCodes and OnPodConditions is required'))
    return errors
  })
}

/** A Job's spec without its selector: that of a CronJob's template has none yet. */
function validateJobTemplateSpec(spec: Fields, path: string): FieldError[] {
  const errors = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ].flatMap((key) => nonNegative(`${path}.${key}`, spec[key]))
  errors.push(...validateCompletionMode(spec, path), ...validateFailurePolicy(spec, path))
  const replacement = spec.podReplacementPolicy
  if (replacement !== undefined && replacement !== 'Failed' && replacement !== 'TerminatingOrFailed') {
    errors.push(notSupported(`${path}.podReplacementPolicy`, replacement, ['Failed', 'TerminatingOrFailed']))
  }
  const template = templateOf(spec)
  errors.push(...validatePodTemplate(template, `${path}.template`))
  const field = `${path}.template.spec.restartPolicy`
  const policy = template.spec.restartPolicy
  if (policy === 'Always') errors.push(required(field, 'valid values: "OnFailure", "Never"'))
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(field, policy ?? '', ['OnFailure', 'Never']))
  else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'))
  }
  return errors
}

export function validateJob(job: KubeObject): FieldError[] {
  const spec = fieldsOf(job.spec) ?? {}
  const errors = validateJobTemplateSpec(spec, 'spec')
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  if (!selector) return [...errors, required('spec.selector')]
  errors.push(...validateSelector(selector, 'spec.selector'))
  const labels = templateOf(spec).metadata?.labels
  if (!matchesSelector(selector, labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
  }
  return errors
}

/** A suspended Job that never ran may still change what its Pods ask of a node. */
function freeTemplate(template: unknown): unknown {
  const fields = fieldsOf(template)
  const spec = fieldsOf(fields?.spec)
  const drop = ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates']
  const bare = Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !drop.includes(key)))
  return { spec: bare }
}

export function validateJobUpdate(job: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(job.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const errors: FieldError[] = []
  const elastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism
  if (!elastic) errors.push(...immutable('spec.completions', spec.completions ?? null, before.completions))
  errors.push(...immutable('spec.selector', spec.selector, before.selector))
  const suspended = before.suspend === true && !fieldsOf(old.status)?.startTime
  const kept = suspended ? same(freeTemplate(spec.template), freeTemplate(before.template)) : same(spec.template, before.template)
  if (!kept) errors.push(invalidValue('spec.template', spec.template, 'field is immutable'))
  for (const key of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    errors.push(...immutable(`spec.${key}`, spec[key], before[key]))
  }
  return errors
}

// ---------------------------------------------------------------- cron jobs

function validateTimeZone(zone: unknown): FieldError[] {
  if (zone === undefined) return []
  const field = 'spec.timeZone'
  const name = String(zone)
  if (!name) return [invalidValue(field, name, 'timeZone must be nil or non-empty string')]
  if (!/^[A-Za-z0-9_+/-]{0,255}$/.test(name) || /^[-_+/0-9]/.test(name)) {
    return [invalidValue(field, name, `unknown time zone ${name}`)]
  }
  if (name.toLowerCase() === 'local')
    return [invalidValue(field, name, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')]
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return []
  } catch {
    return [invalidValue(field, name, `unknown time zone ${name}`)]
  }
}

export function validateCronJob(cron: KubeObject): FieldError[] {
  const spec = fieldsOf(cron.spec) ?? {}
  const errors: FieldError[] = []
  const schedule = String(spec.schedule ?? '')
  if (!schedule) errors.push(required('spec.schedule'))
  else {
    const wrong = cronError(schedule)
    if (wrong) errors.push(invalidValue('spec.schedule', schedule, wrong))
    if (/^(CRON_)?TZ=/.test(schedule)) {
      errors.push(invalidValue('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
    }
  }
  errors.push(...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds), ...validateTimeZone(spec.timeZone))
  const policy = spec.concurrencyPolicy
  const policies = ['Allow', 'Forbid', 'Replace']
  if (!policy) errors.push(required('spec.concurrencyPolicy'))
  else if (!policies.includes(String(policy))) errors.push(notSupported('spec.concurrencyPolicy', policy, policies))
  const job = fieldsOf(fieldsOf(spec.jobTemplate)?.spec) ?? {}
  const path = 'spec.jobTemplate.spec'
  errors.push(...validateJobTemplateSpec(job, path))
  if (job.selector !== undefined) errors.push(invalidValue(`${path}.selector`, job.selector, '`selector` will be auto-generated'))
  if (job.manualSelector === true) errors.push(notSupported(`${path}.manualSelector`, job.manualSelector, ['nil', 'false']))
  for (const key of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) errors.push(...nonNegative(`spec.${key}`, spec[key]))
  if (cron.metadata.name.length > MAX_CRON_NAME) {
    errors.push(invalidValue('metadata.name', cron.metadata.name, `must be no more than ${MAX_CRON_NAME} characters`))
  }
  return errors
}

export function jobWarnings(job: KubeObject): string[] {
  const spec = fieldsOf(job.spec) ?? {}
  const warnings: string[] = []
  if (/\./.test(job.metadata.name)) {
    warnings.push(
      'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
    )
  }
  return [...warnings, ...templateWarnings(spec.template, 'spec.template')]
}

export function cronJobWarnings(cron: KubeObject): string[] {
  return templateWarnings(fieldsOf(fieldsOf(fieldsOf(cron.spec)?.jobTemplate)?.spec)?.template, 'spec.jobTemplate.spec.template')
}
