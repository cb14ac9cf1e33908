// The order of records in an answer: CoreDNS's loadbalance plugin with its default policy. Follows coredns plugin/loadbalance.
import type { ResourceRecord } from './message'

/** CNAMEs first, then other records, then addresses and mail exchangers, these two in random order. */
export function balanced(records: ResourceRecord[], random: () => number): ResourceRecord[] {
  if (records.length < 2) return records
  const of = (...types: string[]) => records.filter((r) => types.includes(r.type))
  const rest = records.filter((r) => !['CNAME', 'A', 'AAAA', 'MX'].includes(r.type))
  return [...of('CNAME'), ...rest, ...shuffled(of('A', 'AAAA'), random), ...shuffled(of('MX'), random)]
}

function shuffled<T>(items: T[], random: () => number): T[] {
  const out = [...items]
  for (let i = 0; i < out.length; i++) {
    const other = i + Math.floor(random() * (out.length - i))
    ;[out[i], out[other]] = [out[other], out[i]]
  }
  return out
}
