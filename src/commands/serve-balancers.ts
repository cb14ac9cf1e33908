// The load balancers of `kubesim serve --load-balancer`: every Service of type LoadBalancer gets an address to listen on, and loses it
// when the serving ends. They send to node ports, as cloud load balancers do (ipMode Proxy).
import type { LoadBalancerIngress, Service } from '../api/types'
import { ComponentClient } from '../apiserver/client'
import type { Cluster } from '../cluster'
import type { ClusterFile } from '../cluster-file'
import { severalLoopbacks } from './serve-ports'

const MOST = 254

export class LoadBalancers {
  private readonly own = new Set<string>()

  constructor(
    private readonly file: ClusterFile,
    /** The one address all share; without it each Service has a loopback address of its own where the system allows. */
    private readonly address: string | undefined,
  ) {}

  /** Gives an address to every Service that waits for one. */
  provide(cluster: Cluster): void {
    const isWaiting = (service: Service) =>
      service.spec.type === 'LoadBalancer' && !service.metadata.deletionTimestamp && addressesOf(service).length === 0
    if (!cluster.view.list<Service>('services').some(isWaiting)) return
    this.file.write((current) => {
      const client = clientOf(current)
      for (const service of current.view.list<Service>('services').filter(isWaiting)) {
        const ip = this.nextAddress(current)
        if (ip === undefined) return
        client.event(service, { type: 'Normal', reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer' })
        this.setIngress(client, service, [{ ip, ipMode: 'Proxy' }])
        client.event(service, { type: 'Normal', reason: 'EnsuredLoadBalancer', message: 'Ensured load balancer' })
        this.own.add(service.metadata.uid)
      }
    })
  }

  /** Takes back what `provide` gave: the Services are pending again. */
  withdraw(): void {
    if (this.own.size === 0) return
    this.file.write((cluster) => {
      const client = clientOf(cluster)
      for (const service of cluster.view.list<Service>('services'))
        if (this.own.has(service.metadata.uid)) this.setIngress(client, service, undefined)
    })
  }

  private setIngress(client: ComponentClient, service: Service, ingress: LoadBalancerIngress[] | undefined): void {
    client.updateStatus<Service>({ ...service, status: { ...service.status, loadBalancer: ingress ? { ingress } : {} } })
  }

  private nextAddress({ view }: Cluster): string | undefined {
    if (this.address !== undefined) return this.address
    if (!severalLoopbacks()) return '127.0.0.1'
    const taken = new Set(view.list<Service>('services').flatMap(addressesOf))
    for (let i = 1; i <= MOST; i++) if (!taken.has(`127.0.1.${i}`)) return `127.0.1.${i}`
    return undefined
  }
}

function clientOf(cluster: Cluster): ComponentClient {
  return new ComponentClient(cluster.server, 'service-controller', 'cloud-controller-manager')
}

function addressesOf(service: Service): string[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap((i) => (i.ip ? [i.ip] : i.hostname ? [i.hostname] : []))
}
