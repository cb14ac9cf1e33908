// Images people take to look around in a cluster's network.
import type { Image } from '../process'
import { extraCommands } from '../shell/catalogue'

const NETWORK_TOOLS = [
  'curl',
  'wget',
  'dig',
  'host',
  'nslookup',
  'ping',
  'nc',
  'telnet',
  'traceroute',
  'ip',
  'ifconfig',
  'netstat',
  'ss',
  'route',
  'arp',
  'ps',
  'getent',
]

/** Images people take to look around in a cluster's network. */
export const networkTools: Image = {
  repositories: [
    'nicolaka/netshoot',
    'praqma/network-multitool',
    'wbitt/network-multitool',
    'registry.k8s.io/e2e-test-images/jessie-dnsutils',
    'gcr.io/kubernetes-e2e-test-images/dnsutils',
    'k8s.gcr.io/e2e-test-images/jessie-dnsutils',
    'registry.k8s.io/e2e-test-images/dnsutils',
    'tutum/dnsutils',
    'infoblox/dnstools',
    'amouat/network-utils',
    'arunvelsriram/utils',
  ],
  entrypoint: [],
  command: ['/bin/bash'],
  sizeBytes: 112_030_336,
  userland: 'debian',
  commands: extraCommands(...NETWORK_TOOLS),
}
