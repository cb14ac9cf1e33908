// The metrics of a HorizontalPodAutoscaler: current and target values, in the table and in describe.
// Follows formatHPAMetrics of pkg/printers/internalversion and describeHorizontalPodAutoscalerV2 of kubectl's pkg/describe.
import type { HorizontalPodAutoscaler, MetricSpec } from '../../api/workloads'
import type { DescribeWriter } from './writer'

interface MetricValue {
  averageUtilization?: number
  averageValue?: string
  value?: string
}
interface MetricStatus {
  resource?: { current?: MetricValue }
  containerResource?: { current?: MetricValue }
  pods?: { current?: MetricValue }
  object?: { current?: MetricValue }
  external?: { current?: MetricValue }
}

const UNKNOWN = '<unknown>'

function statusAt(autoscaler: HorizontalPodAutoscaler, index: number): MetricStatus | undefined {
  return (autoscaler.status?.currentMetrics as MetricStatus[] | null | undefined)?.[index]
}

/** A quantity that upstream holds by value: `0` when the field is absent. */
function quantity(value: string | undefined): string {
  return value === undefined ? '0' : String(value)
}

function percent(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : `${value}%`
}

/** The TARGETS cell: `cpu: 12%/80%, memory: <unknown>/1Gi + 1 more...`. */
export function targetsText(autoscaler: HorizontalPodAutoscaler): string {
  const specs = autoscaler.spec.metrics ?? []
  if (specs.length === 0) return '<none>'
  const texts = specs.map((spec, index) => targetText(spec, statusAt(autoscaler, index)))
  const shown = texts.slice(0, 2).join(', ')
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown
}

function targetText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return valueText(spec.external?.target, status?.external?.current)
    case 'Object':
      return valueText(spec.object?.target, status?.object?.current)
    case 'Pods':
      return `${status?.pods ? quantity(status.pods.current?.averageValue) : UNKNOWN}/${quantity(spec.pods?.target.averageValue)}`
    case 'Resource':
      return resourceText(spec.resource, status?.resource)
    case 'ContainerResource':
      return resourceText(spec.containerResource, status?.containerResource)
    default:
      return '<unknown type>'
  }
}

function valueText(target: MetricValue | undefined, current: MetricValue | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`
  return `${current ? quantity(current.value) : UNKNOWN}/${quantity(target?.value)}`
}

function resourceText(spec: { name: string; target: MetricValue } | undefined, status: { current?: MetricValue } | undefined): string {
  const { name = '', target = {} } = spec ?? {}
  if (target.averageValue !== undefined) {
    return `${name}: ${status ? quantity(status.current?.averageValue) : UNKNOWN}/${target.averageValue}`
  }
  return `${name}: ${percent(status?.current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, '<auto>')}`
}

/** The lines under `Metrics:`. */
export function describeMetrics(w: DescribeWriter, autoscaler: HorizontalPodAutoscaler): void {
  for (const [index, spec] of (autoscaler.spec.metrics ?? []).entries()) describeMetric(w, spec, statusAt(autoscaler, index))
}

function describeMetric(w: DescribeWriter, spec: MetricSpec, status: MetricStatus | undefined): void {
  switch (spec.type) {
    case 'External': {
      const { metric, target } = spec.external!
      const current = status?.external?.current
      if (target.averageValue !== undefined) {
        w.write(1, `"${metric.name}" (target average value):\t${current?.averageValue ?? UNKNOWN} / ${target.averageValue}\n`)
      } else {
        w.write(1, `"${metric.name}" (target value):\t${current ? quantity(current.value) : UNKNOWN} / ${quantity(target.value)}\n`)
      }
      return
    }
    case 'Pods': {
      const { metric, target } = spec.pods!
      const current = status?.pods ? quantity(status.pods.current?.averageValue) : UNKNOWN
      w.write(1, `"${metric.name}" on pods:\t${current} / ${quantity(target.averageValue)}\n`)
      return
    }
    case 'Object': {
      const { metric, target, describedObject } = spec.object!
      const average = target.type === 'AverageValue'
      const field = average ? 'averageValue' : 'value'
      const current = status?.object ? quantity(status.object.current?.[field]) : UNKNOWN
      const subject = `"${metric.name}" on ${describedObject.kind}/${describedObject.name}`
      w.write(1, `${subject} (target ${average ? 'average ' : ''}value):\t${current} / ${quantity(target[field])}\n`)
      return
    }
    case 'Resource':
      describeResource(w, `resource ${spec.resource!.name} on pods`, spec.resource!.target, status?.resource)
      return
    case 'ContainerResource': {
      const { name, container, target } = spec.containerResource!
      describeResource(w, `resource ${name} of container "${container}" on pods`, target, status?.containerResource)
      return
    }
    default:
      w.write(1, `<unknown metric type "${spec.type}">\n`)
  }
}

function describeResource(w: DescribeWriter, subject: string, target: MetricValue, status: { current?: MetricValue } | undefined): void {
  if (target.averageValue !== undefined) {
    w.write(1, `${subject}:\t${status ? quantity(status.current?.averageValue) : UNKNOWN} / ${target.averageValue}\n`)
    return
  }
  const { averageUtilization, averageValue } = status?.current ?? {}
  const current = averageUtilization === undefined ? UNKNOWN : `${averageUtilization}% (${quantity(averageValue)})`
  // Upstream indents this second half again, which is where its two spaces come from.
  w.write(1, `${subject}  (as a percentage of request):\t${current} / ${percent(target.averageUtilization, '<auto>')}\n`)
}
