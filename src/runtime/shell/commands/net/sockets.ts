// nc, telnet, ping, traceroute.
import { isAddress } from '../../../hosts'
import type { Command, CommandIo, Connection } from '../../../process'
import { base, isGnu } from '../errors'
import { CONNECT_GIVES_UP } from './curl'

interface Nc {
  host?: string
  port?: number
  zero: boolean
  verbose: boolean
  /** ms */
  wait?: number
  udp: boolean
  listen: boolean
}

function ncOptions(args: string[]): Nc {
  const o: Nc = { zero: false, verbose: false, udp: false, listen: false }
  const rest: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (!arg.startsWith('-') || arg === '-') rest.push(arg)
    else
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]
        if (letter === 'z') o.zero = true
        else if (letter === 'v') o.verbose = true
        else if (letter === 'u') o.udp = true
        else if (letter === 'l') o.listen = true
        else if ('wpiq'.includes(letter)) {
          const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i]
          if (letter === 'w') o.wait = Number(value) * 1000
          if (letter === 'p' && o.listen) rest.push(value)
          break
        }
      }
  }
  if (o.listen) o.port = Number(rest.at(-1))
  else {
    o.host = rest[0]
    o.port = rest[1] === undefined ? undefined : Number(rest[1])
  }
  return o
}

const DONE = { done: true }

export const nc: Command = (io, raw) => {
  const o = ncOptions(io.args)
  const gnu = isGnu(io)
  // Nothing here can accept: a listening nc waits.
  if (o.listen) return { state: {} }
  if (o.host === undefined || o.port === undefined || Number.isNaN(o.port)) {
    io.err(
      gnu
        ? 'usage: nc [-46CDdFhklNnrStUuvZz] [destination] [port]\n'
        : 'BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: nc [OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen\n',
    )
    return 1
  }
  const connection = io.process.connect(o.host, o.port, o.udp ? 'UDP' : 'TCP')
  if (connection.outcome === 'unresolved') {
    io.err(gnu ? `nc: getaddrinfo for host "${o.host}" port ${o.port}: Name or service not known\n` : `nc: bad address '${o.host}'\n`)
    return 1
  }
  if (connection.outcome === 'timeout') {
    if (raw === undefined) return { state: DONE, wakeAt: io.process.env.now() + (o.wait ?? CONNECT_GIVES_UP) }
    if (gnu && o.verbose) io.err(`nc: connect to ${o.host} (${connection.ip}) port ${o.port} (tcp) timed out: Operation now in progress\n`)
    else if (!gnu)
      io.err(o.wait === undefined ? `nc: can't connect to remote host (${connection.ip}): Operation timed out\n` : 'nc: timed out\n')
    return 1
  }
  if (connection.outcome !== 'connected') {
    const why = connection.outcome === 'refused' ? 'Connection refused' : gnu ? 'No route to host' : 'Host is unreachable'
    if (gnu) {
      if (o.verbose) io.err(`nc: connect to ${o.host} (${connection.ip}) port ${o.port} (tcp) failed: ${why}\n`)
    } else if (!o.udp) io.err(`nc: can't connect to remote host (${connection.ip}): ${why}\n`)
    return 1
  }
  if (o.verbose)
    io.err(
      gnu
        ? `Connection to ${o.host} (${connection.ip}) ${o.port} port [tcp/*] succeeded!\n`
        : `${o.host} (${connection.ip}:${o.port}) open\n`,
    )
  if (o.zero) return 0
  return converse(io, connection, raw !== undefined)
}

/** Sends standard input, shows what comes back. */
function converse(io: CommandIo, connection: Extract<Connection, { outcome: 'connected' }>, begun: boolean): ReturnType<Command> {
  if (!begun) io.out(connection.stream(''))
  const { text, end } = io.input()
  if (text !== '') io.out(connection.stream(text))
  return end ? 0 : { state: DONE, onInput: true }
}

export const telnet: Command = (io, raw) => {
  const [hostName, portText] = io.args.filter((a) => !a.startsWith('-'))
  const port = Number(portText ?? 23)
  const connection = io.process.connect(hostName ?? '', port)
  if (connection.outcome === 'unresolved') {
    io.err(isGnu(io) ? `telnet: could not resolve ${hostName}/${port}: Name or service not known\n` : `telnet: bad address '${hostName}'\n`)
    return 1
  }
  if (connection.outcome !== 'connected') {
    if (connection.outcome === 'timeout' && raw === undefined) return { state: DONE, wakeAt: io.process.env.now() + CONNECT_GIVES_UP }
    const why =
      connection.outcome === 'refused'
        ? 'Connection refused'
        : connection.outcome === 'timeout'
          ? 'Operation timed out'
          : 'Host is unreachable'
    if (isGnu(io)) io.out(`Trying ${connection.ip}...\n`)
    io.err(
      isGnu(io)
        ? `telnet: Unable to connect to remote host: ${why}\n`
        : `telnet: can't connect to remote host (${connection.ip}): ${why}\n`,
    )
    return 1
  }
  if (raw === undefined)
    io.out(isGnu(io) ? `Trying ${connection.ip}...\nConnected to ${hostName}.\nEscape character is '^]'.\n` : `Connected to ${hostName}\n`)
  const outcome = converse(io, connection, raw !== undefined)
  if (outcome === 0) {
    if (isGnu(io)) io.out('Connection closed by foreign host.\n')
    else io.err('Connection closed by foreign host\n')
    return 1
  }
  return outcome
}

interface PingState {
  sent: number
  received: number
  ip: string
}

export const ping: Command = (io, raw) => {
  let count: number | undefined
  let wait = 1000
  let deadline: number | undefined
  let quiet = false
  const rest: string[] = []
  for (let i = 0; i < io.args.length; i++) {
    const parts = /^-([cwWisIt])(.*)$/.exec(io.args[i])
    if (parts) {
      const value = parts[2] !== '' ? parts[2] : io.args[++i]
      if (parts[1] === 'c') count = Number(value)
      if (parts[1] === 'i') wait = Number(value) * 1000
      if (parts[1] === 'w') deadline = Number(value)
    } else if (io.args[i] === '-q') quiet = true
    else if (!io.args[i].startsWith('-')) rest.push(io.args[i])
  }
  const name = rest[0] ?? ''
  const gnu = isGnu(io)
  let state = raw as unknown as PingState | undefined
  if (!state) {
    const ip = isAddress(name) ? name : io.process.resolve(name)?.[0]
    if (ip === undefined) {
      io.err(gnu ? `ping: ${name}: Name or service not known\n` : `ping: bad address '${name}'\n`)
      return gnu ? 2 : 1
    }
    io.out(gnu ? `PING ${name} (${ip}) 56(84) bytes of data.\n` : `PING ${name} (${ip}): 56 data bytes\n`)
    state = { sent: 0, received: 0, ip }
  }
  const limit = count ?? deadline ?? Number.POSITIVE_INFINITY
  if (state.sent < limit) {
    const outcome = io.process.ping(state.ip)
    const seq = gnu ? state.sent + 1 : state.sent
    if (outcome === 'answers' && !quiet)
      io.out(
        gnu
          ? `64 bytes from ${state.ip}: icmp_seq=${seq} ttl=63 time=0.070 ms\n`
          : `64 bytes from ${state.ip}: seq=${seq} ttl=63 time=0.070 ms\n`,
      )
    if (outcome === 'unreachable' && gnu) io.out(`From ${io.process.pod.status?.podIP} icmp_seq=${seq} Destination Host Unreachable\n`)
    const next = { ...state, sent: state.sent + 1, received: state.received + (outcome === 'answers' ? 1 : 0) }
    const more = next.sent < limit
    // The last one is waited for as well: ten seconds when nothing comes.
    const pause = more ? wait : outcome === 'answers' ? 0 : 10_000
    return { state: next as never, wakeAt: io.process.env.now() + pause }
  }
  const loss = Math.round(((state.sent - state.received) / Math.max(1, state.sent)) * 100)
  io.out(`\n--- ${name} ping statistics ---\n`)
  if (gnu) {
    io.out(`${state.sent} packets transmitted, ${state.received} received, ${loss}% packet loss, time ${(state.sent - 1) * wait}ms\n`)
    if (state.received > 0) io.out('rtt min/avg/max/mdev = 0.070/0.070/0.070/0.000 ms\n')
    else io.out('\n')
  } else {
    io.out(`${state.sent} packets transmitted, ${state.received} packets received, ${loss}% packet loss\n`)
    if (state.received > 0) io.out('round-trip min/avg/max = 0.070/0.070/0.070 ms\n')
  }
  return state.received > 0 ? 0 : 1
}

export const traceroute: Command = (io) => {
  const name = io.args.filter((a) => !a.startsWith('-'))[0] ?? ''
  const ip = isAddress(name) ? name : io.process.resolve(name)?.[0]
  if (ip === undefined) {
    io.err(`${base(io)}: bad address '${name}'\n`)
    return 1
  }
  const own = io.process.pod.status?.podIP ?? '10.244.0.2'
  io.out(`traceroute to ${name} (${ip}), 30 hops max, 46 byte packets\n 1  ${own.replace(/\.\d+$/, '.1')}  0.005 ms  0.004 ms  0.003 ms\n`)
  if (io.process.ping(ip) === 'answers') io.out(` 2  ${ip}  0.005 ms  0.004 ms  0.003 ms\n`)
  else for (let hop = 2; hop <= 30; hop++) io.out(` ${String(hop).padStart(2)}  *  *  *\n`.replace(/^ {2}/, ' '))
  return 0
}
