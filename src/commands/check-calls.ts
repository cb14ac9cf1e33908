// Every port of a Service called as its clients do: by name from a Pod, at each endpoint, through its node port from outside.
import type { EndpointSlice, Node, Pod, Service, ServicePort } from '../api/types'
import type { Cluster } from '../cluster'
import { isIPv4 } from '../network/address'
import { lookup } from '../network/dns/resolver'
import type { Origin } from '../network/packet'
import { answerHttp, listenerAt } from '../runtime/containers'
import { portNumber } from '../runtime/probes'
import { strayEndpointCause } from '../trace/path-cause'
import { stranger } from '../trace/stranger'
import { trace } from '../trace/trace'
import type { Cause, Trace } from '../trace/types'
import { OUTSIDE } from './trace'

export interface Call {
  /** `namespace/name` */
  service: string
  /** As in the Service; absent for one without ports, whose name alone is asked for. */
  port?: number
  portName?: string
  protocol?: string
  nodePort?: number
  verdict: 'answers' | 'fails' | 'skipped'
  /** The verdict in a few words. */
  summary: string
  /** Pods that were reached, `namespace/name`. */
  pods: string[]
  /** Status of an HTTP answer. */
  status?: number
  cause?: Cause
}

type Protocol = 'TCP' | 'UDP' | 'SCTP'

const CLIENT = 'kubesim-check'

/** One result a port; what answers may change the cluster as any request does. */
export function callService(cluster: Cluster, service: Service): Call[] {
  if (service.spec.type === 'ExternalName') return [callExternalName(cluster, service)]
  const ports = service.spec.ports ?? []
  if (ports.length === 0) return [callName(cluster, service)]
  return ports.map((port) => new PortCall(cluster, service, port).result())
}

function keyOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`
}

class PortCall {
  private readonly protocol: Protocol
  private readonly headless: boolean

  constructor(
    private readonly cluster: Cluster,
    private readonly service: Service,
    private readonly port: ServicePort,
  ) {
    this.protocol = (port.protocol ?? 'TCP') as Protocol
    this.headless = service.spec.clusterIP === 'None'
  }

  result(): Call {
    const { service, port, protocol } = this
    const call: Call = {
      service: keyOf(service),
      port: port.port,
      ...(port.name ? { portName: port.name } : {}),
      protocol,
      ...(port.nodePort ? { nodePort: port.nodePort } : {}),
      verdict: 'answers',
      summary: '',
      pods: [],
    }
    const endpoints = this.endpoints()
    const outside = endpoints.find((e) => e.pod === undefined)
    const { origin, found } = this.fromInside((from) => this.traced(from, this.name(), this.calledPort(endpoints)))
    if (found.verdict !== 'delivered') {
      if (outside && endpoints.every((e) => e.pod === undefined))
        return { ...call, verdict: 'skipped', summary: `leads to ${outside.ip}:${outside.port}, outside of the cluster` }
      return failed(call, found, '')
    }
    // Chance chose one of them; none may be wrong.
    for (const { ip, port: target, pod } of endpoints) {
      if (!pod) continue
      const direct = this.traced(origin, ip, target)
      if (direct.verdict !== 'delivered') return this.someRefuse(call, endpoints, pod, direct)
    }
    const node = port.nodePort ? this.throughNodes(port.nodePort) : undefined
    if (node) return failed(call, node, `node port ${port.nodePort}: `)
    return this.answered(call, found, endpoints)
  }

  private traced(origin: Origin, host: string, port: number): Trace {
    const { namespace } = this.service.metadata
    return trace(this.cluster.world, { origin, host, port, protocol: this.protocol, fromWord: CLIENT, namespace: namespace! })
  }

  /** A name that every namespace knows. */
  private name(): string {
    return `${this.service.metadata.name}.${this.service.metadata.namespace}`
  }

  /** Headless names lead straight to the Pods, and so to their ports. */
  private calledPort(endpoints: Target[]): number {
    return this.headless ? (endpoints[0]?.port ?? this.port.port) : this.port.port
  }

  /** A Pod nothing selects, from each node where the policy is Local; where policies keep that one out, the Pods there are. */
  private fromInside(call: (origin: Origin) => Trace): { origin: Origin; found: Trace } {
    const { view } = this.cluster
    const [first, ...others] = view.list<Node>('nodes').map((n) => stranger(view, CLIENT, this.service.metadata.namespace!, n))
    const refusal = { origin: { pod: first }, found: call({ pod: first }) }
    const { id } = refusal.found.cause ?? {}
    for (const pod of id === 'local-policy' ? others : id === 'policy' ? this.neighbours() : []) {
      const found = call({ pod })
      if (found.verdict === 'delivered') return { origin: { pod }, found }
    }
    return refusal
  }

  /** One Pod of each kind that has a network of its own, those of the Service's namespace first. */
  private neighbours(): Pod[] {
    const kinds = new Map<string, Pod>()
    for (const pod of this.cluster.view.list<Pod>('pods')) {
      const kind = `${pod.metadata.namespace} ${JSON.stringify(pod.metadata.labels ?? {})}`
      if (pod.status?.podIP && !pod.spec.hostNetwork && !kinds.has(kind)) kinds.set(kind, pod)
    }
    const near = (pod: Pod) => (pod.metadata.namespace === this.service.metadata.namespace ? 0 : 1)
    return [...kinds.values()].sort((a, b) => near(a) - near(b))
  }

  /** Ready endpoints of this port. */
  private endpoints(): Target[] {
    const { view } = this.cluster
    const { name, namespace } = this.service.metadata
    const slices = view.list<EndpointSlice>('endpointslices.discovery.k8s.io', namespace)
    const out = new Map<string, Target>()
    for (const slice of slices) {
      if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name || slice.addressType !== 'IPv4') continue
      for (const { name: portName, port, protocol } of slice.ports ?? []) {
        if ((portName ?? '') !== (this.port.name ?? '') || (protocol ?? 'TCP') !== this.protocol || !port) continue
        for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
          if (conditions?.ready === false) continue
          const pod = targetRef?.kind === 'Pod' ? view.get<Pod>('pods', namespace, targetRef.name ?? '') : this.podAt(addresses[0])
          out.set(`${addresses[0]}:${port}`, { ip: addresses[0], port, pod })
        }
      }
    }
    return [...out.values()]
  }

  private podAt(ip: string): Pod | undefined {
    return this.cluster.view.list<Pod>('pods').find((p) => p.status?.podIP === ip)
  }

  private someRefuse(call: Call, endpoints: Target[], pod: Pod, direct: Trace): Call {
    const summary = `${pod.metadata.name}, one of ${endpoints.length} endpoints, does not answer (${direct.summary})`
    const stray = strayEndpointCause(this.cluster.world, this.service, this.port, pod)
    return { ...call, verdict: 'fails', summary, cause: stray ?? direct.cause }
  }

  /** Undefined when a node leads on; a policy Local leaves some that do not. */
  private throughNodes(nodePort: number): Trace | undefined {
    let failure: Trace | undefined
    for (const { metadata } of this.cluster.view.list<Node>('nodes')) {
      const found = this.traced({ outside: OUTSIDE }, metadata.name, nodePort)
      if (found.verdict === 'delivered') return undefined
      failure ??= found
    }
    return failure
  }

  private answered(call: Call, found: Trace, endpoints: Target[]): Call {
    const inside = endpoints.flatMap(({ pod }) => (pod ? [`${pod.metadata.namespace}/${pod.metadata.name}`] : []))
    const { container } = found
    const reached = inside.length > 0 ? inside : container ? [`${container.namespace}/${container.pod}`] : []
    const many =
      reached.length > 1 ? `${reached.length} Pods answer` : reached.length === 1 ? `${reached[0].split('/')[1]} answers` : 'answers'
    const status = container && this.status(container)
    if (status === 0) return { ...call, verdict: 'fails', summary: `${container!.pod} takes the connection and hangs up`, pods: reached }
    return { ...call, summary: status ? `${many}, HTTP ${status}` : many, pods: reached, ...(status ? { status } : {}) }
  }

  /** What a GET brings, of the path its probe asks for or of /; undefined when it speaks something else. */
  private status({ namespace, pod: name, container, port }: NonNullable<Trace['container']>): number | undefined {
    const { view, world } = this.cluster
    const pod = view.get<Pod>('pods', namespace, name)
    const at = pod && listenerAt(world, [pod], port, 'TCP', false)
    if (this.protocol !== 'TCP' || !at || at.listener.handler !== 'http') return undefined
    const { readinessProbe, livenessProbe } = at.container
    const probe = [readinessProbe, livenessProbe].find((p) => p?.httpGet && portNumber(at.container, p.httpGet.port) === port)
    const headers = { host: this.service.metadata.name, 'user-agent': CLIENT, accept: '*/*' }
    const request = { method: 'GET', path: probe?.httpGet?.path ?? '/', headers, body: '', remoteAddress: pod.status?.hostIP ?? '' }
    return container === at.container.name ? answerHttp(world, at, request).status : undefined
  }
}

interface Target {
  ip: string
  port: number
  /** Absent for addresses outside of the cluster. */
  pod?: Pod
}

function failed(call: Call, { summary, cause }: Trace, where: string): Call {
  return { ...call, verdict: 'fails', summary: where + summary, cause }
}

/** Another name: followed as far as the cluster goes. */
function callExternalName(cluster: Cluster, service: Service): Call {
  const target = service.spec.externalName ?? ''
  const call: Call = { service: keyOf(service), verdict: 'answers', summary: `another name for ${target}`, pods: [] }
  if (!/\.svc\.cluster\.local\.?$/i.test(target)) return { ...call, verdict: 'skipped', summary: `${call.summary}, outside of the cluster` }
  return named(cluster, service, call)
}

/** A Service without ports: does its name have addresses? */
function callName(cluster: Cluster, service: Service): Call {
  return named(cluster, service, { service: keyOf(service), verdict: 'answers', summary: 'its name has addresses', pods: [] })
}

function named(cluster: Cluster, service: Service, call: Call): Call {
  const { name, namespace } = service.metadata
  const pod = stranger(cluster.view, CLIENT, namespace!)
  if (lookup(cluster.world, pod, name).addresses.some((ip) => isIPv4(ip))) return call
  const request = { origin: { pod }, host: name, port: 80, protocol: 'TCP' as const, fromWord: CLIENT, namespace: namespace! }
  return failed(call, trace(cluster.world, request), '')
}
