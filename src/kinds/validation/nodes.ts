// Validation of nodes, and of what they hold and how they run: leases and runtime classes. Upstream: pkg/apis/{core,coordination,node}/validation.
import type { KubeObject, LabelSelector, Toleration } from '../../api/types'
import type { FieldError } from '../../errors'
import { jsonSyntaxError } from '../../lib/go-json-error'
import { isDns1123Label, isLabelValue } from '../../lib/names'
import { internalForm } from '../../schema/internal'
import { fieldsOf, listOf } from '../defaults/fields'
import { networkOf, validateCidr } from './addresses'
import { duplicate, forbiddenField, IMMUTABLE, invalids, invalidValue, notSupported, required, same } from './errors'
import { validateLabelKey, validateLabels } from './object-meta'
import { validateAmount, validateContainerResourceName } from './resources'
import { TAINT_EFFECTS, validateTolerations } from './scheduling'

/** Upstream looks for the taints in the metadata, and says so. */
function validateTaints(node: KubeObject, path: string): FieldError[] {
  const taints = listOf(fieldsOf(node.spec)?.taints)
  return taints.flatMap((taint, i) => {
    const here = `${path}[${i}]`
    const [key, value, effect] = [String(taint.key ?? ''), String(taint.value ?? ''), String(taint.effect ?? '')]
    const errors = validateLabelKey(key, `${here}.key`)
    const complaints = isLabelValue(value)
    if (complaints.length) errors.push(invalidValue(`${here}.value`, value, complaints.join(';')))
    if (!effect) errors.push(required(`${here}.effect`))
    else if (!TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${here}.effect`, effect, TAINT_EFFECTS))
    if (taints.slice(0, i).some((other) => other.key === taint.key && other.effect === taint.effect)) {
      const shown = JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null })
      errors.push({ type: 'Duplicate', field: here, message: `Duplicate value: ${shown}: taints must be unique by key and effect pair` })
    }
    return errors
  })
}

const AVOID = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

const TAINTS = 'scheduler.alpha.kubernetes.io/taints'

function validateAnnotatedTaints({ metadata }: KubeObject): FieldError[] {
  const text = metadata.annotations?.[TAINTS]
  const wrong = text ? jsonSyntaxError(text) : undefined
  if (wrong) return [invalidValue('metadata.annotations', TAINTS, wrong.message)]
  const taints: unknown = text ? JSON.parse(text) : []
  return Array.isArray(taints) ? validateTaints({ spec: { taints } } as unknown as KubeObject, `metadata.annotations.${TAINTS}`) : []
}

function validateAvoidedPods({ metadata }: KubeObject): FieldError[] {
  const wrong = jsonSyntaxError(metadata.annotations?.[AVOID] || 'null')
  return wrong ? [invalidValue('metadata.annotations.AvoidPods', AVOID, wrong.message)] : []
}

function validateNodeResources(node: KubeObject): FieldError[] {
  return ['capacity', 'allocatable'].flatMap((list) => {
    const amounts = (fieldsOf(fieldsOf(node.status)?.[list]) ?? {}) as Record<string, string>
    return Object.keys(amounts)
      .sort()
      .flatMap((name) => validateAmount(name, amounts[name], `status.${list}.${name}`))
  })
}

export function validateNodeStatus(node: KubeObject): FieldError[] {
  const seen = new Set<string>()
  const again = listOf(fieldsOf(node.status)?.addresses).flatMap((address, i) => {
    const content = JSON.stringify([address.type, address.address])
    if (seen.has(content)) return [duplicate(`status.addresses[${i}]`, { Type: address.type ?? '', Address: address.address ?? '' })]
    seen.add(content)
    return []
  })
  return [...validateNodeResources(node), ...again]
}

export function validateNode(node: KubeObject): FieldError[] {
  const ranges = (fieldsOf(node.spec)?.podCIDRs ?? []) as string[]
  const errors = [...validateAnnotatedTaints(node), ...validateAvoidedPods(node), ...validateTaints(node, 'metadata.taints')]
  errors.push(...validateNodeResources(node))
  errors.push(...ranges.flatMap((range, i) => validateCidr(range, `spec.podCIDRs[${i}]`)))
  const families = new Set(ranges.map((range) => networkOf(range)?.bits.length))
  if (ranges.length > 1 && families.size < ranges.length) {
    errors.push(invalidValue('spec.podCIDRs', ranges, 'may specify no more than one CIDR for each IP family'))
  }
  return errors
}

export function validateNodeUpdate(node: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(node.spec) ?? {}, fieldsOf(old.spec) ?? {}]
  const errors: FieldError[] = []
  const ranges = (before.podCIDRs ?? []) as string[]
  if (ranges.length && !same(spec.podCIDRs, ranges)) {
    errors.push(forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  }
  if (before.providerID && spec.providerID !== before.providerID) {
    errors.push(invalidValue('spec.providerID', null, `field cannot be ${spec.providerID ? 'modified' : 'cleared'} once set`))
  }
  if (spec.externalID !== before.externalID) errors.push(forbiddenField('spec.externalID', 'may not be updated'))
  return errors
}

export function validateLease(lease: KubeObject): FieldError[] {
  const spec = fieldsOf(lease.spec) ?? {}
  const errors: FieldError[] = []
  const seconds = spec.leaseDurationSeconds as number | undefined
  if (seconds !== undefined && seconds <= 0) errors.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  const transitions = spec.leaseTransitions as number | undefined
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  }
  return errors
}

export function validateRuntimeClass(object: KubeObject): FieldError[] {
  const handler = String(object.handler ?? '')
  // A rule declared with the field, which counts bytes.
  const complaints = isDns1123Label(handler).map((why) => why.replace('63 characters', '63 bytes'))
  const errors = handler ? invalids('handler', handler, complaints) : [required('handler')]
  const overhead = fieldsOf(fieldsOf(object.overhead)?.podFixed) ?? {}
  for (const name of Object.keys(overhead).sort()) {
    const field = `overhead.limits[${name}]`
    errors.push(...validateContainerResourceName(name, field), ...validateAmount(name, overhead[name] as string, field))
  }
  const scheduling = fieldsOf(object.scheduling)
  if (!scheduling) return errors
  const tolerations = scheduling.tolerations as Toleration[] | undefined
  return [
    ...errors,
    ...validateLabels(scheduling.nodeSelector as LabelSelector['matchLabels'], 'scheduling.nodeSelector'),
    ...validateTolerations(tolerations, 'scheduling.tolerations'),
    ...validateOnce(tolerations ?? [], 'scheduling.tolerations'),
  ]
}

/** No toleration twice, however long it lasts. */
function validateOnce(tolerations: Toleration[], path: string): FieldError[] {
  const seen = new Set<string>()
  return tolerations.flatMap((toleration, i) => {
    const { key, operator, value, effect } = toleration
    const content = JSON.stringify([key ?? '', operator ?? '', value ?? '', effect ?? ''])
    if (seen.has(content)) return [duplicate(`${path}[${i}]`, internalForm('Toleration', toleration))]
    seen.add(content)
    return []
  })
}

export function validateRuntimeClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return object.handler === old.handler ? [] : [invalidValue('handler', null, IMMUTABLE)]
}
