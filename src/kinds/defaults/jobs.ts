// Defaults and preparation of Jobs and CronJobs. Upstream: pkg/apis/batch/v1/defaults.go, pkg/registry/batch/job/strategy.go.
import type { KubeObject } from '../../api/types'
import { childOf, type Fields, fieldsOf, fill, listOf } from './fields'
import { defaultPodTemplate } from './pod-spec'

const UNLIMITED = 2 ** 31 - 1

function has(spec: Fields, key: string): boolean {
  return spec[key] !== undefined && spec[key] !== null
}

export function defaultJob(job: KubeObject): void {
  const spec = childOf(job, 'spec')
  if (!has(spec, 'completions') && !has(spec, 'parallelism')) fill(spec, { completions: 1 })
  fill(spec, {
    parallelism: 1,
    backoffLimit: has(spec, 'backoffLimitPerIndex') ? UNLIMITED : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: fieldsOf(spec.podFailurePolicy) ? 'Failed' : 'TerminatingOrFailed',
  })
  // The very same labels, as upstream: a Job without labels of its own shows those that its Pods get later, too.
  const labels = fieldsOf(fieldsOf(fieldsOf(spec.template)?.metadata)?.labels)
  if (labels && !Object.keys(job.metadata.labels ?? {}).length) job.metadata.labels = labels as Record<string, string>
  for (const rule of listOf(fieldsOf(spec.podFailurePolicy)?.rules)) {
    for (const pattern of listOf(rule.onPodConditions)) if (!pattern.status) pattern.status = 'True'
  }
  defaultPodTemplate(spec.template)
}

export function defaultCronJob(cron: KubeObject): void {
  const spec = childOf(cron, 'spec')
  fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
  defaultPodTemplate(fieldsOf(fieldsOf(spec.jobTemplate)?.spec)?.template)
}

/** What the Pods of a Job are known by, under the old names and the new. */
export function jobLabels({ metadata: { name, uid } }: KubeObject): Record<string, string> {
  return {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  }
}

/** Gives the Job's Pods labels of their own and the Job the selector that finds them; labels that are there already are left to validation. */
export function prepareJob(job: KubeObject): void {
  const spec = job.spec as Fields
  job.status = {}
  if (spec.manualSelector === true) return
  const template = childOf(spec, 'template')
  const metadata = childOf(template, 'metadata')
  const labels = { ...fieldsOf(metadata.labels) } as Record<string, string>
  fill(labels, jobLabels(job))
  if (metadata.labels !== undefined && job.metadata.labels === metadata.labels) job.metadata.labels = labels
  metadata.labels = labels
  const selector = fieldsOf(spec.selector) ?? {}
  const own = { ...fieldsOf(selector.matchLabels) }
  fill(own, { 'batch.kubernetes.io/controller-uid': job.metadata.uid })
  spec.selector = { ...selector, matchLabels: own }
}
