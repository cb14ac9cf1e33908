// Validation of Pods and of changes to them. Upstream: pkg/apis/core/validation/validation.go (ValidatePodCreate, ValidatePodUpdate).
import type { Container, Pod, PodSpec, Toleration } from '../../api/types'
import type { FieldError } from '../../errors'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, invalidValue, required, same } from './errors'
import { goDiff } from './go-diff'
import { validateAnnotationChange, validatePodAnnotations, validateProfilesMatch } from './pod-annotations'
import { validatePodSpec } from './pod-spec'

function validateImages(containers: Container[] | undefined, path: string): FieldError[] {
  return (containers ?? []).flatMap((container, i) => {
    const image = container.image ?? ''
    return image === image.trim() ? [] : [invalidValue(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace')]
  })
}

/** What holds for every Pod, new or changed. */
export function validatePod(pod: Pod): FieldError[] {
  const { spec } = pod
  const errors = [
    ...validatePodAnnotations(pod.metadata.annotations, spec, 'metadata.annotations'),
    ...validatePodSpec(spec, 'spec', pod.metadata),
  ]
  if (!spec.serviceAccountName) {
    for (const [i, volume] of (spec.volumes ?? []).entries()) {
      const sources = listOf((volume.projected as { sources?: unknown } | undefined)?.sources)
      for (const [j, source] of sources.entries()) {
        if (!source.serviceAccountToken) continue
        const field = `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`
        errors.push(forbiddenField(field, 'must not be specified when serviceAccountName is not set'))
      }
    }
  }
  errors.push(...validateImages(spec.containers, 'spec.containers'), ...validateImages(spec.initContainers, 'spec.initContainers'))
  return errors
}

/** What holds for a Pod only at its creation. */
export function validatePodCreate(pod: Pod): FieldError[] {
  const { spec } = pod
  const errors: FieldError[] = []
  if (spec.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'))
  if (spec.nodeName && listOf(spec.schedulingGates).length) {
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  }
  return [...errors, ...validateProfilesMatch(pod)]
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

function validateDeadline(spec: PodSpec, old: PodSpec): FieldError[] {
  const field = 'spec.activeDeadlineSeconds'
  const [now, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds]
  if (now === undefined) {
    return before === undefined ? [] : [invalidValue(field, null, 'must not update from a positive integer to nil value')]
  }
  if (now < 0 || now > 2147483647) return [invalidValue(field, now, 'must be between 0 and 2147483647, inclusive')]
  return before !== undefined && before < now ? [invalidValue(field, now, 'must be less than or equal to previous value')] : []
}

function validateTolerationChange(now: Toleration[] = [], before: Toleration[] = []): FieldError[] {
  const bare = ({ tolerationSeconds: _, ...rest }: Toleration) => rest
  const lost = before.some((old) => !now.some((t) => same(bare(t), bare(old))))
  return lost ? [forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')] : []
}

function validateGateChange(spec: PodSpec, old: PodSpec): FieldError[] {
  const before = listOf(old.schedulingGates).map((g) => g.name)
  return listOf(spec.schedulingGates).flatMap((gate, i) => {
    if (before.includes(gate.name)) return []
    return [forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`)]
  })
}

const NODE_TERMS = 'requiredDuringSchedulingIgnoredDuringExecution'

function termsOf(spec: PodSpec): { affinity: Fields | undefined; terms: Fields[] | undefined } {
  const affinity = fieldsOf(fieldsOf(spec.affinity)?.nodeAffinity)
  const hard = fieldsOf(affinity?.[NODE_TERMS])
  return { affinity, terms: hard && listOf(hard.nodeSelectorTerms) }
}

/** Where a Pod that is still gated may run may be narrowed. Upstream: validateNodeSelectorMutation, validateNodeAffinityMutation. */
function validateNarrowing(spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = []
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value)
  if (!kept) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    errors.push(invalidValue('spec.nodeSelector', spec.nodeSelector ?? null, why))
  }
  const [now, before] = [termsOf(spec), termsOf(old)]
  if (!before.terms?.length || same(now.affinity, before.affinity)) return errors
  const field = `spec.affinity.nodeAffinity.${NODE_TERMS}.nodeSelectorTerms`
  if (now.terms?.length !== before.terms.length) {
    const shown = now.terms?.map((term) => internalForm('NodeSelectorTerm', term)) ?? null
    return [...errors, invalidValue(field, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  }
  for (const [i, term] of now.terms.entries()) {
    const [selectors, wanted] = [term, before.terms[i]]
    const isNarrowed = ['matchExpressions', 'matchFields'].every((key) =>
      listOf(wanted[key]).every((rule, j) => same(rule, listOf(selectors[key])[j])),
    )
    if (isNarrowed) continue
    const why = 'only additions are allowed (no mutations or deletions)'
    errors.push(invalidValue(`${field}[${i}]`, internalForm('NodeSelectorTerm', term), why))
  }
  return errors
}

/** The new spec with the placement that it had. */
function withPlacement(spec: PodSpec, old: PodSpec): PodSpec {
  const out: PodSpec = { ...spec, nodeSelector: old.nodeSelector }
  const { nodeAffinity: _, ...others } = fieldsOf(spec.affinity) ?? {}
  const before = fieldsOf(fieldsOf(old.affinity)?.nodeAffinity)
  const affinity = { ...others, ...(before ? { nodeAffinity: before } : {}) }
  if (Object.keys(affinity).length) out.affinity = affinity as PodSpec['affinity']
  else delete out.affinity
  return out
}

/** The new spec with everything that may change put back to what it was. */
function munged(spec: PodSpec, old: PodSpec): PodSpec {
  const images = (now: Container[] | undefined, before: Container[] | undefined) =>
    now?.map((container, i) => ({ ...container, image: before?.[i]?.image ?? container.image }))
  const out: PodSpec = { ...spec, containers: images(spec.containers, old.containers) ?? [] }
  const init = images(spec.initContainers, old.initContainers)
  if (init) out.initContainers = init
  for (const key of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'] as const) {
    if (old[key] === undefined) delete out[key]
    else out[key] = old[key] as never
  }
  const grace = old.terminationGracePeriodSeconds
  if (grace !== undefined && grace < 0 && out.terminationGracePeriodSeconds === 1) out.terminationGracePeriodSeconds = grace
  return listOf(old.schedulingGates).length ? withPlacement(out, old) : out
}

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const [spec, before] = [pod.spec, old.spec]
  const changed = validateAnnotationChange(pod, old)
  for (const key of ['containers', 'initContainers'] as const) {
    if ((spec[key]?.length ?? 0) !== (before[key]?.length ?? 0)) {
      return [...changed, forbiddenField(`spec.${key}`, 'pod updates may not add or remove containers')]
    }
  }
  const errors = (spec.containers ?? []).flatMap((c, i) => (c.image ? [] : [required(`spec.containers[${i}].image`)]))
  errors.unshift(...changed)
  errors.push(...validateDeadline(spec, before))
  errors.push(...validateTolerationChange(spec.tolerations, before.tolerations), ...validateGateChange(spec, before))
  if (listOf(before.schedulingGates).length) errors.push(...validateNarrowing(spec, before))
  const rest = munged(spec, before)
  if (!same(rest, before)) {
    const diff = goDiff('PodSpec', before, rest)
    errors.push(forbiddenField('spec', `pod updates may not change fields other than ${UPDATABLE.join(',')}\n${diff}`))
  }
  return errors
}
