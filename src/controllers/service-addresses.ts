// Keeps one IPAddress for each ClusterIP, and the ranges ClusterIPs come from ready. Follows pkg/registry/core/service/ipallocator
// and pkg/controller/servicecidrs.

import type { Change, Client, Controller } from '../api/contracts'
import type { Condition, KubeObject, Service } from '../api/types'
import { isIP } from '../lib/is-ip'
import { timestamp } from '../lib/time'

const ADDRESSES = 'ipaddresses.networking.k8s.io'
const CIDRS = 'servicecidrs.networking.k8s.io'
const LABELS = 'ipaddress.kubernetes.io/'
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'

interface IPAddress extends KubeObject {
  spec: { parentRef?: { group?: string; resource?: string; namespace?: string; name?: string } }
}
interface ServiceCidr extends KubeObject {
  spec: { cidrs?: string[] }
  status?: { conditions?: Condition[] }
}

function addressesOf(service: KubeObject | undefined): string[] {
  return ((service as Service | undefined)?.spec.clusterIPs ?? []).filter((ip) => isIP(ip))
}

/** Names of IPAddresses are the addresses; IPv6 ones would need another spelling. */
function changed({ before, after }: Change): string[] {
  const [was, is] = [addressesOf(before), addressesOf(after)]
  const { namespace, name } = ((after ?? before) as KubeObject).metadata
  return [...was.filter((ip) => !is.includes(ip)), ...is.filter((ip) => !was.includes(ip))].map((ip) => `${ip}/${namespace}/${name}`)
}

/** Keys are `address/namespace/name` of a Service that got or lost the address. */
export const serviceAddressController: Controller = {
  name: 'ipallocator.k8s.io',
  watches: { services: changed },
  reconcile(key, { api }) {
    const [ip, namespace, name] = key.split('/')
    const service = api.get<Service>('services', namespace, name)
    const existing = api.get<IPAddress>(ADDRESSES, undefined, ip)
    if (!addressesOf(service).includes(ip)) {
      const parent = existing?.spec.parentRef
      if (parent?.namespace === namespace && parent?.name === name) api.delete(ADDRESSES, undefined, ip)
      return
    }
    if (existing) return
    api.create<IPAddress>({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: {
        name: ip,
        labels: { [`${LABELS}ip-family`]: isIP(ip) === 6 ? 'IPv6' : 'IPv4', [`${LABELS}managed-by`]: 'ipallocator.k8s.io' },
      },
      spec: { parentRef: { group: '', resource: 'services', namespace, name } },
    })
  },
}

function inUse(api: Client, cidr: ServiceCidr): boolean {
  const others = api.list<ServiceCidr>(CIDRS).filter((c) => c.metadata.uid !== cidr.metadata.uid && !c.metadata.deletionTimestamp)
  return others.length === 0 && api.list(ADDRESSES).length > 0
}

/** Keys are names of ServiceCIDRs: a finalizer holds them while they are needed, a condition says that they serve. */
export const serviceCidrController: Controller = {
  name: 'service-cidr-controller',
  watches: { [CIDRS]: ({ after }) => (after ? [after.metadata.name] : []) },
  reconcile(name, { api, env }) {
    const cidr = api.get<ServiceCidr>(CIDRS, undefined, name)
    if (!cidr) return
    const finalizers = cidr.metadata.finalizers ?? []
    if (cidr.metadata.deletionTimestamp) {
      if (!finalizers.includes(FINALIZER) || inUse(api, cidr)) return
      api.update<ServiceCidr>({ ...cidr, metadata: { ...cidr.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) } })
      return
    }
    if (!finalizers.includes(FINALIZER)) {
      api.update<ServiceCidr>({ ...cidr, metadata: { ...cidr.metadata, finalizers: [...finalizers, FINALIZER] } })
      return
    }
    if (cidr.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')) return
    const message = name === 'kubernetes' ? 'Kubernetes default Service CIDR is ready' : 'Kubernetes Service CIDR is ready'
    const ready: Condition = { type: 'Ready', status: 'True', reason: '', message, lastTransitionTime: timestamp(env.now()) }
    api.updateStatus<ServiceCidr>({ ...cidr, status: { conditions: [ready] } })
  },
}
