// One connection followed from name to container, as the cluster itself would make it; every hop says what decided it.
import type { Node, Pod } from '../api/types'
import { type Fault, faultsOf } from '../faults'
import { inNetwork, isIP } from '../network/address'
import { hostPods } from '../network/cluster-network'
import { dataText, recordText, typeName } from '../network/dns/message'
import { resolvConfText } from '../network/dns/resolv-conf'
import { lookup, type Resolution, type Try } from '../network/dns/resolver'
import { nodeIp } from '../network/ipam'
import { type Hop, type Packet, type Route, route } from '../network/packet'
import { policiesFor } from '../network/policy'
import { probabilityText, ruleText } from '../network/proxy/iptables-save'
import { isLoopback } from '../runtime/connect'
import { listenerAt } from '../runtime/containers'
import { healthCheckAt } from '../runtime/health-check-port'
import { hostsEntry } from '../runtime/hosts'
import { hostsFile } from '../runtime/pod-files'
import type { World } from '../runtime/world'
import { causeOf } from './cause'
import { effectOf } from './fault-cause'
import type { Trace, TraceHop, TraceRequest, Verdict } from './types'

/** What is known when the connection has come to its end. */
export interface Findings {
  request: TraceRequest
  /** The Pod it starts from, when it does in one. */
  source?: Pod
  resolution?: Resolution
  ip?: string
  route?: Route
  /** Pods at the destination: one, or those that share the node's network. */
  pods: Pod[]
  verdict: Verdict
}

/** Follows one connection. Draws chance and keeps session affinity as a real one does, but sends nothing to the program. */
export function trace(world: World, request: TraceRequest): Trace {
  const hops: TraceHop[] = []
  const source = 'pod' in request.origin ? request.origin.pod : undefined
  const found: Findings = { request, source, pods: [], verdict: 'not resolved' }
  const about = describeOrigin(world, request)
  hops.push({ kind: 'from', text: about, detail: { origin: about } })
  const result: Result = (verdict, summary, more = {}) => {
    found.verdict = verdict
    const cause = verdict === 'delivered' ? undefined : causeOf(world, found)
    return { from: about, to: `${request.host}:${request.port}`, hops, verdict, summary, cause, ...more }
  }
  if (source && !source.spec.hostNetwork && !source.status?.podIP)
    return result('not resolved', `Pod ${source.metadata.name} has no network yet`)

  found.ip = addressOf(world, found, hops)
  if (found.ip === undefined) return result('not resolved', `the name ${request.host} has no address`)
  if (source && !source.spec.hostNetwork && isLoopback(found.ip)) return arriveInside(world, found, source, hops, result)
  if ('outside' in request.origin && isInsideOnly(found.ip)) {
    return result('dropped', `${found.ip} is not reached from outside: the connection times out`)
  }
  const packet: Packet = { from: request.origin, to: found.ip, port: request.port, protocol: request.protocol }
  const way = route(world.view, world.records, world.env, packet)
  found.route = way
  hops.push(...way.hops.map(ruleHop), ...afterRules(world, found, way))
  const destination = `${way.ip}:${way.port}`
  switch (way.verdict) {
    case 'refused':
      return result('refused', `refused by a rule on ${way.via}: connection refused`)
    case 'dropped':
      return result(
        'dropped',
        `dropped by ${way.fault ? `fault ${way.fault.id}` : way.denial ? 'a NetworkPolicy' : `a rule on ${way.via}`}: the connection times out`,
      )
    case 'lost':
      return result('dropped', `nobody answers for ${destination}: the connection times out`)
    case 'unreachable':
      return result('refused', `no Pod has the address ${way.ip}: no route to host`)
    case 'outside':
      return result('dropped', `${way.ip} is outside of the cluster, where kubesim sends nothing`)
  }
  return arrive(world, found, way, hops, result)
}

type Result = (verdict: Verdict, summary: string, more?: Partial<Trace>) => Trace

function arrive(world: World, found: Findings, way: Route, hops: TraceHop[], result: Result): Trace {
  const { protocol } = found.request
  found.pods = way.pod ? [way.pod] : hostPods(world, way.node ?? '')
  if (protocol === 'ICMP') return result('delivered', `${way.ip} answers the ping`)
  const at = listenerAt(world, found.pods, way.port, protocol, false)
  if (!at) {
    const where = way.pod ? `Pod ${nameOf(way.pod)}` : `node ${way.node}`
    if (!way.pod && isNodeService(world, way)) return result('delivered', `delivered to node ${way.node} on port ${way.port}`)
    return result('refused', `${where} refuses: nobody listens on port ${way.port}`)
  }
  return toContainer(world, found, at, way.port, hops, result)
}

function toContainer(
  world: World,
  found: Findings,
  { pod, container }: NonNullable<ReturnType<typeof listenerAt>>,
  port: number,
  hops: TraceHop[],
  result: Result,
): Trace {
  const { protocol } = found.request
  const text = `${container.name} of Pod ${nameOf(pod)} listens on ${port}/${protocol} (image ${container.image})`
  hops.push({ kind: 'container', text, detail: { pod: nameOf(pod), container: container.name, port, image: container.image } })
  hops.push(...faultsOf(world, 'reply', pod, container.name).map(faultHop))
  return result('delivered', `delivered to container ${container.name} of Pod ${nameOf(pod)} on port ${port}`, {
    container: {
      namespace: pod.metadata.namespace!,
      pod: pod.metadata.name,
      container: container.name,
      port,
      node: pod.spec.nodeName,
    },
  })
}

/** A Pod's loopback addresses are its own: what is asked there never leaves it. */
function arriveInside(world: World, found: Findings, source: Pod, hops: TraceHop[], result: Result): Trace {
  const { protocol, port } = found.request
  found.pods = [source]
  const text = `${found.ip} is Pod ${nameOf(source)} itself`
  hops.push({ kind: 'endpoint', text, detail: { ip: found.ip, port, pod: nameOf(source), node: source.spec.nodeName } })
  if (protocol === 'ICMP') return result('delivered', `${found.ip} answers the ping`)
  const at = listenerAt(world, [source], port, protocol, true)
  if (at) return toContainer(world, found, at, port, hops, result)
  return result('refused', `Pod ${nameOf(source)} refuses: nobody listens on port ${port}`)
}

/** Ports of components that are part of a node here, without a program of their own: the kubelet, health checks, what static Pods declare. */
function isNodeService(world: World, way: Route): boolean {
  const node = world.view.get<Node>('nodes', undefined, way.node ?? '')
  if (way.port === (node?.status?.daemonEndpoints?.kubeletEndpoint.Port ?? 10250)) return true
  const pods = hostPods(world, way.node ?? '')
  if (healthCheckAt(world, pods, way.port)) return true
  return pods.some((p) => p.spec.containers.some((c) => c.ports?.some((port) => port.containerPort === way.port)))
}

/** Virtual addresses and Pod networks are known to the nodes alone. */
export function isInsideOnly(ip: string): boolean {
  return inNetwork(ip, '10.96.0.0/12') || inNetwork(ip, '10.244.0.0/14')
}

export function nameOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`
}

function describeOrigin(world: World, { origin }: TraceRequest): string {
  if ('outside' in origin) return `outside of the cluster (${origin.outside})`
  if ('node' in origin) {
    const node = world.view.get<Node>('nodes', undefined, origin.node)
    return `node ${origin.node} (${(node && nodeIp(node)) ?? 'no address'})`
  }
  const { pod } = origin
  return `Pod ${nameOf(pod)} (${pod.status?.podIP ?? 'no address'} on ${pod.spec.nodeName ?? 'no node'})`
}

// ---------------------------------------------------------------- names

function addressOf(world: World, found: Findings, hops: TraceHop[]): string | undefined {
  const { request, source } = found
  const { host } = request
  if (isIP(host)) return host
  if (!source) return nodeAddress(world, host, hops)
  const known = hostsEntry(hostsFile(world, source), host)
  if (known !== undefined) {
    hops.push({ kind: 'hosts', text: `/etc/hosts: ${host} is ${known}`, detail: { name: host, address: known } })
    return known
  }
  const resolution = lookup(world, source, host)
  found.resolution = resolution
  const conf = resolvConfText(resolution.conf).trim().split('\n').join('; ')
  hops.push({ kind: 'resolv.conf', text: `/etc/resolv.conf: ${conf}`, detail: { ...resolution.conf } })
  hops.push(...resolution.tries.map(dnsHop))
  return resolution.addresses[0]
}

/** A node, or a machine outside, knows the names of nodes and none of the cluster's. */
function nodeAddress(world: World, host: string, hops: TraceHop[]): string | undefined {
  if (host === 'localhost') return '127.0.0.1'
  const node = world.view.get<Node>('nodes', undefined, host)
  const ip = node && nodeIp(node)
  const text = ip ? `${host} is a node: ${ip}` : `${host} is not known here: the cluster's DNS is asked from Pods only`
  hops.push({ kind: 'hosts', text, detail: { name: host, address: ip } })
  return ip
}

function dnsHop(one: Try): TraceHop {
  const { question, answer, server, route: way } = one
  const records = answer?.answers ?? []
  const silence = one.fault ? `no answer: fault ${one.fault.id}` : 'no answer'
  const said = !answer ? silence : records.length > 0 ? '' : answer.rcode === 'NOERROR' ? 'no data' : answer.rcode
  const data = records.map((r) => (r.type === typeName(question.type) ? dataText(r) : `${r.type} ${dataText(r)}`)).join(', ')
  const by = way?.pod ? ` (${server}, ${way.pod.metadata.name})` : ` (${server})`
  return {
    kind: 'dns',
    text: `${question.name} ${typeName(question.type)}? ${said || data}${by}`,
    detail: {
      name: question.name,
      type: typeName(question.type),
      server,
      servedBy: way?.pod?.metadata.name,
      status: answer?.rcode,
      records: records.map(recordText),
    },
    // A question for IPv6 that has no answer is asked with every other one.
    ...(typeName(question.type) === 'AAAA' && records.length === 0 && answer ? { minor: true as const } : {}),
  }
}

// ---------------------------------------------------------------- rules

/** Targets that end a packet's way or turn it; jumps between chains of the kernel's own are minor. */
function ruleHop(hop: Hop): TraceHop {
  const { node, table, chain, rule, service } = hop
  const comment = rule.matches?.flatMap((m) => ('comment' in m ? [m.comment] : 'endpointComment' in m ? [m.endpointComment] : []))[0]
  const oneIn = rule.matches?.flatMap((m) => ('oneIn' in m ? [m.oneIn] : []))[0]
  const sticky = rule.matches?.some((m) => 'recent' in m)
  const target = rule.target === 'DNAT' ? `DNAT to ${rule.to}` : rule.target
  const odds = oneIn ? `, probability ${probabilityText(oneIn)} (1 of ${oneIn})` : sticky ? ', session affinity' : ''
  const minor = !service && rule.target !== 'MASQUERADE' && rule.target !== 'DROP' && rule.target !== 'REJECT'
  return {
    kind: 'rule',
    text: `${node} ${table} ${chain}: ${comment ? `"${comment}"` : 'any'}${odds} -> ${target}`,
    detail: {
      node,
      table,
      chain,
      rule: `-A ${chain}${ruleText(rule)}`,
      target: rule.target,
      service,
      ...(oneIn ? { probability: Number(probabilityText(oneIn)) } : {}),
    },
    ...(minor ? { minor: true as const } : {}),
  }
}

function afterRules(world: World, found: Findings, way: Route): TraceHop[] {
  const hops: TraceHop[] = []
  const { ip, request } = found
  if (way.ip !== ip || way.port !== request.port) {
    const text = `${ip}:${request.port} becomes ${way.ip}:${way.port}`
    hops.push({ kind: 'address', text, detail: { from: `${ip}:${request.port}`, to: `${way.ip}:${way.port}` } })
  }
  if (way.fault && !way.pod) return [...hops, faultHop(way.fault)]
  if (way.verdict !== 'delivered' && !way.denial && !way.fault) return hops
  const before = 'outside' in request.origin ? request.origin.outside : found.source?.status?.podIP
  const kept = before === undefined || before === way.source
  const why = way.masqueraded ? ', masqueraded' : ''
  hops.push({
    kind: 'source',
    text: kept ? `source ${way.source} unchanged` : `source ${before} becomes ${way.source}${why}`,
    detail: { source: way.source, masqueraded: way.masqueraded },
  })
  if (way.pod) hops.push(policyHop(world, way))
  if (way.fault) hops.push(faultHop(way.fault))
  const where = way.pod ? `Pod ${nameOf(way.pod)} on ${way.pod.spec.nodeName}` : `node ${way.node}`
  if (!way.denial && !way.fault)
    hops.push({
      kind: 'endpoint',
      text: `${way.ip}:${way.port} is ${where}`,
      detail: { ip: way.ip, port: way.port, pod: way.pod && nameOf(way.pod), node: way.pod?.spec.nodeName ?? way.node },
    })
  return hops
}

function faultHop(fault: Fault): TraceHop {
  return { kind: 'fault', text: `${fault.id}: ${effectOf(fault)}`, detail: { ...fault } }
}

function policyHop(world: World, way: Route): TraceHop {
  if (way.denial) {
    const { direction, pod, policies } = way.denial
    const text = `${direction} of Pod ${nameOf(pod)} is denied: ${policies.join(', ')} allow${policies.length === 1 ? 's' : ''} others`
    return { kind: 'policy', text, detail: { allowed: false, direction, pod: nameOf(pod), policies } }
  }
  const policies = policiesFor(world.view, way.pod!, 'ingress').map((p) => p.metadata.name)
  const text =
    policies.length > 0 ? `allowed by NetworkPolicy (${policies.join(', ')})` : `no NetworkPolicy isolates Pod ${nameOf(way.pod!)}`
  return { kind: 'policy', text, detail: { allowed: true, policies }, ...(policies.length > 0 ? {} : { minor: true as const }) }
}
