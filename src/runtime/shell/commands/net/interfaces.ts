// ip, ifconfig, route, arp, netstat, ss: a Pod's one interface and its sockets.
import { podMac } from '../../../../network/ipam'
import type { Command, CommandIo, Listener } from '../../../process'
import { parseFlags } from '../errors'

function own(io: CommandIo): { ip: string; mac: string; gateway: string; network: string; broadcast: string } {
  const ip = io.process.pod.status?.podIP ?? '127.0.0.1'
  const prefix = ip.replace(/\.\d+$/, '')
  return { ip, mac: podMac(ip), gateway: `${prefix}.1`, network: `${prefix}.0`, broadcast: `${prefix}.255` }
}

export const ip: Command = (io) => {
  const args = io.args.filter((a) => !a.startsWith('-'))
  const brief = io.args.some((a) => a === '-br' || a === '-brief')
  const { ip: address, mac, gateway, network, broadcast } = own(io)
  const [object = ''] = args
  if (object !== '' && 'address'.startsWith(object)) {
    if (brief) {
      io.out(`lo               UNKNOWN        127.0.0.1/8 ::1/128 \neth0@if5         UP             ${address}/24 \n`)
      return 0
    }
    const device = args.includes('eth0') ? 'eth0' : args.includes('lo') ? 'lo' : undefined
    if (device !== 'eth0')
      io.out(
        '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n    inet6 ::1/128 scope host \n       valid_lft forever preferred_lft forever\n',
      )
    if (device !== 'lo')
      io.out(
        `2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue \n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n    inet ${address}/24 brd ${broadcast} scope global eth0\n       valid_lft forever preferred_lft forever\n`,
      )
    return 0
  }
  if (object !== '' && 'link'.startsWith(object)) {
    io.out(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue \n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n`,
    )
    return 0
  }
  if (object !== '' && 'route'.startsWith(object)) {
    if (args[1] === 'get') io.out(`${args[2]} via ${gateway} dev eth0  src ${address} \n`)
    else
      io.out(
        `default via ${gateway} dev eth0 \n${network}/24 via ${gateway} dev eth0  src ${address} \n${gateway} dev eth0 scope link  src ${address} \n`,
      )
    return 0
  }
  if (object !== '' && 'neighbour'.startsWith(object)) {
    io.out(`${gateway} dev eth0 lladdr ${podMac(gateway)} used 0/0/0 probes 1 REACHABLE\n`)
    return 0
  }
  io.err(`Object "${object}" is unknown, try "ip help".\n`)
  return 1
}

export const ifconfig: Command = (io) => {
  const { ip: address, mac, broadcast } = own(io)
  io.out(
    `eth0      Link encap:Ethernet  HWaddr ${mac.toUpperCase()}  \n          inet addr:${address}  Bcast:${broadcast}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\n`,
  )
  io.out(
    'lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n',
  )
  return 0
}

export const route: Command = (io) => {
  const { gateway, network } = own(io)
  io.out('Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n')
  io.out(
    `default         ${gateway.padEnd(15)} 0.0.0.0         UG    0      0        0 eth0\n`.replace(
      'default',
      io.args.includes('-n') ? '0.0.0.0' : 'default',
    ),
  )
  io.out(
    `${network.padEnd(15)} ${gateway.padEnd(15)} 255.255.255.0   UG    0      0        0 eth0\n${gateway.padEnd(15)} 0.0.0.0         255.255.255.255 UH    0      0        0 eth0\n`,
  )
  return 0
}

export const arp: Command = (io) => {
  const { gateway } = own(io)
  io.out(`? (${gateway}) at ${podMac(gateway)} [ether]  on eth0\n`)
  return 0
}

function unique(list: Listener[]): Listener[] {
  const seen = new Set<string>()
  return list.filter((l) => {
    const key = `${l.protocol}${l.port}`
    return !seen.has(key) && seen.add(key)
  })
}

export const netstat: Command = (io) => {
  const { flags } = parseFlags(io)
  const list = unique(io.process.sockets())
  const program = flags.has('p') ? ' PID/Program name' : ''
  io.out(
    `Active Internet connections (${flags.has('l') ? 'only servers' : flags.has('a') ? 'servers and established' : 'w/o servers'})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${program}\n`,
  )
  if (!flags.has('l') && !flags.has('a')) return 0
  for (const l of list) {
    const local = `${l.address ?? '0.0.0.0'}:${l.port}`
    io.out(
      `${l.protocol.toLowerCase().padEnd(5)}      0      0 ${local.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} ${(l.protocol === 'TCP' ? 'LISTEN' : '').padEnd(11)}${program && ` ${program1(io)}`}\n`,
    )
  }
  return 0
}

function program1(io: CommandIo): string {
  return `1/${(io.process.argv[0] ?? '').replace(/^.*\//, '')}`
}

export const ss: Command = (io) => {
  const { flags } = parseFlags(io)
  io.out('Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n')
  for (const l of unique(io.process.sockets())) {
    if (!flags.has('l') && !flags.has('a')) continue
    const process = flags.has('p') ? `users:(("${(io.process.argv[0] ?? '').replace(/^.*\//, '')}",pid=1,fd=6))` : ''
    io.out(
      `${l.protocol.toLowerCase().padEnd(5)} ${(l.protocol === 'TCP' ? 'LISTEN' : 'UNCONN').padEnd(6)} 0      511    ${`${l.address ?? '0.0.0.0'}:${l.port}`.padStart(18)} ${'0.0.0.0:*'.padStart(17)} ${process}\n`.replace(
        / +\n$/,
        '\n',
      ),
    )
  }
  return 0
}
