// A packet's way through rules as iptables-save prints them, as plainly as can be: every destination with its probability.

interface Rule {
  chain: string
  destination?: string
  port?: number
  protocol?: string
  notSource: boolean
  source?: string
  probability: number
  target: string
  to?: string
}

function parse(text: string): Rule[] {
  return text.split('\n').flatMap((line) => {
    const chain = /^-A (\S+)/.exec(line)
    if (!chain) return []
    const one = (pattern: RegExp) => pattern.exec(line)?.[1]
    return [
      {
        chain: chain[1],
        destination: one(/ -d (\S+)/),
        port: line.includes('--dport') ? Number(one(/--dport (\d+)/)) : undefined,
        protocol: one(/ -p (\S+)/),
        notSource: / ! -s /.test(line),
        source: one(/ -s (\S+)/),
        probability: Number(one(/--probability (\S+)/) ?? 1),
        target: one(/ -j (\S+)/) ?? '',
        to: one(/--to-destination (\S+)/),
      },
    ]
  })
}

/** Where a connection from a Pod that is no endpoint ends up, and how often; empty when nowhere. */
export function reach(text: string, ip: string, port: number, protocol: string): Map<string, number> {
  const rules = parse(text)
  const found = new Map<string, number>()
  function walk(chain: string, share: number): number {
    let left = share
    for (const rule of rules) {
      if (left <= 0) break
      if (rule.chain !== chain || !rule.target.startsWith('KUBE-') === (rule.target !== 'DNAT')) continue
      if (rule.target === 'KUBE-MARK-MASQ' || (rule.destination && rule.destination !== `${ip}/32`)) continue
      if ((rule.port !== undefined && rule.port !== port) || (rule.protocol && rule.protocol !== protocol)) continue
      const taken = left * rule.probability
      if (rule.to) found.set(rule.to, (found.get(rule.to) ?? 0) + taken)
      else if (walk(rule.target, taken) > 1e-12) continue
      left -= taken
    }
    return left
  }
  walk('KUBE-SERVICES', 1)
  return found
}
