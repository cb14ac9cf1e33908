// The kernel's packet filter over the text of iptables-save, written for reading: every end a new connection may come to, with its
// probability. Knows nothing of Services.

interface Rule {
  chain: string
  text: string
  target: string
}

export interface Start {
  source: string
  destination: string
  port: number
  protocol: string
  /** Addresses of the node the rules are of. */
  own: string[]
  /** True for what a process of the node itself sends. */
  fromNode: boolean
  /** Lists of `recent` that the source is on. */
  remembered?: string[]
}

interface State extends Start {
  mark: number
  translated: boolean
}

/** `10.244.0.5:8080`, ` masqueraded` behind it when the source changes; `REJECT`; `DROP`; or the destination as it was. */
export type Ends = Map<string, number>

function number(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function inNetwork(ip: string, network: string): boolean {
  const [base, bits = '32'] = network.split('/')
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(ip) / size) === Math.floor(number(base) / size)
}

type Next = (decision: string | undefined, state: State, share: number) => void

class Filter {
  private readonly tables: Record<string, Rule[]> = {}

  constructor(text: string) {
    let table: Rule[] = []
    for (const line of text.split('\n')) {
      if (line.startsWith('*')) this.tables[line.slice(1)] = table = []
      const rule = /^-A (\S+)(.*)$/.exec(line)
      if (rule) table.push({ chain: rule[1], text: rule[2].replace(/--comment "[^"]*"/, ''), target: / -j (\S+)/.exec(rule[2])?.[1] ?? '' })
    }
  }

  run(table: string, chain: string, state: State, share: number, next: Next, from = 0): void {
    const rules = (this.tables[table] ?? []).filter((rule) => rule.chain === chain)
    for (let i = from; i < rules.length; i++) {
      const chance = probability(rules[i], state)
      if (chance === 0) continue
      if (chance < 1) this.run(table, chain, state, share * (1 - chance), next, i + 1)
      this.follow(table, chain, rules[i], state, share * chance, next, i + 1)
      return
    }
    next(undefined, state, share)
  }

  private follow(table: string, chain: string, rule: Rule, state: State, share: number, next: Next, after: number): void {
    const goOn: Next = (decision, then, part) =>
      decision === undefined ? this.run(table, chain, then, part, next, after) : next(decision, then, part)
    const word = (pattern: RegExp) => pattern.exec(rule.text)?.[1] ?? ''
    switch (rule.target) {
      case '':
        goOn(undefined, state, share)
        break
      case 'RETURN':
        next(undefined, state, share)
        break
      case 'MARK': {
        const [value, mask] = word(/--set-xmark (\S+)/)
          .split('/')
          .map(Number)
        goOn(undefined, { ...state, mark: (state.mark & ~mask) ^ value }, share)
        break
      }
      case 'DNAT': {
        const [destination, port] = word(/--to-destination (\S+)/).split(':')
        next('DNAT', { ...state, destination, port: Number(port), translated: true }, share)
        break
      }
      case 'ACCEPT':
      case 'DROP':
      case 'REJECT':
      case 'MASQUERADE':
        next(rule.target, state, share)
        break
      default:
        this.run(table, rule.target, state, share, goOn)
    }
  }
}

/** How likely the rule takes the packet. */
function probability({ text }: Rule, state: State): number {
  const one = (pattern: RegExp) => pattern.exec(text)?.[1]
  const local = (ip: string) => state.own.includes(ip) || ip.startsWith('127.')
  const conditions: [string | undefined, (value: string) => boolean][] = [
    [one(/(?<!!) -s (\S+)/), (network) => inNetwork(state.source, network)],
    [one(/ ! -s (\S+)/), (network) => !inNetwork(state.source, network)],
    [one(/ -d (\S+)/), (network) => inNetwork(state.destination, network)],
    [one(/ -p (\S+)/), (protocol) => protocol === state.protocol],
    [one(/--dport (\d+)/), (port) => Number(port) === state.port],
    [one(/--dst-type (LOCAL)/), () => local(state.destination)],
    [one(/--src-type (LOCAL)/), () => local(state.source)],
    [one(/--rcheck .*--name (\S+)/), (list) => (state.remembered ?? []).includes(list)],
    [one(/(?<!! )--ctstate (\S+)/), (states) => hasState(states, state)],
    [one(/! --ctstate (\S+)/), (states) => !hasState(states, state)],
    [one(/(?<!! )--mark (\S+)/), (mark) => isMarked(mark, state)],
    [one(/! --mark (\S+)/), (mark) => !isMarked(mark, state)],
  ]
  if (conditions.some(([value, holds]) => value !== undefined && !holds(value))) return 0
  return Number(one(/--probability (\S+)/) ?? 1)
}

function hasState(states: string, { translated }: State): boolean {
  return states.split(',').some((s) => s === 'NEW' || (s === 'DNAT' && translated))
}

function isMarked(text: string, { mark }: State): boolean {
  const [value, mask] = text.split('/').map(Number)
  return (mark & mask) === value
}

/** All that can become of the first packet of a connection on a node with these rules. */
export function endsOf(text: string, start: Start): Ends {
  const filter = new Filter(text)
  const ends: Ends = new Map()
  const end = (name: string, share: number) => ends.set(name, (ends.get(name) ?? 0) + share)
  const hooks = (names: string[], state: State, share: number): void => {
    const [first, ...rest] = names
    if (first === undefined) leave(state, share)
    else
      filter.run('filter', first, state, share, (decision, then, part) =>
        decision === 'DROP' || decision === 'REJECT' ? end(decision, part) : hooks(rest, then, part),
      )
  }
  const leave = (state: State, share: number) =>
    filter.run('nat', 'POSTROUTING', state, share, (decision, then, part) =>
      end(`${then.destination}:${then.port}${decision === 'MASQUERADE' ? ' masqueraded' : ''}`, part),
    )
  filter.run('nat', start.fromNode ? 'OUTPUT' : 'PREROUTING', { ...start, mark: 0, translated: false }, 1, (_, state, share) => {
    const here = state.own.includes(state.destination) || state.destination.startsWith('127.')
    const names = [...(start.fromNode ? ['OUTPUT'] : []), ...(here ? ['INPUT'] : start.fromNode ? [] : ['FORWARD'])]
    hooks(names, state, share)
  })
  return ends
}
