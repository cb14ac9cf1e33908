// The indexes of an Indexed Job as text (`0-2,5`) and as sets. Follows pkg/controller/job/indexed_job_utils.go.
import type { Pod, PodTemplateSpec } from '../api/types'
import type { Job } from '../api/workloads'
import { isPodTerminal } from './shared/pods'

export const INDEX_KEY = 'batch.kubernetes.io/job-completion-index'
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count'

export function isIndexed(job: Job): boolean {
  return job.spec.completionMode === 'Indexed'
}

/** -1 when the pod has none. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[INDEX_KEY]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1
}

export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const found = new Set<number>()
  for (const part of text ? text.split(',') : []) {
    const [first, last = first] = part.split('-').map(Number)
    for (let i = first; i <= Math.min(last, completions - 1); i++) found.add(i)
  }
  return found
}

/** Runs of two are written `1,2`, of three and more `1-3`. */
export function formatIndexes(indexes: Set<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length; ) {
    let j = i
    while (j + 1 < sorted.length && sorted[j + 1] === sorted[j] + 1) j++
    if (j === i) parts.push(String(sorted[i]))
    else parts.push(j === i + 1 ? `${sorted[i]},${sorted[j]}` : `${sorted[i]}-${sorted[j]}`)
    i = j + 1
  }
  return parts.join(',')
}

/** The lowest indexes that have neither succeeded, nor failed for good, nor a pod. */
export function pendingIndexes(job: Job, count: number, taken: Set<number>): number[] {
  const found: number[] = []
  for (let i = 0; i < (job.spec.completions ?? 0) && found.length < count; i++) if (!taken.has(i)) found.push(i)
  return found
}

/** Active pods beyond the first of each index. */
export function duplicates(active: Pod[]): Pod[] {
  const seen = new Set<number>()
  return active.filter((pod) => {
    const index = indexOf(pod)
    if (isPodTerminal(pod) || (index >= 0 && !seen.has(index))) {
      seen.add(index)
      return false
    }
    return true
  })
}

/** Annotation, label, hostname and environment of the pod for one index. */
export function indexedTemplate(
  job: Job,
  template: PodTemplateSpec,
  index: number,
  failures: { counted: number; ignored: number } | undefined,
): PodTemplateSpec {
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX_KEY}']` } } }
  const withIndex = <T extends { env?: { name: string }[] }>(c: T): T =>
    c.env?.some((e) => e.name === env.name) ? c : { ...c, env: [...(c.env ?? []), env] }
  const { metadata = {}, spec } = template
  const annotations: Record<string, string> = { ...metadata.annotations, [INDEX_KEY]: String(index) }
  if (failures) {
    annotations[INDEX_FAILURES] = String(failures.counted)
    if (failures.ignored) annotations[INDEX_IGNORED_FAILURES] = String(failures.ignored)
  }
  return {
    ...template,
    metadata: { ...metadata, annotations, labels: { ...metadata.labels, [INDEX_KEY]: String(index) } },
    spec: {
      ...spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: spec.containers.map(withIndex),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(withIndex) }),
    },
  }
}

/** successPolicy: the message of the first rule that is met. */
export function matchSuccessPolicy(job: Job, succeeded: Set<number>): string | undefined {
  const rules = job.spec.successPolicy?.rules ?? []
  for (const [i, { succeededIndexes, succeededCount }] of rules.entries()) {
    const wanted = succeededIndexes ? parseIndexes(succeededIndexes, job.spec.completions ?? 0) : undefined
    const counted = wanted ? [...wanted].filter((index) => succeeded.has(index)).length : succeeded.size
    const needed = succeededCount ?? wanted?.size ?? 0
    if (needed > 0 && counted >= needed) return `Matched rules at index ${i}`
  }
  return undefined
}
