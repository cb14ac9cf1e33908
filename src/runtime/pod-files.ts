// Files that the kubelet and the kernel put into every container: hosts, resolv.conf, hostname, the account's token, /proc.
import type { Container, Node, Pod } from '../api/types'
import { named } from '../lib/named'
import { quantityOf, quantityValue } from '../lib/quantity'
import { resolvConf, resolvConfText } from '../network/dns/resolv-conf'
import { podMac } from '../network/ipam'
import { hostnameOf } from './environment'
import { digestOf } from './images/digest'
import type { ContainerRecord } from './process'
import { allVariables } from './service-links'
import type { Entry, Tree } from './tree'
import type { World } from './world'

const ZONE = 'cluster.local'

/** /etc/hosts, /etc/hostname, /etc/resolv.conf and the termination log of a container. */
export function podFiles(world: World, pod: Pod, container: Container): Tree {
  const tree: Tree = new Map()
  tree.set('/etc/hosts', { t: hostsFile(world, pod) })
  tree.set('/etc/hostname', { t: `${hostnameOf(pod)}\n` })
  tree.set('/etc/resolv.conf', { t: resolvConfText(resolvConf(pod)) })
  tree.set(container.terminationMessagePath || '/dev/termination-log', { t: '', m: 0o666 })
  for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) tree.set(`/dev/${device}`, { t: '', m: 0o666 })
  tree.set('/dev/stdout', { l: '/proc/self/fd/1' })
  tree.set('/dev/stderr', { l: '/proc/self/fd/2' })
  tree.set('/dev/stdin', { l: '/proc/self/fd/0' })
  return tree
}

/** Follows pkg/kubelet/kubelet_pods.go managedHostsFileContent. */
export function hostsFile(world: World, pod: Pod): string {
  const lines: string[] = []
  const local = ['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', 'fe00::0\tip6-localnet']
  local.push('fe00::0\tip6-mcastprefix', 'fe00::1\tip6-allnodes', 'fe00::2\tip6-allrouters')
  if (pod.spec.hostNetwork) {
    lines.push('# Kubernetes-managed hosts file (host network).', ...local)
    const node = pod.spec.nodeName ? world.view.get<Node>('nodes', undefined, pod.spec.nodeName) : undefined
    const ip = node?.status.addresses?.find((a) => a.type === 'InternalIP')?.address
    if (ip) lines.push(`${ip}\t${pod.spec.nodeName}`)
  } else {
    lines.push('# Kubernetes-managed hosts file.', ...local)
    const host = hostnameOf(pod)
    const full = pod.spec.subdomain ? `${host}.${pod.spec.subdomain}.${pod.metadata.namespace}.svc.${ZONE}\t` : ''
    for (const ip of pod.status?.podIPs?.map((p) => p.ip) ?? (pod.status?.podIP ? [pod.status.podIP] : []))
      lines.push(`${ip}\t${full}${host}`)
  }
  if (pod.spec.hostAliases?.length) {
    lines.push('', '# Entries added by HostAliases.')
    for (const alias of pod.spec.hostAliases) lines.push([alias.ip, ...(alias.hostnames ?? [])].join('\t'))
  }
  return `${lines.join('\n')}\n`
}

/** A token in a JWT's shape: real claims, a signature nobody can check. */
export function serviceAccountToken(
  world: World,
  pod: Pod,
  audience = 'https://kubernetes.default.svc.cluster.local',
  seconds = 3607,
): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const account = pod.spec.serviceAccountName ?? 'default'
  const uid = world.view.get('serviceaccounts', pod.metadata.namespace, account)?.metadata.uid ?? ''
  const issued = Math.floor(Date.parse(pod.metadata.creationTimestamp) / 1000)
  const key = digestOf('service-account-key')
  const claims = {
    aud: [audience],
    exp: issued + (seconds === 3607 ? 31536000 : seconds),
    iat: issued,
    iss: 'https://kubernetes.default.svc.cluster.local',
    jti: pod.metadata.uid,
    'kubernetes.io': {
      namespace: pod.metadata.namespace,
      node: { name: pod.spec.nodeName },
      pod: { name: pod.metadata.name, uid: pod.metadata.uid },
      serviceaccount: { name: account, uid },
      warnafter: issued + 3607,
    },
    nbf: issued,
    sub: `system:serviceaccount:${pod.metadata.namespace}:${account}`,
  }
  const head = `${encode(JSON.stringify({ alg: 'RS256', kid: encode(key.slice(0, 32)) }))}.${encode(JSON.stringify(claims))}`
  const signature = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => digestOf(`${i}${head}`)).join('')
  return `${head}.${Buffer.from(signature, 'hex').toString('base64url')}`
}

/** Files of /proc and /sys that people read. */
export function processFiles(world: World, pod: Pod, record: ContainerRecord | undefined, path: string): Entry | undefined {
  if (path.startsWith('/sys')) return interfaceFiles(pod, path)
  if (!path.startsWith('/proc')) return undefined
  const own = path.replace(/^\/proc\/(?:self|1)(?=\/|$)/, '/proc/1')
  const argv = record?.argv ?? []
  switch (own) {
    case '/proc':
    case '/proc/1':
    case '/proc/net':
    case '/proc/sys':
      return { d: 1, m: 0o555 }
    case '/proc/1/cmdline':
      return { t: argv.map((a) => `${a}\0`).join(''), m: 0o444 }
    case '/proc/1/comm':
      return { t: `${(argv[0] ?? '').replace(/^.*\//, '').slice(0, 15)}\n`, m: 0o444 }
    case '/proc/1/environ':
      return {
        t: Object.entries(record ? allVariables(world.records, record) : {})
          .map(([k, v]) => `${k}=${v}\0`)
          .join(''),
        m: 0o400,
      }
    case '/proc/1/status':
      return {
        t: `Name:\t${(argv[0] ?? '').replace(/^.*\//, '').slice(0, 15)}\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t1\nPPid:\t0\nThreads:\t1\n`,
        m: 0o444,
      }
    case '/proc/mounts':
    case '/proc/1/mounts':
      return { t: mountTable(pod, record), m: 0o444 }
    case '/proc/uptime': {
      const node = pod.spec.nodeName ? world.view.get('nodes', undefined, pod.spec.nodeName) : undefined
      const since = Date.parse(node?.metadata.creationTimestamp ?? pod.metadata.creationTimestamp)
      const up = Math.max(0, world.env.now() - since) / 1000
      return { t: `${up.toFixed(2)} ${(up * 3.9).toFixed(2)}\n`, m: 0o444 }
    }
    case '/proc/loadavg':
      return { t: '0.08 0.05 0.01 1/234 7\n', m: 0o444 }
    case '/proc/meminfo':
      return {
        t: 'MemTotal:        8148232 kB\nMemFree:         5120340 kB\nMemAvailable:    6871216 kB\nBuffers:          102400 kB\nCached:          1843200 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n',
        m: 0o444,
      }
    case '/proc/cpuinfo':
      return {
        t: [0, 1, 2, 3].map((n) => `processor\t: ${n}\nvendor_id\t: GenuineIntel\nmodel name\t: Virtual CPU\ncpu cores\t: 4\n`).join('\n'),
        m: 0o444,
      }
    case '/proc/version':
      return { t: 'Linux version 6.8.0-generic (build@host) (gcc 13.2.0) #1 SMP PREEMPT_DYNAMIC\n', m: 0o444 }
    case '/proc/stat':
      return { t: 'cpu  1000 0 1000 100000 0 0 0 0 0 0\n', m: 0o444 }
    default:
      return undefined
  }
}

/** What the kernel tells of the Pod's one interface. A Pod on its node's network has the node's, of which nothing is known. */
function interfaceFiles(pod: Pod, path: string): Entry | undefined {
  const ip = pod.spec.hostNetwork ? undefined : pod.status?.podIP
  if (/^\/sys(\/class(\/net(\/lo|\/eth0)?)?)?$/.test(path)) return { d: 1, m: 0o555 }
  const known: Record<string, string | undefined> = {
    '/sys/class/net/lo/address': '00:00:00:00:00:00',
    '/sys/class/net/lo/mtu': '65536',
    '/sys/class/net/eth0/address': ip && podMac(ip),
    '/sys/class/net/eth0/mtu': '1500',
    '/sys/class/net/eth0/operstate': 'up',
  }
  const text = known[path]
  return text === undefined ? undefined : { t: `${text}\n`, m: 0o444 }
}

const KIB = 1024
/** Memory of a node, KiB. */
const NODE_MEMORY = 8_148_232

/** /proc/mounts of a container: the image, the kernel's file systems, its volumes, the files that the kubelet keeps. */
function mountTable(pod: Pod, record: ContainerRecord | undefined): string {
  const container = named(pod.spec.containers, record?.name ?? '') ?? pod.spec.containers[0]
  const readOnlyRoot = container.securityContext?.['readOnlyRootFilesystem'] === true
  const limit = container.resources?.limits?.['memory']
  const memory = limit === undefined ? NODE_MEMORY : Math.floor(quantityValue(quantityOf(limit)) / KIB)
  const volumes = (container.volumeMounts ?? []).map((mount) => {
    const volume = named(pod.spec.volumes, mount.name)
    const { medium, sizeLimit } = (volume?.['emptyDir'] ?? {}) as { medium?: string; sizeLimit?: string | number }
    const kept = KEPT.some((source) => volume?.[source])
    const inMemory = medium === 'Memory' || (kept && !volume?.['configMap'])
    const mode = mount.readOnly || kept ? 'ro' : 'rw'
    const size = medium === 'Memory' && sizeLimit !== undefined ? Math.floor(quantityValue(quantityOf(sizeLimit)) / KIB) : memory
    return inMemory
      ? `tmpfs ${mount.mountPath} tmpfs ${mode},relatime,size=${size}k 0 0`
      : `/dev/vda1 ${mount.mountPath} ext4 ${mode},relatime 0 0`
  })
  const kept = ['/etc/hosts', '/dev/termination-log', '/etc/hostname', '/etc/resolv.conf'].map(
    (file) => `/dev/vda1 ${file} ext4 rw,relatime 0 0`,
  )
  const lines = [
    `overlay / overlay ${readOnlyRoot ? 'ro' : 'rw'},relatime 0 0`,
    'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
    'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0',
    'devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666 0 0',
    'mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0',
    'sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0',
    'cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0',
    ...volumes.filter((line) => !line.includes(' /var/run/secrets/kubernetes.io/')),
    ...kept,
    'shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0',
    ...volumes.filter((line) => line.includes(' /var/run/secrets/kubernetes.io/')),
  ]
  return `${lines.join('\n')}\n`
}

const KEPT = ['configMap', 'secret', 'downwardAPI', 'projected']
