// A Pod's resolv.conf: which servers it asks, with which search list. Follows pkg/kubelet/network/dns/dns.go.
import type { Pod } from '../../api/types'

export const CLUSTER_DNS = '10.96.0.10'
const DOMAIN = 'cluster.local'
/** What a node itself asks: a server outside of the cluster. */
const NODE_DNS = '172.18.0.1'
const MOST_SERVERS = 3
const MOST_SEARCHES = 32

export interface ResolvConf {
  nameservers: string[]
  searches: string[]
  /** As in the file: `ndots:5`. */
  options: string[]
}

export function resolvConf(pod: Pod): ResolvConf {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst'
  const config = pod.spec.dnsConfig
  let conf: ResolvConf = { nameservers: [], searches: [], options: [] }
  if (policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec.hostNetwork)) {
    const searches = [`${pod.metadata.namespace}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN]
    conf = { nameservers: [CLUSTER_DNS], searches, options: ['ndots:5'] }
  } else if (policy !== 'None') conf = nodeResolvConf()
  return {
    nameservers: [...new Set([...conf.nameservers, ...(config?.nameservers ?? [])])].slice(0, MOST_SERVERS),
    searches: [...new Set([...conf.searches, ...(config?.searches ?? [])])].slice(0, MOST_SEARCHES),
    options: mergedOptions(conf.options, config?.options ?? []),
  }
}

export function nodeResolvConf(): ResolvConf {
  return { nameservers: [NODE_DNS], searches: [], options: ['edns0', 'trust-ad', 'ndots:0'] }
}

/** The Pod's own options replace those of the same name. */
function mergedOptions(options: string[], own: { name: string; value?: string }[]): string[] {
  const left = options.filter((o) => !own.some((c) => c.name === o.split(':', 1)[0]))
  return [...left, ...own.map(({ name, value }) => (value ? `${name}:${value}` : name))]
}

export function resolvConfText({ nameservers, searches, options }: ResolvConf): string {
  const lines = searches.length > 0 ? [`search ${searches.join(' ')}`] : []
  for (const server of nameservers) lines.push(`nameserver ${server}`)
  if (options.length > 0) lines.push(`options ${options.join(' ')}`)
  return lines.map((line) => `${line}\n`).join('')
}

/** Names with fewer dots than this go through the search list first; resolver(5) caps it at 15. */
export function ndotsOf(conf: ResolvConf): number {
  const option = conf.options.find((o) => o.startsWith('ndots:'))
  const ndots = option ? Number(option.slice(6)) : 1
  return Number.isInteger(ndots) && ndots >= 0 ? Math.min(ndots, 15) : 1
}
