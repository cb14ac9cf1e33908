// The chains every node has, whatever its Services: jumps from the kernel's hooks, masquerading, forwarding. Follows
// pkg/proxy/iptables/proxier.go (iptablesJumpChains, syncProxyRules) and pkg/kubelet/kubelet_network_linux.go.
import type { Chains, Match, Rule, Table } from './rules'

/** The mark that asks for masquerading (masquerade bit 14). */
export const MASQUERADE_MARK = 0x4000
const MARK = '0x4000/0x4000'

export interface BaseTable {
  /** Chains of the kernel itself, in their order; the policy of all is ACCEPT. */
  builtIn: string[]
  chains: Chains
}

/** The static part of each table, in the order iptables-save lists them. Shared chains start with these rules, then come the Services'. */
export function baseTables(): Record<Table, BaseTable> {
  return {
    mangle: { builtIn: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], chains: { 'KUBE-PROXY-CANARY': [] } },
    filter: { builtIn: ['INPUT', 'FORWARD', 'OUTPUT'], chains: filterChains() },
    nat: { builtIn: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], chains: natChains() },
  }
}

/** Rules that come after those of the Services in a shared chain. */
export const TAILS: Record<Table, Chains> = {
  mangle: {},
  filter: {},
  nat: {
    'KUBE-SERVICES': [
      {
        matches: [{ comment: 'kubernetes service nodeports; NOTE: this must be the last rule in this chain' }, { dstType: 'LOCAL' }],
        target: 'KUBE-NODEPORTS',
      },
    ],
  },
}

function filterChains(): Chains {
  const isNew: Match = { ctstate: 'NEW' }
  const jump = (target: string, comment: string, ...before: Match[]): Rule => ({ matches: [...before, { comment }], target })
  const firewall = jump('KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', isNew)
  const external = jump('KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', isNew)
  const services = jump('KUBE-SERVICES', 'kubernetes service portals', isNew)
  const kubelet: Rule = { target: 'KUBE-FIREWALL' }
  return {
    INPUT: [kubelet, firewall, jump('KUBE-NODEPORTS', 'kubernetes health check service ports'), external],
    FORWARD: [firewall, jump('KUBE-FORWARD', 'kubernetes forwarding rules'), services, external],
    OUTPUT: [kubelet, firewall, services],
    'KUBE-EXTERNAL-SERVICES': [],
    'KUBE-FIREWALL': [
      {
        notSource: '127.0.0.0/8',
        destination: '127.0.0.0/8',
        matches: [{ comment: 'block incoming localnet connections' }, { ctstate: 'RELATED,ESTABLISHED,DNAT', not: true }],
        target: 'DROP',
      },
    ],
    'KUBE-FORWARD': [
      { matches: [{ ctstate: 'INVALID' }, { nfacct: 'ct_state_invalid_dropped_pkts' }], target: 'DROP' },
      { matches: [{ comment: 'kubernetes forwarding rules' }, { mark: MARK }], target: 'ACCEPT' },
      { matches: [{ comment: 'kubernetes forwarding conntrack rule' }, { ctstate: 'RELATED,ESTABLISHED' }], target: 'ACCEPT' },
    ],
    'KUBE-NODEPORTS': [],
    'KUBE-PROXY-CANARY': [],
    'KUBE-PROXY-FIREWALL': [],
    'KUBE-SERVICES': [],
  }
}

function natChains(): Chains {
  const services: Rule = { matches: [{ comment: 'kubernetes service portals' }], target: 'KUBE-SERVICES' }
  return {
    PREROUTING: [services],
    INPUT: [],
    OUTPUT: [services],
    POSTROUTING: [{ matches: [{ comment: 'kubernetes postrouting rules' }], target: 'KUBE-POSTROUTING' }],
    'KUBE-MARK-MASQ': [{ target: 'MARK', xmark: MARK }],
    'KUBE-NODEPORTS': [],
    'KUBE-POSTROUTING': [
      { matches: [{ mark: MARK, not: true }], target: 'RETURN' },
      // Cleared so that a packet that passes the stack again is not masqueraded again.
      { target: 'MARK', xmark: '0x4000/0x0' },
      { matches: [{ comment: 'kubernetes service traffic requiring SNAT' }], target: 'MASQUERADE' },
    ],
    'KUBE-PROXY-CANARY': [],
    'KUBE-SERVICES': [],
  }
}
