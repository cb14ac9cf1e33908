// Why a connection failed: one cause, and what remedies it. Each rule looks at the cluster as it is, in the order of the way.
import type { Node, Pod, Service } from '../api/types'
import { isIP } from '../network/address'
import { nodeIp } from '../network/ipam'
import type { World } from '../runtime/world'
import { endpointCause } from './endpoint-cause'
import { faultCause } from './fault-cause'
import { nameCause, outsideCause } from './name-cause'
import { listenerCause, localPolicyCause, ownPortCause, policyCause, portCause, rangeCause } from './path-cause'
import type { Findings } from './trace'
import type { Cause } from './types'

export function causeOf(world: World, found: Findings): Cause | undefined {
  const { request, source, route: way } = found
  if (source && !source.spec.hostNetwork && !source.status?.podIP) {
    return {
      id: 'source',
      text: `Pod ${source.metadata.name} is ${source.status?.phase ?? 'Pending'} and has no address yet`,
      remedy: 'wait until it runs; its events say what it waits for',
      command: `kubectl describe pod ${source.metadata.name} -n ${source.metadata.namespace}`,
    }
  }
  if (found.ip === undefined) return nameCause(world, found)
  if (!way && 'outside' in request.origin) return outsideCause(world, found)
  if (!way) return source && ownPortCause(world, found, source)
  if (way.fault) return faultCause(way.fault)
  if (way.denial) return policyCause(world, found, way.denial)
  const service = serviceBehind(world, found)
  switch (way.verdict) {
    case 'delivered':
      return listenerCause(world, found, service)
    case 'refused':
      return service && endpointCause(world, service)
    case 'dropped':
      return service && (rangeCause(found, service) ?? localPolicyCause(world, found, service))
    case 'lost':
      return portCause(found, service)
    case 'unreachable':
      return {
        id: 'no-pod',
        text: `no Pod has the address ${way.ip}: Pods get another one when they are made anew`,
        remedy: 'ask for a Service by its name in place of an address',
      }
    case 'outside':
      return {
        id: 'outside',
        text: `${request.host} is outside of the cluster; kubesim lets nothing out`,
        remedy: 'ask for a name or an address inside the cluster',
      }
  }
}

/** The Service a connection is meant for: by the name asked for, its addresses, or a port of the nodes. */
export function serviceBehind({ view }: World, { ip, request, resolution, route: way }: Findings): Service | undefined {
  const named = resolution?.found && serviceOfName(resolution.found)
  if (named) {
    const service = view.get<Service>('services', named.namespace, named.name)
    if (service?.spec.type !== 'ExternalName') return service
  }
  const key = way?.hops.find((h) => h.service !== undefined)?.service
  if (key) {
    const [namespace, name] = key.split('/')
    return view.get<Service>('services', namespace, name)
  }
  const services = view.list<Service>('services')
  const byAddress = services.find((s) => ip !== undefined && addressesOf(s).includes(ip))
  if (byAddress) return byAddress
  const isNode = ip === '127.0.0.1' || view.list<Node>('nodes').some((n) => nodeIp(n) === ip)
  return isNode ? services.find((s) => s.spec.ports?.some((p) => p.nodePort === request.port)) : undefined
}

function addressesOf({ spec, status }: Service): string[] {
  const balancer = (status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? '')
  return [spec.clusterIP ?? '', ...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? []), ...balancer].filter((a) => isIP(a))
}

/** Namespace and name in `web.shop.svc.cluster.local.`, with an endpoint or port in front of it or not. */
export function serviceOfName(name: string): { namespace: string; name: string } | undefined {
  const match = /(?:^|\.)([^.]+)\.([^.]+)\.svc\.cluster\.local\.?$/i.exec(name)
  return match ? { name: match[1].toLowerCase(), namespace: match[2].toLowerCase() } : undefined
}

/** `kubesim trace client web:80`, as a remedy. */
export function traceCommand({ request }: Findings, host: string, port: number): string {
  const namespace = request.namespace === 'default' ? '' : ` -n ${request.namespace}`
  return `kubesim trace ${request.fromWord} ${host}:${port}${namespace}`
}

/** A name as one would type it in this namespace. */
export function typedName(service: Service, from: Pod | undefined): string {
  const { namespace, name } = service.metadata
  return from?.metadata.namespace === namespace ? name : `${name}.${namespace}`
}

/** `kubectl patch … -p '…'` */
export function patchCommand(resource: string, name: string, namespace: string | undefined, patch: unknown): string {
  const where = namespace && namespace !== 'default' ? ` -n ${namespace}` : ''
  const type = Array.isArray(patch) ? ' --type=json' : ''
  return `kubectl patch ${resource} ${name}${where}${type} -p '${JSON.stringify(patch)}'`
}
