// UDP ports of `kubesim serve`: the first datagram of a flow goes the rules' way, the others after it, as the kernel's conntrack has it.
import dgram from 'node:dgram'
import type { Live, Target } from '../live'
import { isIPv6 } from '../network/address'
import { hostPods } from '../network/cluster-network'
import type { Route } from '../network/packet'
import type { Answer } from './dns-serve'
import { podDns, speaksDns } from './pod-socket'

/** A flow is forgotten when nothing came for so long, ms (nf_conntrack_udp_timeout), or when there are too many. */
const IDLE_MS = 30_000
const MOST_FLOWS = 4096

interface Flow {
  /** Absent: nobody is there, or a rule drops it. */
  target?: Target
  dns?: Promise<Answer>
  seen: number
}

/** Opens the socket; `walk` leads a new flow from the address it comes from. Rejects when the port cannot be had. */
export function listenDatagrams(
  live: Live,
  { address, port }: { address: string; port: number },
  walk: (source: string) => Route | undefined,
): Promise<{ close(): void }> {
  const socket = dgram.createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const flows = new Map<string, Flow>()
  const flowOf = (from: dgram.RemoteInfo): Flow => {
    const key = `${from.address}:${from.port}`
    const now = live.cluster().env.now()
    const known = flows.get(key)
    flows.delete(key)
    const flow = known && now - known.seen <= IDLE_MS ? known : { ...led(live, walk(from.address)), seen: now }
    flow.seen = now
    flows.set(key, flow)
    if (flows.size > MOST_FLOWS) flows.delete(flows.keys().next().value as string)
    return flow
  }
  socket.on('message', (bytes, from) => {
    const reply = async () => {
      const text = await answer(live, flowOf(from), bytes)
      if (text && text.length > 0) socket.send(text, from.port, from.address, () => {})
    }
    // A state that cannot be read just now answers nothing.
    reply().catch(() => {})
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.removeAllListeners('error')
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function led(live: Live, way: Route | undefined): Omit<Flow, 'seen'> {
  if (way?.verdict !== 'delivered') return {}
  const pods = way.pod ? [way.pod] : hostPods(live.cluster().world, way.node ?? '')
  const target = live.target(pods, way.port, false, 'UDP')
  return { target, dns: target && speaksDns(target) ? podDns(live, target) : undefined }
}

async function answer(live: Live, { target, dns }: Flow, bytes: Buffer): Promise<Buffer | undefined> {
  if (dns) return (await dns)(bytes, 'udp')
  const reply = target && live.stream(target, bytes.toString('latin1'))
  return reply?.data ? Buffer.from(reply.data, 'latin1') : undefined
}
