// Commands that use the network.
import type { Command } from '../../../process'
import { curl } from './curl'
import { dig, getent, host, nslookup } from './dns'
import { arp, ifconfig, ip, netstat, route, ss } from './interfaces'
import { nc, ping, telnet, traceroute } from './sockets'
import { wget } from './wget'

export const NETWORK: Record<string, Command> = {
  arp,
  curl,
  dig,
  getent,
  host,
  ifconfig,
  ip,
  nc,
  ncat: nc,
  netcat: nc,
  netstat,
  nslookup,
  ping,
  route,
  ss,
  telnet,
  traceroute,
  wget,
}
