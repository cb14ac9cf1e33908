// kubectl autoscale: a HorizontalPodAutoscaler for a workload. Upstream: kubectl/pkg/cmd/autoscale/autoscale.go.
import type { KubeObject } from '../api/types'
import type { MetricSpec, MetricTarget } from '../api/workloads'
import { decodeObject } from '../apiserver/decode'
import { groupVersion } from '../apiserver/discovery'
import type { Command, CommandContext } from '../cli/context'
import { type DryRun, dryRunOf } from '../cli/dry-run'
import { typedObject } from '../cli/generate'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { formatG } from '../lib/go-format'
import { canonicalQuantity, QuantityError } from '../lib/quantity'

/** Units of a number without one. */
const UNITS: Record<string, string> = { cpu: 'm', memory: 'Mi' }

function validate(context: CommandContext): void {
  const { flags } = context
  const max = flags.number('max')
  const min = flags.number('min')
  if (max < 1) throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${max}`)
  if (max < min) throw new CommandError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`)
  if (flags.number('cpu-percent') > 0 && flags.string('cpu')) throw new CommandError('--cpu-percent and --cpu are mutually exclusive')
}

/** `70%` is a utilization, `500m` and `500` are amounts. Throws CommandError. */
function targetOf(text: string, resource: string): MetricTarget {
  const input = text.trim()
  if (input === '') throw new CommandError('empty input')
  if (input.endsWith('%')) {
    const number = input.slice(0, -1)
    const value = /^[+-]?\d+$/.test(number) ? Number(number) : -1
    if (value < 0 || value > 0x7fffffff) throw new CommandError(`invalid percentage value: ${number}`)
    return { type: 'Utilization', averageUtilization: value }
  }
  const bare = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(input)
  try {
    return { type: 'AverageValue', averageValue: canonicalQuantity(bare ? formatG(Number(input)) + UNITS[resource] : input) }
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error
    throw new CommandError(bare ? error.message : `invalid resource ${resource} value: ${input}`)
  }
}

function metricsOf(context: CommandContext): MetricSpec[] {
  const { flags } = context
  const percent = flags.number('cpu-percent')
  const metrics: MetricSpec[] = []
  const add = (name: string, target: MetricTarget) => metrics.push({ type: 'Resource', resource: { name, target } })
  if (percent > 0) add('cpu', { type: 'Utilization', averageUtilization: percent })
  for (const name of ['cpu', 'memory']) if (flags.string(name)) add(name, targetOf(flags.string(name), name))
  return metrics
}

function autoscalerFor(context: CommandContext, { info, object }: Selected, metrics: MetricSpec[]): KubeObject {
  const { flags } = context
  const { name } = object.metadata
  const min = flags.number('min')
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: flags.string('name') || name,
      ...(context.namespaceGiven ? { namespace: context.namespace } : {}),
    } as KubeObject['metadata'],
    spec: {
      scaleTargetRef: { kind: info.kind, name, apiVersion: groupVersion(info) },
      ...(min > 0 ? { minReplicas: min } : {}),
      maxReplicas: flags.number('max'),
      ...(metrics.length > 0 ? { metrics } : {}),
    },
    status: { desiredReplicas: 0, currentMetrics: null },
  }
}

async function autoscale(context: CommandContext): Promise<void> {
  const dryRun = dryRunOf(context)
  validate(context)
  const metrics = metricsOf(context)
  const print = resultPrinter(context, dryRun, true)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const failures = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { objects, failures } = select(context, cluster, documents, { local: true, placed: true })
    for (const selected of objects) {
      try {
        const { info } = selected
        if (!info.subresources.includes('scale')) throw new CommandError(notScalable(selected))
        const autoscaler = recorded(context, autoscalerFor(context, selected, metrics))
        if (dryRun === 'client') lines.push(print(autoscaler, 'created'))
        else lines.push(print(createAutoscaler(context, cluster, autoscaler, dryRun), 'autoscaled'))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.push(error)
      }
    }
    if (!objects.length && !failures.length) throw new CommandError('no objects passed to autoscale')
    return failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function notScalable({ info }: Selected): string {
  const { group, version, plural } = info
  return `cannot autoscale a ${info.kind}: could not find scale subresource for ${group}/${version}, Resource=${plural} in discovery information`
}

/**
 * The server's refusal is what autoscaling/v1 says of the same object, when that version can hold it at all:
 * a utilization of the CPU asked for with --cpu and nothing of memory.
 */
function createAutoscaler(context: CommandContext, cluster: Cluster, autoscaler: KubeObject, dryRun: DryRun): KubeObject {
  const { flags } = context
  const { server } = cluster
  const typed = typedObject(autoscaler, flags.bool('save-config'))
  const wanted = { ...typed, metadata: { ...typed.metadata, namespace: context.namespace } }
  try {
    const object = decodeObject(server, server.resourceOf(autoscaler), wanted as unknown as Record<string, unknown>)
    return server.create(object, { manager: flags.string('field-manager'), dryRun: dryRun === 'server' })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const incompatible = 'failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1'
    let type: string
    try {
      type = targetOf(flags.string('cpu'), 'cpu').type
    } catch (cause) {
      throw new CommandError(`${incompatible}: ${(cause as Error).message}`)
    }
    const fits = !flags.string('memory') && (flags.number('cpu-percent') >= 0 || type === 'Utilization')
    // Upstream wraps an error that is not there.
    throw fits ? error : new CommandError(`${incompatible}: %!w(<nil>)`)
  }
}

export const command: Command = { run: autoscale }
