// Two nodes, their Pods and the world around them as network namespaces of this kernel, wired as kindnet wires them.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'

const TOOLS = ['ip', 'iptables-restore', 'iptables-save', 'sysctl']

/** Why the kernel cannot be asked here; undefined when it can. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root'
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing.length > 0) return `there is no ${missing.join(', ')}`
  const name = `kubesim-probe-${process.pid}`
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'it may not make network namespaces'
  const rules = '*nat\n-A OUTPUT -m statistic --mode random --probability 0.5 -j RETURN\nCOMMIT\n'
  const restored = spawnSync('ip', ['netns', 'exec', name, 'iptables-restore'], { input: rules })
  spawnSync('ip', ['netns', 'del', name])
  return restored.status === 0 ? undefined : 'its kernel has no packet filter'
}

export interface LabPod {
  name: string
  node: number
  ip: string
  ports: number[]
}

export interface Target {
  ip: string
  port: number
  protocol: string
  times: number
  /** Address to come from, when not the usual one. */
  source?: string
}

export class Lab {
  private readonly prefix = `ks${process.pid % 10000}`
  private readonly made: string[] = []
  private readonly servers: ChildProcess[] = []

  private run(...words: string[]): string {
    return execFileSync(words[0], words.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  private namespace(name: string): string {
    return `${this.prefix}-${name}`
  }

  private inside(name: string, ...words: string[]): string {
    return this.run('ip', 'netns', 'exec', this.namespace(name), ...words)
  }

  private add(name: string): void {
    this.run('ip', 'netns', 'add', this.namespace(name))
    this.made.push(this.namespace(name))
    this.inside(name, 'ip', 'link', 'set', 'lo', 'up')
    // A namespace takes after its machine, which may be a router: one that runs containers is.
    this.inside(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=0')
  }

  /** A cable from an interface of one namespace to one of another. */
  private cable(from: string, ending: string, to: string, other: string): void {
    const peer = ['peer', 'name', other, 'netns', this.namespace(to)]
    this.run('ip', 'link', 'add', ending, 'netns', this.namespace(from), 'type', 'veth', ...peer)
    this.inside(from, 'ip', 'link', 'set', ending, 'up')
    this.inside(to, 'ip', 'link', 'set', other, 'up')
  }

  build(nodes: number, pods: LabPod[]): void {
    this.add('world')
    this.inside('world', 'ip', 'link', 'add', 'br0', 'type', 'bridge')
    this.inside('world', 'ip', 'link', 'set', 'br0', 'up')
    this.inside('world', 'ip', 'addr', 'add', '172.18.0.1/16', 'dev', 'br0')
    for (let n = 1; n <= nodes; n++) this.buildNode(n)
    for (let n = 1; n <= nodes; n++) {
      for (let other = 1; other <= nodes; other++) {
        if (other !== n) this.inside(`n${n}`, 'ip', 'route', 'add', `10.244.${other - 1}.0/24`, 'via', `172.18.0.${other + 1}`)
      }
    }
    for (const pod of pods) this.buildPod(pod)
  }

  private buildNode(n: number): void {
    const node = `n${n}`
    this.add(node)
    this.cable(node, 'eth0', 'world', `to-n${n}`)
    this.inside('world', 'ip', 'link', 'set', `to-n${n}`, 'master', 'br0')
    this.inside(node, 'ip', 'addr', 'add', `172.18.0.${n + 1}/16`, 'dev', 'eth0')
    this.inside(node, 'ip', 'route', 'add', 'default', 'via', '172.18.0.1')
    for (const setting of [
      'ip_forward=1',
      'conf.all.route_localnet=1',
      'conf.all.rp_filter=0',
      'conf.default.rp_filter=0',
      'icmp_ratelimit=0',
    ]) {
      this.inside(node, 'sysctl', '-qw', `net.ipv4.${setting}`)
    }
    // Not every kernel has these for each namespace.
    for (const setting of ['icmp_msgs_per_sec=1000000', 'icmp_msgs_burst=1000000'])
      spawnSync('ip', ['netns', 'exec', this.namespace(node), 'sysctl', '-qw', `net.ipv4.${setting}`])
  }

  private buildPod({ name, node, ip }: LabPod): void {
    const [host, gateway] = [`n${node}`, `10.244.${node - 1}.1`]
    this.add(name)
    this.cable(name, 'eth0', host, `v-${name}`)
    this.inside(name, 'ip', 'addr', 'add', `${ip}/32`, 'dev', 'eth0')
    this.inside(name, 'ip', 'route', 'add', `${gateway}/32`, 'dev', 'eth0', 'scope', 'link')
    this.inside(name, 'ip', 'route', 'add', 'default', 'via', gateway)
    this.inside(host, 'ip', 'addr', 'add', `${gateway}/32`, 'dev', `v-${name}`)
    this.inside(host, 'ip', 'route', 'add', `${ip}/32`, 'dev', `v-${name}`, 'src', gateway)
  }

  /** Sends packets for an address to a node, as a router in front of the cluster does. */
  routeToNode(network: string, n: number): void {
    this.inside('world', 'ip', 'route', 'add', network, 'via', `172.18.0.${n + 1}`)
  }

  /** One more address of the world, to come from. */
  addWorldAddress(ip: string): void {
    this.inside('world', 'ip', 'addr', 'add', `${ip}/32`, 'dev', 'lo')
  }

  /** Loads rules into a node and hands back what the kernel then shows, without comment lines. */
  load(n: number, rules: string): string {
    const name = this.namespace(`n${n}`)
    // Counters exist only where the kernel has them; without, their match (which always holds) is left out, as kube-proxy does.
    const counters = ['localhost_nps_accepted_pkts', 'ct_state_invalid_dropped_pkts']
    const counted = counters.every((c) => spawnSync('ip', ['netns', 'exec', name, 'nfacct', 'add', c]).status === 0)
    const input = counted ? rules : rules.replace(/ -m nfacct --nfacct-name {2}\S+/g, '')
    const loaded = spawnSync('ip', ['netns', 'exec', name, 'iptables-restore'], { input, encoding: 'utf8' })
    if (loaded.status !== 0) throw new Error(loaded.stderr)
    const shown = this.inside(`n${n}`, 'iptables-save')
    if (counted) return withoutComments(shown)
    return withoutComments(shown) === withoutComments(input) ? withoutComments(rules) : withoutComments(shown)
  }

  /** What the network plugin adds on its own: Pods leave the cluster under their node's address. */
  masqueradePods(n: number): void {
    const rule = ['-s', '10.244.0.0/16', '!', '-d', '10.244.0.0/16', '-m', 'addrtype', '!', '--dst-type', 'LOCAL', '-j', 'MASQUERADE']
    this.inside(`n${n}`, 'iptables', '-t', 'nat', '-A', 'POSTROUTING', ...rule)
  }

  async serve(pods: LabPod[]): Promise<void> {
    const script = path.join(__dirname, 'echo.cjs')
    await Promise.all(
      pods.map(({ name, ports }) => {
        const words = ['netns', 'exec', this.namespace(name), process.execPath, script, name, ...ports.map(String)]
        const server = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] })
        this.servers.push(server)
        return new Promise<void>((resolve) => server.stdout.once('data', () => resolve()))
      }),
    )
  }

  /** Makes connections from a namespace: a Pod's name, `n1`, or `world`. */
  connect(from: string, targets: Target[], patienceMs = 1000): string[][] {
    const script = path.join(__dirname, 'client.cjs')
    const words = ['netns', 'exec', this.namespace(from), process.execPath, script, JSON.stringify(targets), String(patienceMs)]
    return JSON.parse(this.run('ip', ...words)) as string[][]
  }

  destroy(): void {
    for (const server of this.servers) server.kill('SIGKILL')
    for (const name of this.made) spawnSync('ip', ['netns', 'del', name])
  }
}

/** What can be compared: no comment lines, counters at zero. */
export function withoutComments(text: string): string {
  return text
    .replace(/\[\d+:\d+\]/g, '[0:0]')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
}
