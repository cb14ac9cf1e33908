// Kinds served in more than one version: between the version that is stored and the one that was asked for.
// Upstream: pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go.
import type { KubeObject, StringMap } from '../api/types'
import { normalize } from './decode'

type Fields = Record<string, unknown>

interface Conversion {
  /** `apiVersion/Kind` that clients may use. */
  served: string
  /** The apiVersion that is stored. */
  stored: string
  toStored(object: KubeObject): KubeObject
  fromStored(object: KubeObject): KubeObject
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : []
}

/** Without the fields that have no value. */
function compact(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

// ---------------------------------------------------------------- autoscaling/v1

const PREFIX = 'autoscaling.alpha.kubernetes.io/'
const METRICS = `${PREFIX}metrics`
const CURRENT = `${PREFIX}current-metrics`
const CONDITIONS = `${PREFIX}conditions`
const BEHAVIOR = `${PREFIX}behavior`

function isCpuUtilization(metric: Fields, value: string): boolean {
  const resource = fieldsOf(metric.resource)
  return metric.type === 'Resource' && resource?.name === 'cpu' && fieldsOf(resource[value])?.averageUtilization !== undefined
}

/** A metric in the form the annotation carries: targets are fields of the source. */
function toAlphaMetric(metric: Fields): Fields {
  const flat = (source: Fields | undefined, make: (target: Fields, name: unknown) => Fields) =>
    source && compact({ ...make(fieldsOf(source.target) ?? {}, fieldsOf(source.metric)?.name) })
  return compact({
    type: metric.type,
    resource: flat(fieldsOf(metric.resource), (t) => ({
      name: fieldsOf(metric.resource)?.name,
      targetAverageUtilization: t.averageUtilization,
      targetAverageValue: t.averageValue,
    })),
    containerResource: flat(fieldsOf(metric.containerResource), (t) => ({
      name: fieldsOf(metric.containerResource)?.name,
      targetAverageUtilization: t.averageUtilization,
      targetAverageValue: t.averageValue,
      container: fieldsOf(metric.containerResource)?.container,
    })),
    pods: flat(fieldsOf(metric.pods), (t, name) => ({ metricName: name, targetAverageValue: t.averageValue })),
    object: flat(fieldsOf(metric.object), (t, name) => ({
      target: fieldsOf(metric.object)?.describedObject,
      metricName: name,
      targetValue: t.value ?? '0',
      averageValue: t.averageValue,
    })),
    external: flat(fieldsOf(metric.external), (t, name) => ({
      metricName: name,
      targetValue: t.value,
      targetAverageValue: t.averageValue,
    })),
  })
}

function target(source: Fields): Fields {
  if (source.targetAverageUtilization !== undefined) return { type: 'Utilization', averageUtilization: source.targetAverageUtilization }
  const average = source.targetAverageValue ?? source.averageValue
  if (average !== undefined) return { type: 'AverageValue', averageValue: average }
  return { type: 'Value', value: source.targetValue }
}

function fromAlphaMetric(metric: Fields): Fields {
  const out: Fields = { type: metric.type }
  const [resource, container] = [fieldsOf(metric.resource), fieldsOf(metric.containerResource)]
  if (resource) out.resource = { name: resource.name, target: target(resource) }
  if (container) out.containerResource = { name: container.name, container: container.container, target: target(container) }
  for (const key of ['pods', 'external']) {
    const source = fieldsOf(metric[key])
    if (source) out[key] = { metric: { name: source.metricName }, target: target(source) }
  }
  const object = fieldsOf(metric.object)
  if (object) out.object = { describedObject: object.target, metric: { name: object.metricName }, target: target(object) }
  return out
}

/** In the order of Go's struct. */
function toAlphaCondition({ type, status, lastTransitionTime, reason, message }: Fields): Fields {
  return compact({ type, status, lastTransitionTime, reason, message })
}

const RULE_FIELDS = ['StabilizationWindowSeconds', 'SelectPolicy', 'Policies', 'Tolerance']

/** The annotation carries the API server's own type, whose fields have Go's names. */
function toAlphaBehavior(behavior: Fields): Fields {
  const rules = (given: Fields | undefined) =>
    given === undefined
      ? null
      : Object.fromEntries(
          RULE_FIELDS.map((name) => {
            const value = given[name[0].toLowerCase() + name.slice(1)]
            if (name !== 'Policies') return [name, value ?? null]
            return [name, listOf(value).map((p) => ({ Type: p.type, Value: p.value, PeriodSeconds: p.periodSeconds }))]
          }),
        )
  return { ScaleUp: rules(fieldsOf(behavior.scaleUp)), ScaleDown: rules(fieldsOf(behavior.scaleDown)) }
}

function fromAlphaBehavior(behavior: Fields | undefined): Fields | undefined {
  const lower = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(lower)
    const fields = fieldsOf(value)
    if (!fields) return value
    const known = Object.entries(fields).filter(([, v]) => v !== null)
    return Object.fromEntries(known.map(([key, v]) => [key[0].toLowerCase() + key.slice(1), lower(v)]))
  }
  return behavior && (lower(behavior) as Fields)
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function hpaToStored(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = fieldsOf(object.spec) ?? {}
  const annotations: StringMap = { ...object.metadata.annotations }
  const others = listOf(parse(annotations[METRICS])).map(fromAlphaMetric)
  const behavior = fromAlphaBehavior(fieldsOf(parse(annotations[BEHAVIOR])))
  for (const key of [METRICS, CURRENT, CONDITIONS, BEHAVIOR]) delete annotations[key]
  const own =
    cpu === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }]
  const metrics = [...own, ...others]
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...object.metadata, annotations: Object.keys(annotations).length ? annotations : undefined },
    spec: { ...spec, ...(metrics.length ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
    status: compact({ ...fieldsOf(object.status), currentCPUUtilizationPercentage: undefined }),
  } as KubeObject
}

function hpaFromStored(object: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = fieldsOf(object.spec) ?? {}
  const { currentMetrics, conditions, ...status } = fieldsOf(object.status) ?? {}
  const annotations: StringMap = { ...object.metadata.annotations }
  const cpu = listOf(metrics).find((metric) => isCpuUtilization(metric, 'target'))
  const others = listOf(metrics).filter((metric) => metric !== cpu)
  if (others.length) annotations[METRICS] = JSON.stringify(others.map(toAlphaMetric))
  if (listOf(conditions).length) annotations[CONDITIONS] = JSON.stringify(listOf(conditions).map(toAlphaCondition))
  if (behavior) annotations[BEHAVIOR] = JSON.stringify(toAlphaBehavior(fieldsOf(behavior) ?? {}))
  const current = listOf(currentMetrics).find((metric) => isCpuUtilization(metric, 'current'))
  const percentage = (metric: Fields | undefined, key: string) => fieldsOf(fieldsOf(metric?.resource)?.[key])?.averageUtilization
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, annotations: Object.keys(annotations).length ? annotations : undefined },
    spec: compact({ ...spec, targetCPUUtilizationPercentage: percentage(cpu, 'target') }),
    status: compact({ ...status, currentCPUUtilizationPercentage: percentage(current, 'current') }),
  } as KubeObject
}

// ---------------------------------------------------------------- events.k8s.io/v1

const EVENT_FIELDS: [string, string][] = [
  ['note', 'message'],
  ['regarding', 'involvedObject'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]

function renameFields(object: KubeObject, apiVersion: string, pairs: [string, string][]): KubeObject {
  const out: KubeObject = { ...object, apiVersion }
  for (const [from] of pairs) delete out[from]
  for (const [from, to] of pairs) if (object[from] !== undefined) out[to] = object[from]
  return out
}

const CONVERSIONS: Conversion[] = [
  {
    served: 'autoscaling/v1/HorizontalPodAutoscaler',
    stored: 'autoscaling/v2',
    toStored: hpaToStored,
    fromStored: hpaFromStored,
  },
  {
    served: 'events.k8s.io/v1/Event',
    stored: 'v1',
    toStored: (object) => renameFields(object, 'v1', EVENT_FIELDS),
    fromStored: (object) =>
      renameFields(
        object,
        'events.k8s.io/v1',
        EVENT_FIELDS.map(([to, from]) => [from, to]),
      ),
  },
]

/** A decoded object in the version that is stored; itself when it is that already. */
export function toStored(object: KubeObject): KubeObject {
  const key = `${object.apiVersion}/${object.kind}`
  const conversion = CONVERSIONS.find((c) => c.served === key)
  return conversion ? normalize(conversion.toStored(object)) : object
}

/** A stored object as another version shows it. Versions without a conversion of their own (custom resources) differ in name only. */
export function fromStored(object: KubeObject, apiVersion: string, kind: string): KubeObject {
  if (object.apiVersion === apiVersion && object.kind === kind) return object
  const conversion = CONVERSIONS.find((c) => c.served === `${apiVersion}/${kind}` && c.stored === object.apiVersion)
  return conversion ? normalize(conversion.fromStored(object)) : { ...object, apiVersion, kind }
}
