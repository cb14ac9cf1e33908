// Paths of a node that Pods mount: what must be there, and what is made. Follows pkg/volume/hostpath/host_path.go.
import type { Pod, Volume } from '../api/types'
import { type Entry, normalPath } from './tree'
import type { World } from './world'

interface HostPath {
  path: string
  type?: string
}

/** Directories and sockets that every node has. */
const DIRECTORIES = new Set(
  '/ /bin /boot /dev /etc /etc/cni /etc/cni/net.d /etc/containerd /etc/kubernetes /etc/kubernetes/manifests /etc/kubernetes/pki /etc/ssl /etc/ssl/certs /etc/ca-certificates /home /lib /lib/modules /media /mnt /opt /opt/cni /opt/cni/bin /proc /root /run /run/containerd /run/xtables.lock.d /sbin /srv /sys /sys/fs /sys/fs/cgroup /tmp /usr /usr/bin /usr/lib /usr/lib/modules /usr/local /usr/local/share/ca-certificates /usr/share /usr/share/ca-certificates /var /var/lib /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/lib/kubelet/pods /var/lib/kubelet/plugins /var/log /var/log/containers /var/log/pods /var/run /var/tmp'.split(
    ' ',
  ),
)
const SOCKETS = new Set(['/run/containerd/containerd.sock', '/var/run/containerd/containerd.sock'])
const FILES = new Set(
  '/etc/hostname /etc/hosts /etc/machine-id /etc/os-release /etc/passwd /etc/resolv.conf /run/xtables.lock /var/lib/kubelet/config.yaml'.split(
    ' ',
  ),
)
const CHARACTER_DEVICES = new Set(
  '/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fuse /dev/kvm /dev/net/tun'.split(' '),
)

const tableKey = (pod: Pod) => `volume/node/${pod.spec.nodeName ?? ''}`

type Kind = 'directory' | 'file' | 'socket' | 'character' | undefined
const TYPES = { directory: 'Directory', file: 'File', socket: 'Socket', character: 'CharDevice' }

function kindOf(world: World, pod: Pod, path: string): Kind {
  const written = world.records.get<Record<string, Entry>>('files', tableKey(pod)) ?? {}
  const own = written[path]
  if (own && !own.x) return own.d ? 'directory' : 'file'
  if (Object.keys(written).some((other) => other.startsWith(path === '/' ? '/' : `${path}/`)) || DIRECTORIES.has(path)) return 'directory'
  if (SOCKETS.has(path)) return 'socket'
  if (CHARACTER_DEVICES.has(path)) return 'character'
  return FILES.has(path) ? 'file' : undefined
}

/** Is there a file on a Pod's node? */
export function isHostFile(world: World, pod: Pod, path: string): boolean {
  return kindOf(world, pod, normalPath(path)) === 'file'
}

/** The check of a hostPath's type, in the kubelet's words when it fails. */
export function hostPathProblem(world: World, pod: Pod, volume: Volume): string | undefined {
  const { path, type } = (volume['hostPath'] ?? {}) as HostPath
  if (!type) return undefined
  const kind = kindOf(world, pod, normalPath(path))
  if (type.endsWith('OrCreate') && kind === undefined) return undefined
  const [wanted, words] = {
    Directory: ['directory', 'directory'],
    DirectoryOrCreate: ['directory', 'directory'],
    File: ['file', 'file'],
    FileOrCreate: ['file', 'file'],
    Socket: ['socket', 'socket file'],
    CharDevice: ['character', 'character device'],
  }[type] ?? ['block', 'block device']
  if (kind === wanted) return undefined
  if (kind) return `hostPath type check failed: ${path} is not a ${words}, it's a ${TYPES[kind]}`
  return `hostPath type check failed, ${path} is not a ${words}, unable to determine its type: path "${path}" does not exist`
}

/** Makes what `FileOrCreate` asks for; directories are there as soon as something is in them. */
export function makeHostFiles(world: World, pod: Pod): void {
  for (const volume of pod.spec.volumes ?? []) {
    const { path, type } = (volume['hostPath'] ?? {}) as HostPath
    if (type !== 'FileOrCreate' || kindOf(world, pod, normalPath(path)) !== undefined) continue
    const before = world.records.get<Record<string, Entry>>('files', tableKey(pod)) ?? {}
    world.records.put('files', tableKey(pod), { ...before, [normalPath(path)]: { t: '', at: world.env.now() } })
  }
}
