// Validation of HorizontalPodAutoscalers and PodDisruptionBudgets. Upstream: pkg/apis/{autoscaling,policy}/validation/validation.go.
import type { KubeObject, LabelSelector } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label } from '../../lib/names'
import { canonicalQuantity, quantityOf } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, invalids, invalidValue, NEGATIVE, notSupported, required } from './errors'
import { validateAmountOrPercent, validateNotMoreThanAll } from './int-or-percent'
import { isPathSegment, validateSelector } from './object-meta'

const METRICS = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const FIELD_OF: Record<string, string> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

function validateReference(reference: Fields, path: string): FieldError[] {
  return ['kind', 'name'].flatMap((key) => {
    const value = String(reference[key] ?? '')
    return value ? invalids(`${path}.${key}`, value, isPathSegment(value)) : [required(`${path}.${key}`)]
  })
}

function positive(value: unknown, field: string): FieldError[] {
  if (value === undefined) return []
  const good = typeof value === 'number' ? value >= 1 : quantityOf(value as string).unscaled > 0n
  if (good) return []
  return [invalidValue(field, value, typeof value === 'number' ? 'must be greater than 0' : 'must be positive')]
}

function validateTarget(target: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const types = ['Utilization', 'Value', 'AverageValue']
  const type = String(target.type ?? '')
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'))
  if (!types.includes(type)) {
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  }
  return [
    ...errors,
    ...positive(target.value, `${path}.value`),
    ...positive(target.averageValue, `${path}.averageValue`),
    ...positive(target.averageUtilization, `${path}.averageUtilization`),
  ]
}

function validateResourceMetric(source: Fields, path: string): FieldError[] {
  const errors = source.name ? [] : [required(`${path}.name`, 'must specify a resource name')]
  const target = fieldsOf(source.target) ?? {}
  errors.push(...validateTarget(target, `${path}.target`))
  if (target.averageUtilization === undefined && target.averageValue === undefined) {
    errors.push(required(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization'))
  }
  if (target.averageUtilization !== undefined && target.averageValue !== undefined) {
    errors.push(forbiddenField(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'))
  }
  return errors
}

/** In the order in which they are looked at. */
const SOURCES = ['Object', 'External', 'Pods', 'Resource', 'ContainerResource']

function validateMetric(metric: Fields, path: string): FieldError[] {
  const type = String(metric.type ?? '')
  const errors = type ? [] : [required(`${path}.type`, 'must specify a metric source type')]
  if (!METRICS.includes(type)) errors.push(notSupported(`${path}.type`, type, METRICS))
  const given = SOURCES.filter((source) => metric[FIELD_OF[source]] !== undefined)
  if (given.length) errors.push(...validateSource(given[0], fieldsOf(metric[FIELD_OF[given[0]]]) ?? {}, `${path}.${FIELD_OF[given[0]]}`))
  if (METRICS.includes(type) && !given.includes(type)) {
    errors.push(required(`${path}.${FIELD_OF[type]}`, 'must populate information for the given metric source'))
  }
  if (given.length === 1) return errors
  const others = given.filter((source) => source !== type)
  return [...errors, ...others.map((source) => forbiddenField(`${path}.${FIELD_OF[source]}`, 'must populate the given metric source only'))]
}

function validateSource(type: string, source: Fields, here: string): FieldError[] {
  const errors: FieldError[] = []
  if (type === 'Resource') return validateResourceMetric(source, here)
  if (type === 'ContainerResource') {
    const [name, ...rest] = validateResourceMetric(source, here)
    const container = String(source.container ?? '')
    const own = container
      ? invalids(`${here}.container`, container, isDns1123Label(container))
      : [required(`${here}.container`, 'must specify a container')]
    // The container stands behind the resource's name.
    return name?.field === `${here}.name` ? [name, ...own, ...rest] : [...own, ...(name ? [name] : []), ...rest]
  }
  if (type === 'Object') errors.push(...validateReference(fieldsOf(source.describedObject) ?? {}, `${here}.describedObject`))
  const identifier = fieldsOf(source.metric) ?? {}
  if (!identifier.name) errors.push(required(`${here}.metric.name`, 'must specify a metric name'))
  else errors.push(...invalids(`${here}.metric.name`, identifier.name, isPathSegment(String(identifier.name))))
  const target = fieldsOf(source.target) ?? {}
  errors.push(...validateTarget(target, `${here}.target`))
  if (type === 'Pods' && target.averageValue === undefined) {
    errors.push(required(`${here}.target.averageValue`, 'must specify a positive target averageValue'))
  }
  if (type !== 'Pods' && target.value === undefined && target.averageValue === undefined) {
    const values = type === 'Object' ? 'a target value or averageValue' : 'a target value for metric or a per-pod target'
    errors.push(required(`${here}.target.averageValue`, `must set either ${values}`))
  }
  if (type === 'External' && target.value !== undefined && target.averageValue !== undefined) {
    errors.push(forbiddenField(`${here}.target.value`, 'may not set both a target value for metric and a per-pod target'))
  }
  return errors
}

function validateScaling(rules: Fields | undefined, path: string): FieldError[] {
  if (!rules) return []
  const errors: FieldError[] = []
  const window = rules.stabilizationWindowSeconds as number | undefined
  if (window !== undefined && window < 0) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'))
  }
  if (window !== undefined && window > 3600) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600'))
  }
  const select = rules.selectPolicy
  if (select !== undefined && !['Disabled', 'Max', 'Min'].includes(String(select))) {
    errors.push(notSupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min']))
  }
  const policies = listOf(rules.policies)
  if (!policies.length) errors.push(required(`${path}.policies`, 'must specify at least one Policy'))
  for (const [i, policy] of policies.entries()) {
    const here = `${path}.policies[${i}]`
    if (policy.type !== 'Pods' && policy.type !== 'Percent')
      errors.push(notSupported(`${here}.type`, policy.type ?? '', ['Percent', 'Pods']))
    for (const key of ['value', 'periodSeconds']) {
      const value = Number(policy[key] ?? 0)
      if (value <= 0) errors.push(invalidValue(`${here}.${key}`, value, 'must be greater than zero'))
    }
    if (Number(policy.periodSeconds) > 1800) {
      errors.push(invalidValue(`${here}.periodSeconds`, policy.periodSeconds, 'must be less than or equal to 1800'))
    }
  }
  const tolerance = rules.tolerance as string | undefined
  if (tolerance !== undefined && quantityOf(tolerance).unscaled < 0n) {
    errors.push(invalidValue(`${path}.tolerance`, canonicalQuantity(tolerance), NEGATIVE))
  }
  return errors
}

/** The API group in which the target is looked for; only a ReplicationController has none. */
function validateVersion(reference: Fields, field: string, groupless: boolean): FieldError[] {
  const version = String(reference.apiVersion ?? '')
  if (version.split('/').length > 2) return [invalidValue(field, version, `unexpected GroupVersion string: ${version}`)]
  return groupless || version.includes('/') ? [] : [invalidValue(field, version, 'apiVersion must specify API group')]
}

function isUnchangedTarget(reference: Fields, old: KubeObject | undefined): boolean {
  const before = fieldsOf(fieldsOf(old?.spec)?.scaleTargetRef)
  return before !== undefined && before.apiVersion === reference.apiVersion && before.kind === reference.kind
}

export function validateHorizontalPodAutoscaler(hpa: KubeObject, old?: KubeObject): FieldError[] {
  const spec = fieldsOf(hpa.spec) ?? {}
  const errors: FieldError[] = []
  const least = spec.minReplicas as number | undefined
  const most = Number(spec.maxReplicas ?? 0)
  if (least !== undefined && most < least) {
    errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'))
  }
  const reference = fieldsOf(spec.scaleTargetRef) ?? {}
  errors.push(...validateReference(reference, 'spec.scaleTargetRef'))
  if (!isUnchangedTarget(reference, old)) {
    const groupless = reference.kind === 'ReplicationController'
    errors.push(...validateVersion(reference, 'spec.scaleTargetRef.apiVersion', groupless))
  }
  const metrics = listOf(spec.metrics)
  for (const [i, metric] of metrics.entries()) errors.push(...validateMetric(metric, `spec.metrics[${i}]`))
  if (least === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const must = 'must specify at least one Object or External metric to support scaling to zero replicas'
    errors.push(forbiddenField('spec.metrics', must))
  }
  const behavior = fieldsOf(spec.behavior)
  errors.push(
    ...validateScaling(fieldsOf(behavior?.scaleUp), 'spec.behavior.scaleUp'),
    ...validateScaling(fieldsOf(behavior?.scaleDown), 'spec.behavior.scaleDown'),
  )
  // What is declared with the fields is asked last.
  if (least !== undefined && least < 0) errors.push(invalidValue('spec.minReplicas', least, NEGATIVE))
  if (most === 0) errors.push(required('spec.maxReplicas'))
  if (most < 0) errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than or equal to 1'))
  return errors
}

export function validatePodDisruptionBudget(budget: KubeObject): FieldError[] {
  const spec = fieldsOf(budget.spec) ?? {}
  const errors: FieldError[] = []
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: spec.minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: spec.maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    }
    errors.push(invalidValue('spec', shown, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const key of ['minAvailable', 'maxUnavailable']) {
    if (spec[key] === undefined) continue
    errors.push(...validateAmountOrPercent(spec[key], `spec.${key}`), ...validateNotMoreThanAll(spec[key], `spec.${key}`))
  }
  errors.push(...validateSelector(fieldsOf(spec.selector) as LabelSelector | undefined, 'spec.selector'))
  const policy = spec.unhealthyPodEvictionPolicy
  if (policy !== undefined && policy !== 'IfHealthyBudget' && policy !== 'AlwaysAllow') {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']))
  }
  return errors
}
