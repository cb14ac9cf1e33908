// The rules of one Service on one node, as kube-proxy v1.37 writes them in iptables mode. Follows pkg/proxy/iptables/proxier.go
// (syncProxyRules, the part repeated for each Service port, and writeServiceToEndpointRules).
import type { EndpointSlice, Service } from '../../api/types'
import { CLUSTER_CIDR, inNetwork } from '../address'
import { type Endpoint, endpointsByPort, type ProxyNode, usableEndpoints } from './endpoints'
import { endpointChain, serviceChain } from './names'
import type { Chains, Match, Rule, ServiceRules } from './rules'
import { isExternallyAccessible, type ServicePortInfo, servicePorts, usesClusterEndpoints, usesLocalEndpoints } from './service-port'

const MARK_MASQ = 'KUBE-MARK-MASQ'

/** The rules for these ports with these endpoints on this node; chains without rules are left out. */
export function serviceRules(ports: ServicePortInfo[], endpoints: Map<string, Endpoint[]>, node: ProxyNode): ServiceRules {
  const rules: ServiceRules = { nat: {}, filter: {} }
  for (const port of ports) new PortRules(rules, port, endpoints.get(`${port.portName}/${port.protocol}`) ?? [], node).write()
  return rules
}

/** True when two nodes may have different rules for it. */
export function differsByNode(ports: ServicePortInfo[], endpoints: Map<string, Endpoint[]>): boolean {
  if (ports.some((p) => usesLocalEndpoints(p) || p.sourceRanges.length > 0)) return true
  for (const list of endpoints.values()) if (list.some((e) => e.zoneHints.length > 0 || e.nodeHints.length > 0)) return true
  return false
}

/** `serviceRules` from the API objects, for one node. */
export function rulesOfService(service: Service, slices: EndpointSlice[], node: ProxyNode): ServiceRules {
  return serviceRules(servicePorts(service), endpointsByPort(slices), node)
}

class PortRules {
  constructor(
    private readonly rules: ServiceRules,
    private readonly port: ServicePortInfo,
    private readonly endpoints: Endpoint[],
    private readonly node: ProxyNode,
  ) {}

  private add(table: 'nat' | 'filter', chain: string, rule: Rule): void {
    const chains: Chains = this.rules[table]
    const list = chains[chain] ?? []
    list.push(rule)
    chains[chain] = list
  }

  write(): void {
    const { port } = this
    const usable = usableEndpoints(this.endpoints, port, this.node)
    const chain = (kind: 'SVC' | 'SVL' | 'EXT' | 'FW') => serviceChain(kind, port.name, port.protocol)
    const internalChain = chain(port.internalLocal ? 'SVL' : 'SVC')
    const hasInternal = usable.any && !(port.internalLocal && usable.local.length === 0)
    const hasExternal = usable.any && !(port.externalLocal && usable.local.length === 0)
    const firewalled = usable.any && port.loadBalancerIps.length > 0 && port.sourceRanges.length > 0
    // No endpoint anywhere is refused; policy Local with endpoints only elsewhere is dropped without a word.
    const otherwise: Rule = usable.any
      ? { matches: [{ comment: `${port.name} has no local endpoints` }], target: 'DROP' }
      : { matches: [{ comment: `${port.name} has no endpoints` }], target: 'REJECT' }

    this.captureClusterIp(hasInternal, internalChain, otherwise)
    this.captureAddresses(usable.any, hasExternal, firewalled, otherwise)
    this.captureNodePorts(usable.any, hasExternal, otherwise)
    if (hasInternal) {
      const fromOutside = { ...this.toAddress(port.clusterIp, `${port.name} cluster IP`, MARK_MASQ), notSource: CLUSTER_CIDR }
      this.add('nat', internalChain, fromOutside)
    }
    if (usable.any && isExternallyAccessible(port)) this.external(chain('EXT'), hasExternal)
    if (firewalled) this.firewall(chain('FW'), chain('EXT'))
    if (usable.cluster.length > 0 && usesClusterEndpoints(port)) this.balance(chain('SVC'), usable.cluster)
    if (usable.local.length > 0) this.balance(chain('SVL'), usable.local)
    for (const endpoint of usable.reachable) this.endpoint(endpoint)
  }

  private toAddress(ip: string, comment: string, target: string): Rule {
    const { protocol, port } = this.port
    return { destination: `${ip}/32`, protocol, matches: [{ comment }, { port }], target }
  }

  private captureClusterIp(hasInternal: boolean, chain: string, otherwise: Rule): void {
    const { name, clusterIp } = this.port
    if (hasInternal) this.add('nat', 'KUBE-SERVICES', this.toAddress(clusterIp, `${name} cluster IP`, chain))
    else this.add('filter', 'KUBE-SERVICES', this.without(clusterIp, otherwise))
  }

  private without(ip: string, otherwise: Rule): Rule {
    const { protocol, port } = this.port
    return { destination: `${ip}/32`, protocol, matches: [...otherwise.matches!, { port }], target: otherwise.target }
  }

  private captureAddresses(any: boolean, hasExternal: boolean, firewalled: boolean, otherwise: Rule): void {
    const { name, protocol, externalIps, loadBalancerIps } = this.port
    const external = serviceChain('EXT', name, protocol)
    const firewall = serviceChain('FW', name, protocol)
    for (const ip of externalIps) {
      if (any) this.add('nat', 'KUBE-SERVICES', this.toAddress(ip, `${name} external IP`, external))
      if (!hasExternal) this.add('filter', 'KUBE-EXTERNAL-SERVICES', this.without(ip, otherwise))
    }
    for (const ip of loadBalancerIps) {
      if (any) this.add('nat', 'KUBE-SERVICES', this.toAddress(ip, `${name} loadbalancer IP`, firewalled ? firewall : external))
      if (firewalled) {
        this.add('filter', 'KUBE-PROXY-FIREWALL', this.toAddress(ip, `${name} traffic not accepted by ${firewall}`, 'DROP'))
      }
      if (!hasExternal) this.add('filter', 'KUBE-EXTERNAL-SERVICES', this.without(ip, otherwise))
    }
  }

  private captureNodePorts(any: boolean, hasExternal: boolean, otherwise: Rule): void {
    const { name, protocol, nodePort, healthCheckNodePort } = this.port
    if (nodePort !== 0 && any) {
      const target = serviceChain('EXT', name, protocol)
      const matches: Match[] = [{ comment: name }, { port: nodePort }]
      const counted: Match[] = [...matches, { nfacct: 'localhost_nps_accepted_pkts' }]
      this.add('nat', 'KUBE-NODEPORTS', { destination: '127.0.0.0/8', protocol, matches: counted, target })
      this.add('nat', 'KUBE-NODEPORTS', { protocol, matches, target })
    }
    if (nodePort !== 0 && !hasExternal) {
      const matches: Match[] = [...otherwise.matches!, { dstType: 'LOCAL' }, { port: nodePort }]
      this.add('filter', 'KUBE-EXTERNAL-SERVICES', { protocol, matches, target: otherwise.target })
    }
    if (healthCheckNodePort !== 0) {
      const matches: Match[] = [{ comment: `${name} health check node port` }, { port: healthCheckNodePort }]
      this.add('filter', 'KUBE-NODEPORTS', { protocol: 'tcp', matches, target: 'ACCEPT' })
    }
  }

  /** Traffic to external destinations: masqueraded with policy Cluster; with Local only the cluster's own traffic leaves the node. */
  private external(chain: string, hasExternal: boolean): void {
    const { name, protocol, externalLocal } = this.port
    const cluster = serviceChain('SVC', name, protocol)
    if (!externalLocal) {
      this.add('nat', chain, { matches: [{ comment: `masquerade traffic for ${name} external destinations` }], target: MARK_MASQ })
    } else {
      const local: Match = { srcType: 'LOCAL' }
      const pods = { comment: `pod traffic for ${name} external destinations` }
      this.add('nat', chain, { source: CLUSTER_CIDR, matches: [pods], target: cluster })
      const masquerade = { comment: `masquerade LOCAL traffic for ${name} external destinations` }
      this.add('nat', chain, { matches: [masquerade, local], target: MARK_MASQ })
      const route = { comment: `route LOCAL traffic for ${name} external destinations` }
      this.add('nat', chain, { matches: [route, local], target: cluster })
    }
    if (hasExternal) this.add('nat', chain, { target: serviceChain(externalLocal ? 'SVL' : 'SVC', name, protocol) })
  }

  /** Only the allowed sources go on; the rest stays un-NATed and is dropped by KUBE-PROXY-FIREWALL. */
  private firewall(chain: string, external: string): void {
    const { name, sourceRanges, loadBalancerIps } = this.port
    const matches: Match[] = [{ comment: `${name} loadbalancer IP` }]
    for (const source of sourceRanges) this.add('nat', chain, { source, matches, target: external })
    const { ip } = this.node
    if (ip !== undefined && sourceRanges.some((range) => inNetwork(ip, range))) {
      for (const own of loadBalancerIps) this.add('nat', chain, { source: `${own}/32`, matches, target: external })
    }
    this.add('nat', chain, { matches: [{ comment: `other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL` }] })
  }

  private balance(chain: string, endpoints: Endpoint[]): void {
    const { name, protocol, affinitySeconds } = this.port
    const hop = (endpoint: Endpoint, match?: Match): Rule => {
      const comment: Match = { endpointComment: `${name} -> ${endpoint.address}` }
      return { matches: match ? [comment, match] : [comment], target: endpointChain(name, protocol, endpoint.address) }
    }
    if (affinitySeconds !== undefined) {
      for (const endpoint of endpoints) {
        this.add('nat', chain, hop(endpoint, { recent: endpointChain(name, protocol, endpoint.address), seconds: affinitySeconds }))
      }
    }
    for (const [i, endpoint] of endpoints.entries()) {
      const left = endpoints.length - i
      this.add('nat', chain, hop(endpoint, left > 1 ? { oneIn: left } : undefined))
    }
  }

  private endpoint(endpoint: Endpoint): void {
    const { name, protocol, affinitySeconds } = this.port
    const chain = endpointChain(name, protocol, endpoint.address)
    const comment: Match = { endpointComment: name }
    this.add('nat', chain, { source: `${endpoint.ip}/32`, matches: [comment], target: MARK_MASQ })
    const remember: Match[] = affinitySeconds === undefined ? [] : [{ remember: chain }]
    this.add('nat', chain, { protocol, matches: [comment, ...remember, { port: 0 }], target: 'DNAT', to: endpoint.address })
  }
}
