// kubectl expose: a Service in front of a Pod, Service, controller or what a file describes. Upstream: kubectl/pkg/cmd/expose/expose.go.
import type { Deployment, KubeObject, Pod, PodSpec, ReplicaSet, ReplicationController, Service, StringMap } from '../api/types'
import { decodeObject } from '../apiserver/decode'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { typedObject } from '../cli/generate'
import { overridden } from '../cli/overrides'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import { CommandError, combine } from '../errors'
import { goList } from '../kinds/describe/go-text'

interface Source {
  /** Container ports in order. */
  ports: { port: number; protocol: string }[]
  selector(): StringMap
}

const EXPOSABLE = new Set(['ReplicationController', 'Service', 'Pod', 'Deployment', 'ReplicaSet'])

function portsOf(spec: PodSpec): Source['ports'] {
  return (spec.containers ?? []).flatMap((c) => (c.ports ?? []).map((p) => ({ port: p.containerPort, protocol: p.protocol ?? 'TCP' })))
}

function unselectable(why: string): CommandError {
  return new CommandError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`)
}

function workloadSelector(object: Deployment | ReplicaSet): StringMap {
  const { selector } = object.spec
  const kind = object.kind.toLowerCase()
  if (Object.keys(selector?.matchLabels ?? {}).length === 0) {
    throw unselectable(`invalid ${kind}: no selectors, therefore cannot be exposed`)
  }
  if (selector.matchExpressions?.length) {
    const texts = selector.matchExpressions.map(({ key, operator, values }) => `{Key:${key} Operator:${operator} Values:${goList(values)}}`)
    throw unselectable(`couldn't convert expressions - "[${texts.join(' ')}]" to map-based selector format`)
  }
  return selector.matchLabels ?? {}
}

function sourceOf(object: KubeObject): Source {
  switch (object.kind) {
    case 'ReplicationController': {
      const { spec } = object as ReplicationController
      return { ports: portsOf(spec.template.spec), selector: () => spec.selector }
    }
    case 'Pod': {
      const pod = object as Pod
      return {
        ports: portsOf(pod.spec),
        selector: () => {
          if (!Object.keys(pod.metadata.labels ?? {}).length) throw unselectable('the pod has no labels and cannot be exposed')
          return pod.metadata.labels as StringMap
        },
      }
    }
    case 'Service': {
      const { spec } = object as Service
      return {
        ports: (spec.ports ?? []).map((p) => ({ port: p.port, protocol: p.protocol ?? 'TCP' })),
        selector: () => {
          if (!Object.keys(spec.selector ?? {}).length) throw unselectable('the service has no pod selector set')
          return spec.selector as StringMap
        },
      }
    }
    default: {
      const workload = object as Deployment
      return { ports: portsOf(workload.spec.template.spec), selector: () => workloadSelector(workload) }
    }
  }
}

/** `a=b,c=d` as a map. Throws CommandError. */
function parseMap(text: string, what: string): StringMap {
  const map: StringMap = {}
  for (const part of text.split(',')) {
    const equals = part.indexOf('=')
    if (equals < 0 || part.indexOf('=', equals + 1) >= 0) throw new CommandError(`unexpected ${what} spec: ${part}`)
    if (equals === 0) throw new CommandError(`unexpected empty ${what} key`)
    map[part.slice(0, equals)] = part.slice(equals + 1)
  }
  return map
}

/** A port number or the name of a port. */
function intOrString(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text
}

interface PortSpec {
  name?: string
  port: number
  protocol: string
  targetPort: number | string
}

/** What upstream finds out about the first object and then takes for given by flag: it holds for the later ones too. */
interface Carried {
  selector?: StringMap
  labels?: StringMap
  port: string
  /** Several ports of one object, joined; they go before `port`. */
  ports: string
}

/** The ports to serve, joined by commas: those of the flag, else of the object. */
function portList(source: Source, headless: boolean, carried: Carried): string {
  if (carried.port === '') {
    const own = [...new Set(source.ports.map(({ port }) => String(port)))]
    if (own.length === 0 && !headless) throw new CommandError("couldn't find port via --port flag or introspection")
    if (own.length === 1) carried.port = own[0]
    if (own.length > 1) carried.ports = own.join(',')
  }
  return carried.ports || carried.port
}

function servicePorts(context: CommandContext, source: Source, headless: boolean, carried: Carried): PortSpec[] {
  const { flags } = context
  const given = portList(source, headless, carried)
  const specs: { port: number; protocols: string[] }[] = []
  for (const text of given === '' ? [] : given.split(',')) {
    if (!/^[+-]?\d+$/.test(text)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
    const protocols = source.ports.filter(({ port }) => String(port) === text).map((port) => port.protocol)
    specs.push({ port: Number(text), protocols: [...new Set(protocols)] })
  }
  const protocol = flags.string('protocol')
  const many = specs.length > 1
  const ports = specs.flatMap(({ port, protocols }, i) => {
    const wanted = protocol ? [protocol] : protocols.length ? protocols : ['TCP']
    return wanted.map((p) => {
      const base = many ? `port-${i + 1}` : wanted.length > 1 ? `port-${i + 1}` : undefined
      const name = base && wanted.length > 1 ? `${base}-${p.toLowerCase()}` : base
      return { ...(name ? { name } : {}), port, protocol: p, targetPort: port as number | string }
    })
  })
  const target = flags.string('target-port')
  for (const p of ports) if (target) p.targetPort = intOrString(target)
  return ports
}

function serviceFor(context: CommandContext, { object }: Selected, name: string, carried: Carried): KubeObject {
  const { flags } = context
  const source = sourceOf(object)
  const headless = flags.string('cluster-ip') === 'None'
  carried.selector ??= source.selector()
  const { selector } = carried
  const ports = servicePorts(context, source, headless, carried)
  if (Object.keys(carried.labels ?? {}).length === 0) carried.labels = object.metadata.labels
  const { labels } = carried
  const affinity = flags.string('session-affinity')
  if (affinity && affinity !== 'None' && affinity !== 'ClientIP') throw new CommandError(`unknown session affinity: ${affinity}`)
  const type = flags.string('type')
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      ...(context.namespaceGiven ? { namespace: context.namespace } : {}),
      ...(labels ? { labels } : {}),
    } as KubeObject['metadata'],
    spec: {
      ...(ports.length ? { ports } : {}),
      selector,
      ...(type ? { type } : {}),
      ...(flags.string('external-ip') ? { externalIPs: [flags.string('external-ip')] } : {}),
      ...(affinity ? { sessionAffinity: affinity } : {}),
      ...(type === 'LoadBalancer' && flags.string('load-balancer-ip') ? { loadBalancerIP: flags.string('load-balancer-ip') } : {}),
      ...(flags.string('cluster-ip') ? { clusterIP: flags.string('cluster-ip') } : {}),
    },
    status: { loadBalancer: {} },
  }
}

async function expose(context: CommandContext): Promise<void> {
  const { flags } = context
  const dryRun = dryRunOf(context)
  const print = resultPrinter(context, dryRun, true)
  const documents = await documentsOf(context)
  const lines: string[] = []
  const carried: Carried = {
    selector: flags.string('selector') ? parseMap(flags.string('selector'), 'label') : undefined,
    labels: flags.string('labels') ? parseMap(flags.string('labels'), 'label') : undefined,
    port: flags.string('port'),
    ports: '',
  }
  const failures = context.cluster[dryRun === 'client' ? 'read' : 'write']((cluster) => {
    const { server } = cluster
    const selection = select(context, cluster, documents, { local: documents !== undefined, placed: true, noSelector: true })
    for (const selected of selection.objects) {
      try {
        if (!EXPOSABLE.has(selected.object.kind)) throw new CommandError(`cannot expose a ${kindText(selected)}`)
        const name = flags.string('name') || selected.object.metadata.name.slice(0, 63)
        const generated = recorded(context, overridden(context, serviceFor(context, selected, name, carried)))
        const service = typedObject(generated, flags.bool('save-config') && dryRun !== 'client')
        if (dryRun === 'client') {
          lines.push(print(service, 'exposed'))
          continue
        }
        const info = server.resourceOf(service)
        service.metadata.namespace ??= context.namespace
        const made = server.create(decodeObject(server, info, service as unknown as Record<string, unknown>), {
          manager: flags.string('field-manager'),
          dryRun: dryRun === 'server',
        })
        lines.push(print(made, 'exposed'))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        selection.failures.push(error)
      }
    }
    return selection.failures
  })
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

/** `{apps StatefulSet}` prints as Go prints a GroupKind: `StatefulSet.apps`. */
function kindText({ info }: Selected): string {
  return info.group ? `${info.kind}.${info.group}` : info.kind
}

export const command: Command = { run: expose }
