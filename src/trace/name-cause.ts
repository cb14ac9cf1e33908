// Why a name has no address: wrong namespace, misspelt, no Service, another host's name, or no DNS.
import type { KubeObject, Node, Pod, Service } from '../api/types'
import { isIP } from '../network/address'
import { CLUSTER_DNS } from '../network/dns/resolv-conf'
import { candidates } from '../network/dns/resolver'
import { nodeIp } from '../network/ipam'
import type { World } from '../runtime/world'
import { patchCommand, serviceOfName, traceCommand, typedName } from './cause'
import { endpointCause } from './endpoint-cause'
import { faultCause } from './fault-cause'
import { nearest } from './nearest'
import { policyCause } from './path-cause'
import type { Findings } from './trace'
import type { Cause } from './types'

const WORKLOADS = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'replicasets.apps', 'replicationcontrollers', 'pods']

export function nameCause(world: World, found: Findings): Cause | undefined {
  const { request, resolution, source } = found
  if (!source || !resolution) return outsideCause(world, found)
  const silent = resolution.tries.find((t) => t.answer === undefined)
  if (silent) return dnsCause(world, found)
  const node = world.view.get<Node>('nodes', undefined, request.host)
  const ip = node && nodeIp(node)
  if (ip) {
    return {
      id: 'dns',
      text: `${request.host} is the name of a node, which the cluster's DNS does not know`,
      remedy: `ask for its address, ${ip}`,
      command: traceCommand(found, ip, request.port),
    }
  }
  const failing = resolution.tries.find((t) => t.fault)?.fault
  if (failing) return faultCause(failing)
  const wanted = wantedService(found)
  const service = wanted && world.view.get<Service>('services', wanted.namespace, wanted.name)
  if (service && !resolution.conf.nameservers.includes(CLUSTER_DNS)) return otherDnsCause(found, source, service)
  if (service) {
    if (service.spec.type === 'ExternalName') return externalNameCause(world, service)
    return endpointCause(world, service)
  }
  if (!wanted) {
    return {
      id: 'outside',
      text: `${request.host} is outside of the cluster; nobody is asked about it`,
      remedy: 'ask for a name inside the cluster',
    }
  }
  const services = world.view.list<Service>('services')
  const elsewhere = services.filter((s) => s.metadata.name === wanted.name)
  if (elsewhere.length > 0) return namespaceCause(found, elsewhere, wanted)
  return missingCause(world, found, services, wanted)
}

/** The Service the name means if it means one: `web`, `web.shop`, `web.shop.svc`, … */
function wantedService({ request, source, resolution }: Findings): { namespace: string; name: string } | undefined {
  const conf = resolution!.conf
  for (const candidate of candidates(request.host, conf)) {
    const named = serviceOfName(candidate)
    const labels = candidate.split('.').length
    // The search list makes `web.default.shop.svc…` of `web.default`: that is an endpoint's name, not what was meant.
    if (named && labels <= 6) return named
  }
  const parts = request.host.toLowerCase().replace(/\.$/, '').split('.')
  if (parts.length === 1) return { name: parts[0], namespace: source!.metadata.namespace! }
  return undefined
}

/** A Pod that does not ask the cluster's DNS, by its policy or by its own configuration. */
function otherDnsCause(found: Findings, { metadata, spec }: Pod, service: Service): Cause {
  const { dnsPolicy = 'ClusterFirst', hostNetwork } = spec
  const asks = found.resolution!.conf.nameservers.join(', ') || 'nobody'
  const ip = service.spec.clusterIP
  const own = hostNetwork ? "on its node's network " : ''
  return {
    id: 'dns',
    text: `Pod ${metadata.name} ${own}has dnsPolicy ${dnsPolicy} and asks ${asks}, which does not know the cluster's names`,
    remedy: `make its dnsPolicy ${hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'}${isIP(ip ?? '') ? ', or ask for the address' : ''}`,
    ...(isIP(ip ?? '') ? { command: traceCommand(found, ip!, found.request.port) } : {}),
  }
}

function dnsCause(world: World, found: Findings): Cause {
  const silent = found.resolution!.tries.find((t) => t.answer === undefined)!
  const fault = silent.fault ?? silent.route?.fault
  if (fault) return faultCause(fault, `the DNS server ${silent.server} does not answer: fault ${fault.id} is in force`)
  const denial = silent.route?.denial
  if (denial) {
    const cause = policyCause(world, { ...found, request: { ...found.request, port: 53, protocol: 'UDP' } }, denial)
    return { ...cause, text: `the DNS server ${silent.server} is not reached: ${cause.text}` }
  }
  const service = world.view.list<Service>('services').find((s) => s.spec.clusterIP === silent.server)
  const why = service && endpointCause(world, service)
  return {
    id: 'dns',
    text: `the DNS server ${silent.server} does not answer${why ? `: ${why.text}` : ''}`,
    remedy: why?.remedy ?? "make the cluster's DNS answer again",
    command: why?.command,
  }
}

/** Names and virtual addresses of the cluster mean nothing outside of it. */
export function outsideCause(world: World, found: Findings): Cause {
  const { request } = found
  const [name, namespace] = request.host.split('.')
  const services = world.view.list<Service>('services')
  const byIp = services.find((s) => s.spec.clusterIP === request.host)
  const service = byIp ?? services.find((s) => s.metadata.name === name && s.metadata.namespace === (namespace ?? request.namespace))
  const port = service?.spec.ports?.find((p) => p.port === request.port) ?? service?.spec.ports?.[0]
  const text = isIP(request.host)
    ? `${request.host} is an address inside the cluster, to which no way leads from outside`
    : `${request.host} is a name of the cluster's DNS, which only Pods ask`
  const node = world.view.list('nodes')[0]?.metadata.name
  if (!service || !port) return { id: 'cluster-name-outside', text, remedy: 'ask for a node and a node port' }
  if (port.nodePort && node) {
    const remedy = `ask for a node and the node port ${port.nodePort}`
    return { id: 'cluster-name-outside', text, remedy, command: traceCommand(found, node, port.nodePort) }
  }
  const remedy = 'give the Service a node port, then ask for a node and that port'
  return {
    id: 'cluster-name-outside',
    text,
    remedy,
    command: patchCommand('service', service.metadata.name, service.metadata.namespace, { spec: { type: 'NodePort' } }),
  }
}

function externalNameCause(world: World, service: Service): Cause {
  const host = service.spec.externalName ?? ''
  const { name, namespace } = service.metadata
  const inside = serviceOfName(host.endsWith('.') ? host : `${host}.`)
  const text = `Service ${name} is only another name for ${host || 'nothing'}`
  const change = (target: Service) =>
    patchCommand('service', name, namespace, {
      spec: { externalName: `${target.metadata.name}.${target.metadata.namespace}.svc.cluster.local` },
    })
  const services = world.view.list<Service>('services').filter((s) => s !== service && s.spec.type !== 'ExternalName')
  const near = nearestService(services, inside?.name ?? host.split('.')[0], inside?.namespace ?? namespace)
  const why = inside ? 'and there is no such Service' : isIP(host) ? 'which is an address, not a name' : 'which is outside of the cluster'
  if (!near) return { id: 'external-name', text: `${text}, ${why}`, remedy: 'give it a name that has an address' }
  const remedy = `point it to Service ${near.metadata.name} in namespace ${near.metadata.namespace}`
  return { id: 'external-name', text: `${text}, ${why}`, remedy, command: change(near) }
}

function nearestService(services: Service[], name: string, namespace: string | undefined): Service | undefined {
  const same = services.filter((s) => s.metadata.namespace === namespace)
  for (const group of [same, services]) {
    const word = nearest(name, [...new Set(group.map((s) => s.metadata.name))])
    const hit = group.find((s) => s.metadata.name === word)
    if (hit) return hit
  }
  return undefined
}

function namespaceCause(found: Findings, elsewhere: Service[], wanted: { namespace: string; name: string }): Cause {
  const names = elsewhere.map((s) => s.metadata.namespace!)
  const service = elsewhere[0]
  const typed = typedName(service, found.source)
  return {
    id: 'namespace',
    text: `Service ${wanted.name} is in namespace ${names.join(', ')}, not in ${wanted.namespace}`,
    remedy: `ask for ${typed}`,
    command: traceCommand(found, typed, found.request.port),
  }
}

function missingCause(world: World, found: Findings, services: Service[], wanted: { namespace: string; name: string }): Cause {
  const { view } = world
  const text = `there is no Service ${wanted.name} in namespace ${wanted.namespace}`
  if (!view.get('namespaces', undefined, wanted.namespace)) {
    const near = nearest(
      wanted.namespace,
      view.list('namespaces').map((n) => n.metadata.name),
    )
    const better = near && view.get<Service>('services', near, wanted.name)
    if (better)
      return {
        id: 'namespace',
        text: `there is no namespace ${wanted.namespace}`,
        remedy: `ask for ${wanted.name}.${near}`,
        command: traceCommand(found, `${wanted.name}.${near}`, found.request.port),
      }
  }
  const isNamespace = world.view.get('namespaces', undefined, wanted.namespace) !== undefined
  if (!isNamespace && found.request.host.includes('.')) {
    return {
      id: 'outside',
      text: `${found.request.host} is outside of the cluster, or means a namespace ${wanted.namespace} that is not there; nobody outside is asked`,
      remedy: 'ask for a name inside the cluster',
    }
  }
  const near = nearestService(
    services.filter((s) => s.metadata.namespace === wanted.namespace),
    wanted.name,
    wanted.namespace,
  )
  if (near) {
    const typed = typedName(near, found.source)
    return {
      id: 'no-service',
      text: `${text}; the nearest is ${near.metadata.name}`,
      remedy: `ask for ${typed}`,
      command: traceCommand(found, typed, found.request.port),
    }
  }
  const workload = workloadNamed(world, wanted)
  if (workload) {
    const [resource] = workload.resource.split('.')
    const kind = resource.replace(/s$/, '')
    const port = firstPort(workload.object) ?? found.request.port
    const where = wanted.namespace === 'default' ? '' : ` -n ${wanted.namespace}`
    const target = port === found.request.port ? '' : ` --target-port=${port}`
    return {
      id: 'no-service',
      text: `${text}, though there is a ${workload.object.kind} of that name`,
      remedy: `make a Service for it`,
      command: `kubectl expose ${kind} ${wanted.name} --port=${found.request.port}${target}${where}`,
    }
  }
  const known = services.filter((s) => s.metadata.namespace === wanted.namespace).map((s) => s.metadata.name)
  return { id: 'no-service', text, remedy: known.length > 0 ? `make one, or ask for one there is: ${known.join(', ')}` : 'make one' }
}

function workloadNamed({ view }: World, { namespace, name }: { namespace: string; name: string }) {
  for (const resource of WORKLOADS) {
    const object = view.get<KubeObject>(resource, namespace, name)
    if (object) return { resource, object }
  }
  return undefined
}

function firstPort(object: KubeObject): number | undefined {
  const spec = object.spec as { template?: { spec: Pod['spec'] } } | Pod['spec']
  const pod = ('template' in spec && spec.template ? (spec.template as { spec: Pod['spec'] }).spec : spec) as Pod['spec']
  return pod.containers?.flatMap((c) => c.ports ?? [])[0]?.containerPort
}
