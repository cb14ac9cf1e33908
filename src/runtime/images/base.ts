// Base images: no daemon, only commands.
import type { Command, Image } from '../process'
import { extraCommands } from '../shell/catalogue'
import { packageManager } from './packages'
import { executable } from './servers'

export const busybox: Image = {
  repositories: [
    'busybox',
    'registry.k8s.io/busybox',
    'registry.k8s.io/e2e-test-images/busybox',
    'gcr.io/google-containers/busybox',
    'public.ecr.aws/docker/library/busybox',
    'radial/busyboxplus',
    'k8s.gcr.io/busybox',
  ],
  hasTag: (tag) => !/^\d/.test(tag) || /^1(?:\.(?:[12]?\d|3[0-7])(?:\.\d+)?)?(?:-[\w.-]+)?$/.test(tag),
  command: ['sh'],
  sizeBytes: 2_222_356,
  userland: 'busybox',
}

export const alpine: Image = {
  repositories: ['alpine', 'public.ecr.aws/docker/library/alpine'],
  hasTag: (tag) => !/^\d/.test(tag) || /^(?:2\.\d+|3(?:\.(?:1?\d|2[0-3])(?:\.\d+)?)?|20\d{6})$/.test(tag),
  command: ['/bin/sh'],
  sizeBytes: 3_623_844,
  userland: 'alpine',
  commands: { apk: packageManager },
}

export const debian: Image = {
  repositories: ['debian', 'ubuntu', 'buildpack-deps', 'centos', 'fedora', 'rockylinux', 'almalinux', 'amazonlinux', 'oraclelinux'],
  command: ['bash'],
  sizeBytes: 48_494_272,
  userland: 'debian',
  commands: { apt: packageManager, 'apt-get': packageManager, dnf: packageManager, yum: packageManager },
}

export const bash: Image = {
  repositories: ['bash'],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['bash'],
  sizeBytes: 6_500_000,
  userland: 'alpine',
  files: { '/usr/local/bin/docker-entrypoint.sh': '#!/bin/sh\nexec "$@"\n' },
}

export const curlImage: Image = {
  repositories: ['curlimages/curl', 'radial/busyboxplus:curl', 'appropriate/curl', 'quay.io/curl/curl', 'badouralix/curl-jq'],
  entrypoint: ['/entrypoint.sh'],
  command: ['curl'],
  sizeBytes: 9_155_220,
  userland: 'alpine',
  user: 'curl_user',
  commands: extraCommands('curl'),
  files: {
    '/entrypoint.sh': '#!/bin/sh\nif [ "${1#-}" != "${1}" ] || ! command -v "${1}" >/dev/null; then set -- curl "$@"; fi\nexec "$@"\n',
  },
}

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

/** `node`, `python`, `go` and their like: they run nothing, but their commands are there. */
const said =
  (text: string): Command =>
  (io) => {
    if (io.args.some((a) => /^(?:-v|-V|--version|version)$/.test(a))) io.out(text)
    return 0
  }

function language(repositories: string[], command: string, version: string, sizeBytes: number, others: string[] = []): Image {
  const commands: Record<string, Command> = { ...extraCommands('curl', 'wget', 'ps'), 'apt-get': packageManager, apt: packageManager }
  for (const name of [command, ...others]) commands[name] = said(version)
  return { repositories, command: [command], sizeBytes, userland: 'debian', commands }
}

export const node = language(['node', 'bitnami/node'], 'node', 'v22.11.0\n', 378_000_000, ['npm', 'npx', 'yarn'])
export const golang = language(['golang'], 'go', 'go version go1.23.3 linux/amd64\n', 312_000_000)
export const ruby = language(['ruby'], 'irb', 'ruby 3.3.6\n', 370_000_000, ['ruby', 'gem'])
export const java = language(
  ['openjdk', 'eclipse-temurin', 'amazoncorretto'],
  'jshell',
  'openjdk version "21.0.5" 2024-10-15\n',
  240_000_000,
  ['java'],
)
export const php = language(['php'], 'php', 'PHP 8.3.14 (cli)\n', 180_000_000)

/** Waits for its end: what holds a Pod's network. */
export const pause: Image = {
  repositories: [
    'registry.k8s.io/pause',
    'k8s.gcr.io/pause',
    'gcr.io/google_containers/pause',
    'gcr.io/google-containers/pause',
    'rancher/mirrored-pause',
  ],
  entrypoint: ['/pause'],
  sizeBytes: 320_448,
  files: { '/pause': '' },
  program: (argv) =>
    executable(argv) === 'pause'
      ? {
          start: () => ({ state: null }),
          signal: (state, signal, context) => {
            if (signal !== 'SIGTERM' && signal !== 'SIGINT') return undefined
            context.log(`Shutting down, got signal: ${signal === 'SIGTERM' ? 'Terminated' : 'Interrupt'}`, 'stderr')
            return { state, exit: { code: signal === 'SIGTERM' ? 0 : 0 } }
          },
        }
      : undefined,
}

export const helloWorld: Image = {
  repositories: ['hello-world'],
  command: ['/hello'],
  sizeBytes: 10_072,
  program: () => ({
    start(context) {
      const lines = ['', 'Hello from Docker!', 'This message shows that your installation appears to be working correctly.', '']
      for (const line of lines) context.log(line)
      return { state: null, exit: { code: 0 } }
    },
  }),
}
