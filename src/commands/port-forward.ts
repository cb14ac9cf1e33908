// kubectl port-forward: real listeners whose connections go to one Pod, past Services and rules, until the Pod is gone.
// Upstream: kubectl/pkg/cmd/portforward/portforward.go and client-go/tools/portforward/portforward.go.
import net from 'node:net'
import type { Pod, Service } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { klogLine } from '../cli/klog'
import { sleep } from '../env'
import { ApiError, CommandError } from '../errors'
import { Live } from '../live'
import { networkPeers } from '../runtime/containers'
import { reasonOf } from './listen'
import { objectNamed, podFor, requireKubelet, requirePermission } from './pod-container'
import { connectToProgram } from './pod-socket'
import {
  type ForwardedPort,
  hostPort,
  type ListenAddress,
  parseAddresses,
  parsePorts,
  translatePodPorts,
  translateServicePorts,
} from './port-forward-ports'

/** How often the Pod is looked at, ms. */
const POLL_MS = 200
const LOST = 'lost connection to pod'
const MOST_CONNECTIONS = 4096

async function portForward(context: CommandContext): Promise<void> {
  const { args, flags } = context
  if (args.length < 2) throw context.usage('TYPE/NAME and list of ports are required for port-forward')
  const timeout = flags.duration('pod-running-timeout')
  if (timeout <= 0) throw context.usage('--pod-running-timeout must be higher than zero')
  const object = context.cluster.read((cluster) => objectNamed(cluster, args[0], context.namespace))
  const pod = await podFor(context, object, timeout)
  const ports =
    object.kind === 'Service' ? translateServicePorts(args.slice(1), object as Service, pod) : translatePodPorts(args.slice(1), pod)
  if (pod.status?.phase !== 'Running') {
    throw new CommandError(`unable to forward port because pod is not running. Current status=${pod.status?.phase ?? ''}`)
  }
  try {
    requirePermission(context, pod, 'portforward')
  } catch (error) {
    throw error instanceof ApiError ? new CommandError(`error upgrading connection: ${error.message}`) : error
  }
  context.cluster.read(({ world }) => requireKubelet(world, pod))
  const addresses = parseAddresses(flags.list('address'))
  await new Forwarder(context, pod, parsePorts(ports), addresses).run()
}

class Forwarder {
  private readonly live: Live
  private readonly servers: net.Server[] = []
  private readonly sockets = new Set<net.Socket>()
  private lost = false

  constructor(
    private readonly context: CommandContext,
    private readonly pod: Pod,
    private readonly ports: ForwardedPort[],
    private readonly addresses: ListenAddress[],
  ) {
    this.live = new Live(context.cluster)
  }

  /** Resolves when interrupted; throws CommandError when no port could be had or the Pod is gone. */
  async run(): Promise<void> {
    const { host, err } = { host: this.context.host, err: (text: string) => this.context.err(text) }
    host.surviveHangUp()
    let interrupted = false
    host.onInterrupt(() => {
      interrupted = true
    })
    let listening = false
    for (const port of this.ports) {
      const failure = await this.listen(port)
      if (failure === undefined) listening = true
      else err(`Unable to listen on port ${port.local}: ${failure}\n`)
    }
    if (!listening) {
      const wanted = this.ports.map((p) => `{${p.local} ${p.remote}}`).join(' ')
      throw new CommandError(`unable to listen on any of the requested ports: [${wanted}]`)
    }
    while (!interrupted && !this.lost && this.isAlive()) await sleep(POLL_MS)
    this.close()
    if (!interrupted) throw new CommandError(LOST)
  }

  private isAlive(): boolean {
    const { namespace, name, uid } = this.pod.metadata
    const pod = this.live.cluster().view.get<Pod>('pods', namespace, name)
    return pod?.metadata.uid === uid && pod.status?.phase === 'Running'
  }

  private close(): void {
    for (const server of this.servers) server.close()
    for (const socket of this.sockets) socket.destroy()
    this.live.flush()
  }

  /** Why the port is not forwarded; undefined when it is. */
  private async listen(port: ForwardedPort): Promise<string | undefined> {
    const failures: string[] = []
    let must = 0
    let succeeded = 0
    for (const address of this.addresses) {
      const failure = await this.listenOn(port, address)
      if (failure === undefined) succeeded += address.mustListen ? 0 : 1
      else {
        failures.push(`unable to create listener: Error listen ${address.network} ${hostPort(address.address, port.local)}: ${failure}`)
        must += address.mustListen ? 1 : 0
      }
    }
    const optional = failures.length - must
    if (must === 0 && (optional === 0 || succeeded > 0)) return undefined
    return `Listeners failed to create with the following errors: [${failures.join(' ')}]`
  }

  private listenOn(port: ForwardedPort, { address, network }: ListenAddress): Promise<string | undefined> {
    const server = net.createServer((socket) => this.accept(socket, port))
    server.maxConnections = MOST_CONNECTIONS
    return new Promise((resolve) => {
      server.once('error', (error) => resolve(`bind: ${reasonOf(error)}`))
      server.listen({ host: address, port: port.local, ipv6Only: network === 'tcp6' }, () => {
        server.removeAllListeners('error')
        server.on('error', () => {})
        this.servers.push(server)
        port.local = (server.address() as net.AddressInfo).port
        this.context.out(`Forwarding from ${hostPort(address, port.local)} -> ${port.remote}\n`)
        resolve(undefined)
      })
    })
  }

  private accept(socket: net.Socket, port: ForwardedPort): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => {})
    this.context.out(`Handling connection for ${port.local}\n`)
    const { world } = this.live.cluster()
    const target = this.live.target(networkPeers(world, this.pod), port.remote, true)
    if (target) connectToProgram(socket, this.live, target, '127.0.0.1')
    else {
      this.context.err(this.refusal(port))
      socket.destroy()
      // The kubelet closes the stream after an error; kubectl then ends.
      this.lost = true
    }
  }

  /** klog's line for what containerd reports when nobody listens. */
  private refusal({ local, remote }: ForwardedPort): string {
    const id = this.pod.metadata.uid.replaceAll('-', '').padEnd(64, '0').slice(0, 64)
    const namespace = `/var/run/netns/cni-${this.pod.metadata.uid}`
    const refused = `IPv4: dial tcp4 127.0.0.1:${remote}: connect: connection refused IPv6 dial tcp6 [::1]:${remote}: connect: connection refused `
    const inside = `failed to execute portforward in network namespace "${namespace}": failed to connect to localhost:${remote} inside namespace "${id}", ${refused}`
    const message = `an error occurred forwarding ${local} -> ${remote}: error forwarding port ${remote} to pod ${id}, uid : ${inside}`
    return klogLine(this.context.host, 'E', 'portforward.go:424', `"Unhandled Error" err=${JSON.stringify(message)}`)
  }
}

export const command: Command = { run: portForward }
