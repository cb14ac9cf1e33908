// Validation of what is written through the subresource `status`. Upstream: pkg/apis/{apps,core,batch,policy,autoscaling}/validation (Validate…StatusUpdate).
import type { KubeObject, Pod } from '../../api/types'
import type { FieldError } from '../../errors'
import { isIP } from '../../lib/is-ip'
import { isDns1123Subdomain, isLabelKey } from '../../lib/names'
import { quantityOf, quantityValue } from '../../lib/quantity'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { validateIp } from './addresses'
import { forbiddenField, invalids, invalidValue, invalidWithoutValue, nonNegative, notSupported, required, same } from './errors'
import { indexesProblem } from './job-policies'
import { validateQuotaName } from './limits'
import { validateAnnotationChange } from './pod-annotations'
import { validateAmount } from './resources'

function statusOf(object: KubeObject): Fields {
  return fieldsOf(object.status) ?? {}
}

function number(status: Fields, key: string): number {
  return Number(status[key] ?? 0)
}

function notNegative(status: Fields, keys: string[]): FieldError[] {
  return keys.flatMap((key) => nonNegative(`status.${key}`, status[key]))
}

function notAbove(status: Fields, keys: string[], most: string, shown: string): FieldError[] {
  return keys
    .filter((key) => number(status, key) > number(status, most))
    .map((key) => invalidValue(`status.${key}`, number(status, key), `cannot be greater than ${shown}`))
}

function notDecremented(status: Fields, old: Fields, key: string): FieldError[] {
  return old[key] !== undefined && number(status, key) < number(old, key)
    ? [invalidValue(`status.${key}`, number(status, key), 'cannot be decremented')]
    : []
}

export function validateDeploymentStatus(object: KubeObject, before: KubeObject): FieldError[] {
  const [status, old] = [statusOf(object), statusOf(before)]
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas']
  return [
    ...notNegative(status, ['observedGeneration', ...counts, 'collisionCount']),
    ...notAbove(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], 'replicas', 'status.replicas'),
    ...notAbove(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas'),
    ...notDecremented(status, old, 'collisionCount'),
  ]
}

/** Of ReplicaSets and ReplicationControllers. */
export function validateReplicaStatus(object: KubeObject): FieldError[] {
  const status = statusOf(object)
  const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
  return [
    ...notNegative(status, ['replicas', ...parts, 'observedGeneration', 'terminatingReplicas']),
    ...notAbove(status, parts, 'replicas', 'status.replicas'),
    ...notAbove(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas'),
  ]
}

export function validateStatefulSetStatus(object: KubeObject, before: KubeObject): FieldError[] {
  const [status, old] = [statusOf(object), statusOf(before)]
  const parts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']
  return [
    ...notNegative(status, ['replicas', ...parts, 'observedGeneration', 'collisionCount']),
    ...notAbove(status, parts, 'replicas', 'status.replicas'),
    ...notAbove(status, ['availableReplicas'], 'readyReplicas', 'status.readyReplicas'),
    ...notDecremented(status, old, 'collisionCount'),
  ]
}

const DAEMON_COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
]

export function validateDaemonSetStatus(object: KubeObject, before: KubeObject): FieldError[] {
  const [status, old] = [statusOf(object), statusOf(before)]
  return [...notNegative(status, DAEMON_COUNTS), ...notDecremented(status, old, 'collisionCount')]
}

export function validateBudgetStatus(object: KubeObject): FieldError[] {
  return notNegative(statusOf(object), ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'])
}

export function validateAutoscalerStatus(object: KubeObject): FieldError[] {
  return notNegative(statusOf(object), ['currentReplicas', 'desiredReplicas'])
}

/** Where a balancer can be reached; `path` is that of the list. */
function validateIngress(ingress: Fields, path: string): FieldError[] {
  const [ip, name] = [String(ingress.ip ?? ''), String(ingress.hostname ?? '')]
  const errors = ip ? validateIp(ip, `${path}.ip`) : []
  const mode = ingress.ipMode
  if (mode !== undefined && !ip) errors.push(forbiddenField(`${path}.ipMode`, 'may not be specified when `ip` is not set'))
  else if (mode !== undefined && mode !== 'VIP' && mode !== 'Proxy') errors.push(notSupported(`${path}.ipMode`, mode, ['Proxy', 'VIP']))
  if (!name) return errors
  errors.push(...invalids(`${path}.hostname`, name, isDns1123Subdomain(name)))
  return isIP(name) ? [...errors, invalidValue(`${path}.hostname`, name, 'must be a DNS name, not an IP address')] : errors
}

/** Of Services and Ingresses. */
export function validateBalancerStatus(object: KubeObject): FieldError[] {
  const list = listOf(fieldsOf(statusOf(object).loadBalancer)?.ingress)
  const path = 'status.loadBalancer.ingress'
  if (object.kind === 'Service' && list.length && fieldsOf(object.spec)?.type !== 'LoadBalancer') {
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  return list.flatMap((ingress, i) => validateIngress(ingress, `${path}[${i}]`))
}

const RESIZES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
]

function validateClaimResource(name: string, field: string): FieldError[] {
  const errors = invalids(field, name, isLabelKey(name))
  if (errors.length || name.includes('/') || name === 'storage') return errors
  return [notSupported(field, name, ['storage'])]
}

function validateQuantities(list: unknown, path: string): FieldError[] {
  return Object.entries((fieldsOf(list) ?? {}) as Record<string, string>).flatMap(([name, amount]) => {
    const quantity = quantityOf(amount)
    if (quantity.unscaled >= 0n) return []
    return [invalidValue(`${path}[${name}]`, quantityValue(quantity), 'must be a valid resource quantity')]
  })
}

export function validateClaimStatus(object: KubeObject): FieldError[] {
  const status = statusOf(object)
  const errors = validateQuantities(status.capacity, 'status.capacity')
  const states = 'status.allocatedResourceStatuses'
  for (const [name, state] of Object.entries(fieldsOf(status.allocatedResourceStatuses) ?? {})) {
    errors.push(...validateClaimResource(name, states))
    if (!RESIZES.includes(String(state))) errors.push(notSupported(states, name, RESIZES))
  }
  for (const name of Object.keys(fieldsOf(status.allocatedResources) ?? {})) {
    errors.push(...validateClaimResource(name, 'status.allocatedResources'))
  }
  return [...errors, ...validateQuantities(status.allocatedResources, 'status.allocatedResources')]
}

export function validateQuotaStatus(object: KubeObject): FieldError[] {
  const status = statusOf(object)
  return ['hard', 'used'].flatMap((list) =>
    Object.entries((fieldsOf(status[list]) ?? {}) as Record<string, string>).flatMap(([name, amount]) => {
      const field = `status.${list}[${name}]`
      return [...validateQuotaName(name, field), ...validateAmount(name, amount, field)]
    }),
  )
}

export function validateAttachmentStatus(object: KubeObject): FieldError[] {
  const status = statusOf(object)
  return ['attachError', 'detachError'].flatMap((key) => {
    const code = fieldsOf(status[key])?.errorCode
    if (typeof code !== 'number' || code >= 0) return []
    return [invalidValue(`status.${key}.errorCode`, code, 'must be between 0 and 2147483647, inclusive')]
  })
}

// ---------------------------------------------------------------- pods

/** Conditions that are named as they were before names had rules. */
const OWN_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']

export function validatePodStatus(pod: Pod, old: Pod): FieldError[] {
  const [status, before] = [statusOf(pod), statusOf(old)]
  const errors = validateAnnotationChange(pod, old)
  for (const [i, { type, observedGeneration }] of listOf(status.conditions).entries()) {
    const field = `status.conditions[${i}]`
    if (Number(observedGeneration) < 0) {
      errors.push(invalidValue(`${field}.observedGeneration`, observedGeneration, 'must be a non-negative integer'))
    }
    const name = String(type ?? '')
    if (!OWN_CONDITIONS.includes(name)) errors.push(...invalids(`${field}.Type`, name, isLabelKey(name)))
  }
  const nominated = String(status.nominatedNodeName ?? '')
  if (nominated && nominated !== before.nominatedNodeName) {
    errors.push(...invalids('status.nominatedNodeName', nominated, isDns1123Subdomain(nominated)))
    if (old.spec.nodeName)
      errors.push(forbiddenField('status.nominatedNodeName', 'may not be set on pods that are already bound to a node'))
  }
  if (number(status, 'observedGeneration') < 0) {
    errors.push(invalidValue('status.observedGeneration', status.observedGeneration, 'must be a non-negative integer'))
  }
  if (!same(status.qosClass, before.qosClass)) errors.push(invalidValue('status.qosClass', status.qosClass ?? '', 'field is immutable'))
  for (const list of ['podIPs', 'hostIPs']) {
    for (const [i, { ip }] of listOf(status[list]).entries()) errors.push(...validateIp(String(ip ?? ''), `status.${list}[${i}]`))
  }
  return errors
}

// ---------------------------------------------------------------- jobs

function holds(status: Fields, type: string): boolean {
  return listOf(status.conditions).some((condition) => condition.type === type && condition.status === 'True')
}

/** What a Job that says it is finished must say too; only of what this write changes. Upstream: validateJobStatus and its options. */
export function validateJobStatus(job: KubeObject, old: KubeObject): FieldError[] {
  const [status, before, spec] = [statusOf(job), statusOf(old), fieldsOf(job.spec) ?? {}]
  const changed = (...keys: string[]) => keys.some((key) => !same(status[key], before[key]))
  const turned = (...types: string[]) => types.some((type) => holds(status, type) !== holds(before, type))
  const [complete, failed] = [holds(status, 'Complete'), holds(status, 'Failed')]
  const finished = complete || failed
  const ended = turned('Complete', 'Failed')
  const errors = notNegative(status, ['active', 'succeeded', 'failed', 'ready', 'terminating'])
  const add = (isWrong: boolean, error: () => FieldError) => {
    if (isWrong) errors.push(error())
  }
  const conditions = (why: string) => () => invalidWithoutValue('status.conditions', why)
  const value = (key: string, why: string) => () => invalidValue(`status.${key}`, status[key], why)
  const { completionTime, startTime } = status as Record<string, string | undefined>
  const timed = turned('Complete') || changed('completionTime')
  add(ended && complete && failed, conditions('cannot set Complete=True and Failed=true conditions'))
  add(
    turned('Complete', 'FailureTarget') && complete && holds(status, 'FailureTarget'),
    conditions('cannot set Complete=True and FailureTarget=true conditions'),
  )
  add(timed && !!completionTime && !complete, value('completionTime', 'cannot set completionTime when there is no Complete=True condition'))
  add(timed && !completionTime && complete, () => required('status.completionTime', 'completionTime is required for Complete jobs'))
  add(
    changed('startTime', 'completionTime') && !!startTime && !!completionTime && Date.parse(completionTime) < Date.parse(startTime),
    value('completionTime', 'must be equal to or after `startTime`'),
  )
  add(
    (turned('Failed') || changed('failedIndexes')) && failed && !holds(status, 'FailureTarget'),
    conditions('cannot set Failed=True condition without the FailureTarget=true condition'),
  )
  add(
    turned('Complete', 'SuccessCriteriaMet') && complete && !holds(status, 'SuccessCriteriaMet'),
    conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
  )
  add((ended || changed('active')) && number(status, 'active') > 0 && finished, value('active', 'active>0 is invalid for finished job'))
  const idle = spec.suspend === true && spec.completions === 0
  add((ended || changed('startTime')) && !idle && !startTime && finished, () =>
    required('status.startTime', 'startTime is required for finished job'),
  )
  errors.push(...validateIndexes(status, before, spec))
  add(
    (ended || changed('terminating')) && number(status, 'terminating') > 0 && finished,
    value('terminating', 'terminating>0 is invalid for finished job'),
  )
  add(
    changed('ready', 'active') && number(status, 'ready') > number(status, 'active'),
    value('ready', 'cannot set more ready pods than active'),
  )
  return [...errors, ...validateTransition(status, before, spec)]
}

function validateIndexes(status: Fields, before: Fields, spec: Fields): FieldError[] {
  const errors: FieldError[] = []
  const many = spec.completions as number | undefined
  const { completedIndexes = '', failedIndexes } = status as Record<string, string | undefined>
  const [newCompleted, newFailed] = ['completedIndexes', 'failedIndexes'].map((key) => !same(status[key], before[key]))
  const parse = (key: string, text: string) => {
    const problem = many === undefined ? undefined : indexesProblem(text, many)
    if (problem) errors.push(invalidValue(`status.${key}`, text, `error parsing ${key}: ${problem}`))
  }
  if (newCompleted) parse('completedIndexes', completedIndexes)
  if (newFailed && spec.backoffLimitPerIndex !== undefined && failedIndexes !== undefined) parse('failedIndexes', failedIndexes)
  if (newCompleted && completedIndexes && spec.completionMode !== 'Indexed') {
    const why = 'cannot set non-empty completedIndexes when non-indexed completion mode'
    errors.push(invalidValue('status.completedIndexes', completedIndexes, why))
  }
  if (newFailed && failedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
    errors.push(invalidValue('status.failedIndexes', failedIndexes, why))
  }
  return errors
}

/** What was counted stays counted, and what is over stays over. Upstream: ValidateJobStatusUpdate. */
function validateTransition(status: Fields, before: Fields, spec: Fields): FieldError[] {
  const errors = ['Failed', 'Complete', 'FailureTarget']
    .filter((type) => holds(before, type) && !holds(status, type))
    .map((type) => invalidWithoutValue('status.conditions', `cannot disable the terminal ${type}=True condition`))
  const isElastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism
  for (const key of isElastic ? ['failed'] : ['failed', 'succeeded']) {
    if (number(status, key) >= number(before, key)) continue
    errors.push(invalidValue(`status.${key}`, number(status, key), `cannot decrease the ${key} counter`))
  }
  const [ended, began] = [status.completionTime, status.startTime]
  if (ended && before.completionTime && ended !== before.completionTime) {
    errors.push(invalidValue('status.completionTime', ended, 'field is immutable'))
  }
  if (before.startTime && began !== before.startTime && spec.suspend !== true) {
    errors.push(invalidValue('status.startTime', began ?? null, 'field is immutable for unsuspended job once set'))
  }
  return errors
}
