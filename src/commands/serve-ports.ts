// The listeners of `kubesim serve`: which ports the Services ask for, opened and closed as they come and go.
import net from 'node:net'
import os from 'node:os'
import type { Node, Service } from '../api/types'
import type { Cluster } from '../cluster'
import type { Live } from '../live'
import { inNetwork } from '../network/address'
import { hostPods } from '../network/cluster-network'
import { nodeIp } from '../network/ipam'
import { type Route, route } from '../network/packet'
import { RULES, type RulesEntry, rulesOn } from '../network/proxy/rules'
import { reasonOf } from './listen'
import { connectToProgram } from './pod-socket'
import { hostPort } from './port-forward-ports'
import { listenDatagrams } from './serve-datagrams'
import { OUTSIDE } from './trace'

/** One address and port to listen on, and where its connections enter the cluster. */
interface Port {
  address: string
  port: number
  /** `namespace/name` */
  service: string
  /** What the Service calls it: `80`. */
  servicePort: number
  nodePort: number
  protocol: 'TCP' | 'UDP'
  /** The node of the address; any node for a load balancer. */
  node?: string
}

const MOST_CONNECTIONS = 8192
/** Connections that a rule drops stay open and silent, as long as a client tries in vain; so many at a time. */
const MOST_SILENT = 1024
const SILENT_MS = 127_000

export class PortSet {
  private readonly open = new Map<string, { port: Port; server: { close(): void } }>()
  private readonly busy = new Set<string>()
  private readonly sockets = new Set<net.Socket>()
  private announced = ''
  private silent = 0
  private seen?: Cluster

  constructor(
    private readonly live: Live,
    private readonly say: (line: string) => void,
    private readonly complain: (line: string) => void,
  ) {}

  get size(): number {
    return this.open.size
  }

  /** Opens and closes until the listeners are those the state asks for. `given`: addresses of nodes, else loopback ones. */
  async follow(given: string[] | undefined, balance: boolean): Promise<void> {
    const cluster = this.live.cluster()
    if (cluster === this.seen && this.busy.size === 0) return
    this.seen = cluster
    const nodes = nodeAddresses(cluster, given)
    this.announce(nodes)
    const wanted = new Map(wantedPorts(cluster, nodes, balance).map((p) => [keyOf(p), p]))
    for (const [key, { port, server }] of this.open) {
      const still = wanted.get(key)
      if (still && still.service === port.service && still.nodePort === port.nodePort) continue
      server.close()
      this.open.delete(key)
      this.say(`closed ${key}, which was ${port.service}:${port.servicePort}`)
    }
    for (const key of this.busy) if (!wanted.has(key)) this.busy.delete(key)
    for (const [key, port] of wanted) if (!this.open.has(key)) await this.listen(key, port)
  }

  close(): void {
    for (const { server } of this.open.values()) server.close()
    for (const socket of this.sockets) socket.destroy()
    this.open.clear()
  }

  private announce(nodes: Map<string, string>): void {
    const text = [...nodes].map(([node, address]) => `${node} is ${address}`).join(', ')
    if (text !== this.announced) this.say(text)
    this.announced = text
  }

  private async listen(key: string, port: Port): Promise<void> {
    try {
      const server = await (port.protocol === 'UDP' ? this.listenUdp(port) : this.listenTcp(port))
      this.busy.delete(key)
      this.open.set(key, { port, server })
      this.say(`${key} is ${port.service}:${port.servicePort}`)
    } catch (error) {
      // Said once; tried again every time, silently, until it is free.
      if (!this.busy.has(key)) this.complain(`cannot listen on ${key} for ${port.service}:${port.servicePort}: ${reasonOf(error as Error)}`)
      this.busy.add(key)
    }
  }

  private listenTcp(port: Port): Promise<net.Server> {
    const server = net.createServer((socket) => this.accept(socket, port))
    server.maxConnections = MOST_CONNECTIONS
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: port.address, port: port.port, backlog: 1024 }, () => {
        server.removeAllListeners('error')
        server.on('error', () => {})
        resolve(server)
      })
    })
  }

  private listenUdp(port: Port): Promise<{ close(): void }> {
    return listenDatagrams(this.live, port, (source) => this.walk(this.live.cluster(), port, sourceAt(source)))
  }

  private accept(socket: net.Socket, port: Port): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    try {
      this.lead(socket, port)
    } catch {
      // A state that cannot be read just now.
      socket.resetAndDestroy()
    }
  }

  private lead(socket: net.Socket, port: Port): void {
    const cluster = this.live.cluster()
    const source = sourceAt(socket.remoteAddress ?? '')
    const way = this.walk(cluster, port, source)
    if (way?.verdict === 'delivered') {
      const pods = way.pod ? [way.pod] : hostPods(cluster.world, way.node ?? '')
      const target = this.live.target(pods, way.port, false)
      if (target) connectToProgram(socket, this.live, target, way.source)
      else socket.resetAndDestroy()
    } else if (way?.verdict === 'dropped' || way?.verdict === 'lost') this.hold(socket)
    else socket.resetAndDestroy()
  }

  private walk(cluster: Cluster, port: Port, source: string): Route | undefined {
    const node = port.node ? cluster.view.get<Node>('nodes', undefined, port.node) : this.anyNode(cluster, port)
    const to = node && nodeIp(node)
    if (!node || !to) return undefined
    const env = { now: () => cluster.env.now(), random: this.live.random }
    const from = { outside: source, at: node.metadata.name }
    const way = route(cluster.view, this.live.records(), env, { from, to, port: port.nodePort, protocol: port.protocol })
    // Source ranges are the load balancer's own business: its node ports do not know them.
    if (port.node === undefined && !this.allows(cluster, port, source)) return { ...way, verdict: 'dropped' }
    return way
  }

  private allows(cluster: Cluster, port: Port, source: string): boolean {
    const [namespace, name] = port.service.split('/')
    const ranges = cluster.view.get<Service>('services', namespace, name)?.spec.loadBalancerSourceRanges ?? []
    return ranges.length === 0 || ranges.some((r) => inNetwork(source, r))
  }

  /** A load balancer takes any node that has endpoints for it, which with policy Local are those with Pods. */
  private anyNode(cluster: Cluster, port: Port): Node | undefined {
    const entry = this.live.records().get<RulesEntry>(RULES, port.service)
    const nodes = cluster.view.list<Node>('nodes')
    const able = nodes.filter((n) => !isRefused(entry, n.metadata.name, port))
    const from = able.length > 0 ? able : nodes
    return from[Math.floor(this.live.random() * from.length)]
  }

  private hold(socket: net.Socket): void {
    if (this.silent >= MOST_SILENT) {
      socket.destroy()
      return
    }
    this.silent++
    socket.pause()
    const timer = setTimeout(() => socket.destroy(), SILENT_MS)
    socket.once('close', () => {
      this.silent--
      clearTimeout(timer)
    })
  }
}

/** The node's name -> the address that stands for it. Without given ones a loopback address a node, where the system has more than one. */
function nodeAddresses(cluster: Cluster, given: string[] | undefined): Map<string, string> {
  const nodes = cluster.view.list<Node>('nodes')
  const own = given ?? nodes.map((_, i) => `127.0.0.${i + 1}`).slice(0, severalLoopbacks() ? 254 : 1)
  return new Map(nodes.slice(0, own.length).map((n, i) => [n.metadata.name, own[i]]))
}

/** Linux answers on all of 127.0.0.0/8; elsewhere only 127.0.0.1 is there. */
export function severalLoopbacks(): boolean {
  return os.platform() === 'linux'
}

/** `127.0.0.1:30080`, with `/UDP` behind it. */
function keyOf({ address, port, protocol }: Port): string {
  return hostPort(address, port) + (protocol === 'UDP' ? '/UDP' : '')
}

/** What comes from this machine comes, for the cluster, from the host its nodes run on. */
function sourceAt(remote: string): string {
  const address = remote.replace(/^::ffff:/, '')
  return address === '' || address.startsWith('127.') || address === '::1' ? OUTSIDE : address
}

function wantedPorts(cluster: Cluster, nodes: Map<string, string>, balance: boolean): Port[] {
  const { view, world } = cluster
  const found: Port[] = []
  for (const service of view.list<Service>('services')) {
    const key = `${service.metadata.namespace}/${service.metadata.name}`
    const entry = world.records.get<RulesEntry>(RULES, key)
    for (const { port, nodePort, protocol } of service.spec.ports ?? []) {
      // There are no SCTP sockets here.
      if (!nodePort || protocol === 'SCTP') continue
      const of = { service: key, servicePort: port, nodePort, protocol: (protocol ?? 'TCP') as Port['protocol'] }
      for (const [node, address] of nodes) {
        // Without endpoints nobody listens, so that the refusal is a real one.
        if (!isRejected(entry, node, of)) found.push({ ...of, address, port: nodePort, node })
      }
      if (!balance || service.spec.type !== 'LoadBalancer' || view.list<Node>('nodes').every((n) => isRejected(entry, n.metadata.name, of)))
        continue
      for (const { ip } of service.status?.loadBalancer?.ingress ?? []) if (ip) found.push({ ...of, address: ip, port })
    }
  }
  return found
}

function rulesFor(entry: RulesEntry | undefined, node: string, { nodePort, protocol }: Pick<Port, 'nodePort' | 'protocol'>) {
  const rules = rulesOn(entry, node)?.filter['KUBE-EXTERNAL-SERVICES'] ?? []
  return rules.filter(
    (r) =>
      r.destination === undefined && r.protocol === protocol.toLowerCase() && r.matches?.some((m) => 'port' in m && m.port === nodePort),
  )
}

function isRejected(entry: RulesEntry | undefined, node: string, port: Pick<Port, 'nodePort' | 'protocol'>): boolean {
  return rulesFor(entry, node, port).some((r) => r.target === 'REJECT')
}

function isRefused(entry: RulesEntry | undefined, node: string, port: Pick<Port, 'nodePort' | 'protocol'>): boolean {
  return rulesFor(entry, node, port).length > 0
}
