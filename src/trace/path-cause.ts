// Why a packet that had somewhere to go did not get through: policies, ports, source ranges, nobody listening.
import type { NetworkPolicy } from '../api/networking'
import type { Node, Pod, Service, ServicePort } from '../api/types'
import { matchesLabels } from '../lib/selectors'
import { inNetwork } from '../network/address'
import { nodeIp } from '../network/ipam'
import type { Denial } from '../network/policy'
import { portNumber } from '../runtime/probes'
import type { World } from '../runtime/world'
import { patchCommand, traceCommand, typedName } from './cause'
import { labelText, openPorts } from './endpoint-cause'
import type { Findings } from './trace'
import type { Cause } from './types'

/** A policy isolates one end and no rule of any lets the other in. The remedy adds a rule for just this connection. */
export function policyCause({ view }: World, found: Findings, denial: Denial): Cause {
  const { direction, pod, policies } = denial
  const namespace = pod.metadata.namespace!
  const other = direction === 'ingress' ? found.source : found.route?.pod
  const { protocol } = found.request
  const port = found.route && found.ip !== undefined ? found.route.port : found.request.port
  const policy = view.get<NetworkPolicy>('networkpolicies.networking.k8s.io', namespace, policies[0])!
  const rule: Record<string, unknown> = { ports: [{ protocol, port }] }
  const end = direction === 'ingress' ? 'from' : 'to'
  if (other) rule[end] = [peerOf(other, namespace)]
  else if (direction === 'ingress' && found.route) rule[end] = [{ ipBlock: { cidr: `${found.route.source}/32` } }]
  const value = policy.spec[direction]?.length ? rule : [rule]
  const path = policy.spec[direction]?.length ? `/spec/${direction}/-` : `/spec/${direction}`
  const word = policies.length === 1 ? `NetworkPolicy ${policies[0]}` : `NetworkPolicies ${policies.join(', ')}`
  const what =
    direction === 'ingress' ? 'isolates it, and no rule lets this connection in' : 'isolates it, and no rule lets this connection out'
  return {
    id: 'policy',
    text: `${word} in namespace ${namespace} selects Pod ${pod.metadata.name}: it ${what}`,
    remedy: `allow ${protocol} ${port} ${direction === 'ingress' ? 'from' : 'to'} ${other ? `Pod ${other.metadata.name}'s labels` : 'there'} in ${policies[0]}`,
    command: patchCommand('networkpolicy', policies[0], namespace, [{ op: 'add', path, value }]),
  }
}

function peerOf(pod: Pod, namespace: string): Record<string, unknown> {
  const { 'pod-template-hash': _hash, 'controller-revision-hash': _revision, ...matchLabels } = pod.metadata.labels ?? {}
  const peer: Record<string, unknown> = { podSelector: Object.keys(matchLabels).length > 0 ? { matchLabels } : {} }
  if (pod.metadata.namespace !== namespace) {
    peer.namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': pod.metadata.namespace } }
  }
  return peer
}

/** An address of the cluster without a rule for this port. */
export function portCause(found: Findings, service: Service | undefined): Cause {
  const { request, ip } = found
  if (!service) {
    const text = `${ip} belongs to no Service: packets for it are sent to nobody`
    return { id: 'no-answer', text, remedy: 'ask for a Service by its name' }
  }
  const { name } = service.metadata
  const ports = service.spec.ports ?? []
  if (request.protocol === 'ICMP') {
    return {
      id: 'port',
      text: `${ip} is the address of Service ${name}: only its ports have rules, a ping meets none`,
      remedy: 'ask for a port',
      command: ports[0] && traceCommand(found, request.host, ports[0].port),
    }
  }
  const typed = found.source && request.host !== ip ? request.host : found.source ? typedName(service, found.source) : request.host
  const byNode = ports.find((p) => p.nodePort === request.port)
  if (byNode) {
    return {
      id: 'node-port',
      text: `${request.port} is the node port of Service ${name}: it is open on the nodes, and inside the cluster the Service has port ${byNode.port}`,
      remedy: `ask for port ${byNode.port}`,
      command: traceCommand(found, typed, byNode.port),
    }
  }
  const has = ports.map((p) => `${p.port}/${p.protocol ?? 'TCP'}${p.name ? ` (${p.name})` : ''}`).join(', ')
  const target = ports.find((p) => p.targetPort === request.port)
  const same = ports.find((p) => p.port === request.port)
  const why = same ? `, and that only for ${same.protocol}` : target ? `; ${request.port} is the port of its Pods` : ''
  const best = target ?? same ?? ports[0]
  const text = `Service ${name} has no port ${request.port}/${request.protocol}: it has ${has || 'none'}${why}`
  if (!best) return { id: 'port', text, remedy: 'give it a port' }
  const udp = best.protocol && best.protocol !== 'TCP' ? ` --protocol ${best.protocol}` : ''
  return {
    id: 'port',
    text,
    remedy: `ask for port ${best.port}${udp ? ` with ${best.protocol}` : ''}`,
    command: traceCommand(found, typed, best.port) + udp,
  }
}

/** Policy Local, and this node has no endpoint. */
export function localPolicyCause({ view }: World, found: Findings, service: Service): Cause {
  const { name, namespace } = service.metadata
  const via = found.route?.via ?? ''
  const external = found.ip !== service.spec.clusterIP
  const field = external ? 'externalTrafficPolicy' : 'internalTrafficPolicy'
  const slices = view.list('endpointslices.discovery.k8s.io', namespace) as unknown as {
    metadata: { labels?: Record<string, string> }
    endpoints?: { nodeName?: string }[]
  }[]
  const nodes = new Set(
    slices
      .filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === name)
      .flatMap((s) => (s.endpoints ?? []).map((e) => e.nodeName)),
  )
  const where = [...nodes].filter((n) => n).join(', ')
  return {
    id: 'local-policy',
    text: `Service ${name} has ${field} Local and no endpoint on ${via}${where ? `; there are some on ${where}` : ''}`,
    remedy: external && where ? `ask for a node that has one, or make the policy Cluster` : 'make the policy Cluster',
    command: patchCommand('service', name, namespace, { spec: { [field]: 'Cluster' } }),
  }
}

/** loadBalancerSourceRanges keep the asker out. */
export function rangeCause(found: Findings, service: Service): Cause | undefined {
  const ranges = service.spec.loadBalancerSourceRanges ?? []
  const dropped = found.route?.hops.some((h) => h.chain === 'KUBE-PROXY-FIREWALL' && h.rule.target === 'DROP')
  if (!dropped || ranges.length === 0) return undefined
  const source = 'outside' in found.request.origin ? found.request.origin.outside : (found.source?.status?.podIP ?? found.route!.source)
  if (ranges.some((r) => inNetwork(source, r))) return undefined
  const { name, namespace } = service.metadata
  return {
    id: 'source-range',
    text: `loadBalancerSourceRanges of Service ${name} allow ${ranges.join(', ')}, not ${source}`,
    remedy: `allow ${source}/32 too`,
    command: patchCommand('service', name, namespace, [{ op: 'add', path: '/spec/loadBalancerSourceRanges/-', value: `${source}/32` }]),
  }
}

/** The packet arrived, and nobody listens there. */
export function listenerCause(world: World, found: Findings, service: Service | undefined): Cause {
  const way = found.route!
  const pod = way.pod
  if (!pod) return nodeCause(world, found)
  const open = openPorts(world, pod)
  const { protocol } = found.request
  const usable = open.filter((o) => !o.loopback && o.protocol === protocol)
  const list = open.map((o) => `${o.port}/${o.protocol}${o.loopback ? ' (loopback only)' : ''} by ${o.container}`).join(', ')
  const loopback = open.find((o) => o.loopback && o.port === way.port)
  const text = loopback
    ? `container ${loopback.container} of Pod ${pod.metadata.name} listens on port ${way.port} of 127.0.0.1 only`
    : `nobody in Pod ${pod.metadata.name} listens on port ${way.port}; open are: ${list || 'none'}`
  const best = usable[0]
  if (!best)
    return {
      id: 'target-port',
      text,
      remedy: loopback ? 'make it listen on 0.0.0.0' : 'make a container listen there',
      command: `kubectl logs ${pod.metadata.name} -n ${pod.metadata.namespace}`,
    }
  if (!service)
    return { id: 'target-port', text, remedy: `ask for port ${best.port}`, command: traceCommand(found, found.request.host, best.port) }
  const { name, namespace } = service.metadata
  if (service.spec.clusterIP === 'None') {
    return {
      id: 'port',
      text: `Service ${name} is headless: its name leads straight to the Pods, whose own ports count; ${text}`,
      remedy: `ask for port ${best.port}`,
      command: traceCommand(found, found.request.host, best.port),
    }
  }
  const ports = service.spec.ports ?? []
  const index = ports.findIndex((p) => p.port === found.request.port || p.nodePort === found.request.port)
  const stray = ports[index] && strayEndpointCause(world, service, ports[index], pod)
  if (stray) return stray
  const remedy = `make ${best.port} the target port of Service ${name}`
  return {
    id: 'target-port',
    text,
    remedy,
    command: patchCommand('service', name, namespace, [
      { op: 'replace', path: `/spec/ports/${Math.max(0, index)}/targetPort`, value: best.port },
    ]),
  }
}

/** A Pod asks itself, and nobody in it listens there. */
export function ownPortCause(world: World, found: Findings, pod: Pod): Cause {
  const { port, protocol, host } = found.request
  const open = openPorts(world, pod)
  const list = open.map((o) => `${o.port}/${o.protocol} by ${o.container}`).join(', ')
  const text = `${host} is the Pod itself, and nobody in it listens on port ${port}; open are: ${list || 'none'}`
  const best = open.find((o) => o.protocol === protocol)
  if (!best) return { id: 'target-port', text, remedy: 'ask for the Service or Pod that is meant by its name' }
  return { id: 'target-port', text, remedy: `ask for port ${best.port}`, command: traceCommand(found, host, best.port) }
}

/** Other Pods of the Service listen on its target port: the selector takes in Pods of another kind too. Undefined when none does. */
export function strayEndpointCause(world: World, service: Service, port: ServicePort, stray: Pod): Cause | undefined {
  const { name, namespace } = service.metadata
  const { selector } = service.spec
  if (!selector) return undefined
  const selected = world.view.list<Pod>('pods', namespace).filter((p) => matchesLabels(selector, p.metadata.labels))
  const good = selected.filter((p) => listensOnTarget(world, p, port))
  if (good.length === 0 || good.includes(stray)) return undefined
  const text = `the selector ${labelText(selector)} of Service ${name} also matches Pod ${stray.metadata.name}, where nobody listens on its target port`
  const own = Object.entries(good[0].metadata.labels ?? {}).find(
    ([key, value]) =>
      !OF_CONTROLLERS.has(key) &&
      good.every((p) => p.metadata.labels?.[key] === value) &&
      selected.every((p) => good.includes(p) || p.metadata.labels?.[key] !== value),
  )
  if (!own) return { id: 'selector', text, remedy: 'give the Pods that listen a label of their own, and select it too' }
  return {
    id: 'selector',
    text: `${text}; ${good[0].metadata.name}, which does, has ${own.join('=')}`,
    remedy: `select ${own.join('=')} too`,
    command: patchCommand('service', name, namespace, { spec: { selector: { [own[0]]: own[1] } } }),
  }
}

const OF_CONTROLLERS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
])

function listensOnTarget(world: World, pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): boolean {
  const wanted = new Set(pod.spec.containers.map((c) => portNumber(c, targetPort ?? port)))
  return openPorts(world, pod).some((o) => !o.loopback && o.protocol === protocol && wanted.has(o.port))
}

/** A node refuses: its port is no Service's node port. */
function nodeCause({ view }: World, found: Findings): Cause {
  const { port } = found.request
  const nodePorts = view
    .list<Service>('services')
    .flatMap((s) => (s.spec.ports ?? []).filter((p) => p.nodePort).map((p) => ({ service: s, port: p })))
  const text = `no Service has the node port ${port}`
  const inner = nodePorts.find((n) => n.port.port === port) ?? nodePorts[0]
  if (!inner) return { id: 'node-port', text, remedy: 'give a Service the type NodePort' }
  const name = inner.service.metadata.name
  const host = view.list<Node>('nodes').some((n) => nodeIp(n) === found.ip) ? found.request.host : 'node-1'
  return {
    id: 'node-port',
    text: `${text}; Service ${name} has ${inner.port.nodePort}`,
    remedy: `ask for port ${inner.port.nodePort}`,
    command: traceCommand(found, host, inner.port.nodePort!),
  }
}
