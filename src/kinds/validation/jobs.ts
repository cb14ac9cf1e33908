// Validation of Jobs and CronJobs. Upstream: pkg/apis/batch/validation/validation.go.
import type { KubeObject, LabelSelector, PodTemplateSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label } from '../../lib/names'
import { matchesSelector } from '../../lib/selectors'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { jobLabels } from '../defaults/jobs'
import { cronError } from './cron'
import { IMMUTABLE, immutable, invalidValue, nonNegative, notSupported, podCount, required, same, tooLong } from './errors'
import { validateFailurePolicy, validateSuccessPolicy } from './job-policies'
import { validateDomainPath, validateSelector } from './object-meta'
import { nameWarnings, templateWarnings } from './pod-warnings'
import { validatePodTemplate } from './workloads'

const MAX_CRON_NAME = 52

function templateOf(spec: Fields): PodTemplateSpec {
  const template = fieldsOf(spec.template)
  return { metadata: fieldsOf(template?.metadata) ?? {}, spec: fieldsOf(template?.spec) ?? {} } as unknown as PodTemplateSpec
}

const MANY = 100_000
/** Of Pods at once and of failed indexes, with more completions than MANY. */
const FEWER = 10_000

function validateMany(spec: Fields, path: string): FieldError[] {
  if (Number(spec.completions ?? 0) <= MANY || spec.backoffLimitPerIndex === undefined) return []
  const errors: FieldError[] = []
  if (spec.maxFailedIndexes === undefined) {
    errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`))
  }
  const why = `must be less than or equal to ${FEWER} when completions are above ${MANY} and used with backoff limit per index`
  for (const key of ['parallelism', 'maxFailedIndexes']) {
    if (Number(spec[key] ?? 0) > FEWER) errors.push(invalidValue(`${path}.${key}`, spec[key], why))
  }
  return errors
}

function validateIndexed(spec: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const completions = spec.completions as number | undefined
  const failed = spec.maxFailedIndexes as number | undefined
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
  const parallelism = Number(spec.parallelism ?? 0)
  if (parallelism > MANY) {
    errors.push(invalidValue(`${path}.parallelism`, parallelism, `must be less than or equal to ${MANY} when completion mode is Indexed`))
  }
  if (failed !== undefined && completions !== undefined && failed > completions) {
    errors.push(invalidValue(`${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions'))
  }
  if (failed !== undefined && failed > MANY) {
    errors.push(invalidValue(`${path}.maxFailedIndexes`, failed, `must be less than or equal to ${MANY}`))
  }
  return [...errors, ...validateMany(spec, path)]
}

function validateCompletionMode(spec: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const mode = spec.completionMode
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  }
  if (mode === 'Indexed') errors.push(...validateIndexed(spec, path))
  if (mode === undefined || mode === 'NonIndexed') {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec[key] !== undefined) errors.push(invalidValue(`${path}.${key}`, spec[key], 'requires indexed completion mode'))
    }
  }
  return errors
}

const MAX_MANAGER = 63

function validateManagedBy(spec: Fields, path: string): FieldError[] {
  const by = spec.managedBy
  if (by === undefined) return []
  const errors = validateDomainPath(String(by), `${path}.managedBy`)
  return String(by).length > MAX_MANAGER ? [...errors, tooLong(`${path}.managedBy`, MAX_MANAGER)] : errors
}

function validateReplacement(spec: Fields, path: string): FieldError[] {
  const replacement = spec.podReplacementPolicy
  const allowed = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (replacement === undefined || allowed.includes(String(replacement))) return []
  return [notSupported(`${path}.podReplacementPolicy`, replacement, allowed)]
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
]

/** A Job's spec without its selector: that of a CronJob's template has none yet. */
function validateJobTemplateSpec(spec: Fields, path: string): FieldError[] {
  const errors = COUNTS.flatMap((key) => (key === 'parallelism' ? podCount : nonNegative)(`${path}.${key}`, spec[key]))
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  const template = templateOf(spec)
  errors.push(
    ...validateManagedBy(spec, path),
    ...validateCompletionMode(spec, path),
    ...validateFailurePolicy(spec, `${path}.podFailurePolicy`),
    ...validateSuccessPolicy(spec, `${path}.successPolicy`),
    ...validateReplacement(spec, path),
    ...validatePodTemplate(template, `${path}.template`),
  )
  const field = `${path}.template.spec.restartPolicy`
  const policy = template.spec.restartPolicy
  if (policy === 'Always' || !policy) errors.push(required(field, 'valid values: "OnFailure", "Never"'))
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(field, policy, ['OnFailure', 'Never']))
  else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'))
  }
  return errors
}

/** A selector that is made for the Job holds nothing but what the Job's Pods are labelled with, and nobody else labels them so. */
function validateGeneratedSelector(job: KubeObject, spec: Fields): FieldError[] {
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  if (spec.manualSelector === true || !selector) return []
  const own = jobLabels(job)
  const given = templateOf(spec).metadata?.labels ?? {}
  const errors = Object.entries(own).flatMap(([key, value]) => {
    const field = `spec.template.metadata.labels[${key}]`
    if (given[key] === value) return []
    return [given[key] === undefined ? required(field, `must be '${value}'`) : invalidValue(field, given, `must be '${value}'`)]
  })
  if (validateSelector(selector, '').length || matchesSelector(selector, own)) return errors
  return [...errors, invalidValue('spec.selector', selector, '`selector` not auto-generated')]
}

function validateIndexedName(job: KubeObject, spec: Fields): FieldError[] {
  const completions = Number(spec.completions ?? 0)
  if (spec.completionMode !== 'Indexed' || completions <= 0) return []
  const host = `${job.metadata.name}-${completions - 1}`
  if (!isDns1123Label(host).length) return []
  return [invalidValue('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${host}`)]
}

/** Who changes a Job is not asked again whether its selector was made for it. */
export function validateJob(job: KubeObject, old?: KubeObject): FieldError[] {
  const spec = fieldsOf(job.spec) ?? {}
  const errors = [...(old ? [] : validateGeneratedSelector(job, spec)), ...validateJobTemplateSpec(spec, 'spec')]
  const selector = fieldsOf(spec.selector) as LabelSelector | undefined
  if (!selector) errors.push(required('spec.selector'))
  else errors.push(...validateSelector(selector, 'spec.selector'))
  const labels = templateOf(spec).metadata?.labels
  if (!matchesSelector(selector, labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'))
  }
  return [...errors, ...validateIndexedName(job, spec)]
}

/** A suspended Job that never ran may still change what its Pods ask of a node. */
function freeTemplate(template: unknown): unknown {
  const fields = fieldsOf(template)
  const spec = fieldsOf(fields?.spec)
  const drop = ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates']
  const bare: Fields = Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !drop.includes(key)))
  for (const key of ['containers', 'initContainers']) {
    if (bare[key]) bare[key] = listOf(bare[key]).map(({ resources: _, ...container }) => container)
  }
  return { spec: bare }
}

export function validateJobUpdate(job: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(job.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const errors: FieldError[] = []
  if (spec.completionMode !== 'Indexed') errors.push(...immutable('spec.completions', spec.completions, before.completions))
  else if (spec.completions !== before.completions && spec.completions !== spec.parallelism) {
    errors.push(invalidValue('spec.completions', spec.completions ?? null, 'can only be modified in tandem with spec.parallelism'))
  }
  errors.push(...immutable('spec.selector', spec.selector, before.selector))
  const suspended = before.suspend === true && !fieldsOf(old.status)?.startTime
  const template = fieldsOf(spec.template) ?? {}
  if (suspended) {
    const kept = same(freeTemplate(template), freeTemplate(before.template))
    const shown = () => internalForm('PodSpec', fieldsOf(template.spec) ?? {})
    if (!kept) errors.push(invalidValue('spec.template.spec', shown(), IMMUTABLE))
  } else if (!same(template, before.template)) {
    errors.push(invalidValue('spec.template', internalForm('PodTemplateSpec', template), IMMUTABLE))
  }
  const types: Record<string, string> = { podFailurePolicy: 'PodFailurePolicy', successPolicy: 'SuccessPolicy' }
  for (const key of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    if (same(spec[key], before[key])) continue
    const value = fieldsOf(spec[key])
    errors.push(invalidValue(`spec.${key}`, value ? internalForm(types[key], value) : (spec[key] ?? null), IMMUTABLE))
  }
  return errors
}

// ---------------------------------------------------------------- cron jobs

const AREAS = /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\//
/** Zones are files, whose names are told apart by their case; only small words are written small. */
const SMALL = /(^|[/_-])(?!(?:au|es|of)(?:[_-]|$))[a-z]/

function isZoneName(name: string): boolean {
  let found: string
  try {
    found = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return false
  }
  if (found.toLowerCase() === name.toLowerCase()) return found === name
  return !SMALL.test(name) && (!name.includes('/') || AREAS.test(name)) && !/\/[A-Z]{4,}/.test(name)
}

function validateTimeZone(zone: unknown): FieldError[] {
  if (zone === undefined) return []
  const field = 'spec.timeZone'
  const name = String(zone)
  if (!name) return [invalidValue(field, name, 'timeZone must be nil or non-empty string')]
  const parts = name.split('/')
  if (parts.some((part) => part === '.' || part === '..' || !/^(?!-)[A-Za-z0-9._+-]{1,14}$/.test(part))) {
    return [invalidValue(field, name, `unknown time zone ${name}`)]
  }
  if (name.toLowerCase() === 'local')
    return [invalidValue(field, name, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')]
  return isZoneName(name) ? [] : [invalidValue(field, name, `unknown time zone ${name}`)]
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

export function jobWarnings(job: KubeObject, old?: KubeObject): string[] {
  const spec = fieldsOf(job.spec) ?? {}
  const many = spec.completionMode === 'Indexed' && Number(spec.completions ?? 0) > MANY && Number(spec.parallelism ?? 0) > FEWER
  const untracked =
    'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [...nameWarnings(job.metadata.name, old), ...(many ? [untracked] : []), ...templateWarnings(spec.template, 'spec.template')]
}

export function cronJobWarnings(cron: KubeObject, old?: KubeObject): string[] {
  const template = fieldsOf(fieldsOf(fieldsOf(cron.spec)?.jobTemplate)?.spec)?.template
  return [...nameWarnings(cron.metadata.name, old), ...templateWarnings(template, 'spec.jobTemplate.spec.template')]
}
