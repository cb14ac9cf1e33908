// kubesim dns query: every question a resolver asks for a name, and what came back.
import type { Pod } from '../api/types'
import type { OwnContext } from '../cli/own'
import type { Cluster } from '../cluster'
import { CommandError, notFound } from '../errors'
import { isIP } from '../network/address'
import { reverseName } from '../network/dns/answer'
import { CLASS_IN, qualified, recordText, TYPES, typeName, typeNumber } from '../network/dns/message'
import { CLUSTER_DNS, nodeResolvConf, type ResolvConf } from '../network/dns/resolv-conf'
import { ask, lookup, type Network, type Try } from '../network/dns/resolver'

interface Options {
  pod?: string
  namespace: string
  output?: string
}

/** Prints the tries; 0 when the last one had records. */
export function query(context: OwnContext, name: string, type: string | undefined, options: Options): number {
  if (options.output !== undefined && options.output !== 'json') throw new CommandError(`unknown output "${options.output}": only json`)
  const number = type === undefined ? undefined : typeNumber(type)
  if (type !== undefined && number === undefined) throw new CommandError(`unknown record type "${type}"`)
  const { who, conf, tries } = context.cluster.read((cluster) => answers(cluster, name, number, options))
  const found = tries.some((t) => (t.answer?.answers.length ?? 0) > 0)
  if (options.output === 'json')
    context.out(`${JSON.stringify({ from: who, resolvConf: conf, tries: tries.map(tryJson), found }, null, 4)}\n`)
  else context.out(`${head(who, conf)}${tries.map(tryText).join('')}`)
  return found ? 0 : 1
}

function networkOf({ view, env, server }: Cluster): Network {
  return { view, env, records: server.storage.records }
}

function answers(cluster: Cluster, name: string, type: number | undefined, { pod, namespace }: Options) {
  const network = networkOf(cluster)
  const asked = isIP(name) && (type === undefined || type === TYPES.PTR) ? reverseName(name) : name
  const wanted = asked === name ? type : TYPES.PTR
  if (pod === undefined) {
    // As `dig @10.96.0.10` on the first node: the name as it stands, no search list.
    const conf: ResolvConf = { ...nodeResolvConf(), nameservers: [CLUSTER_DNS] }
    const node = cluster.view.list('nodes')[0]?.metadata.name ?? ''
    const question = { name: qualified(asked), type: wanted ?? TYPES.A, class: CLASS_IN }
    return { who: `node ${node}`, conf: undefined, tries: [ask(network, { node }, conf, question)] }
  }
  const from = cluster.view.get<Pod>('pods', namespace, pod)
  if (!from) throw notFound('pods', pod)
  const { conf, tries } = lookup(network, from, asked, wanted === undefined ? undefined : [wanted])
  return { who: `pod ${namespace}/${pod}`, conf, tries }
}

function head(who: string, conf: ResolvConf | undefined): string {
  if (!conf) return ''
  const search = conf.searches.length > 0 ? `search ${conf.searches.join(' ')}` : 'no search list'
  return `${who}: ${search}, nameserver ${conf.nameservers.join(' ')}, options ${conf.options.join(' ') || 'none'}\n`
}

function tryText(one: Try): string {
  const { question, answer } = one
  const line = `${question.name} ${typeName(question.type)}: ${statusOf(one)}\n`
  const records = answer ? [...answer.answers, ...answer.additional] : []
  return line + records.map((r) => `    ${recordText(r)}\n`).join('')
}

function statusOf({ answer, route, server }: Try): string {
  if (!answer) return `no answer from ${server}: ${NO_ANSWER[route?.verdict ?? 'lost'] ?? 'timed out'}`
  if (answer.rcode !== 'NOERROR') return answer.rcode
  return answer.answers.length > 0 ? 'NOERROR' : 'NOERROR, no data'
}

const NO_ANSWER: Record<string, string> = { refused: 'connection refused', unreachable: 'no route to host' }

function tryJson(one: Try) {
  const { question, server, answer, route } = one
  return {
    name: question.name,
    type: typeName(question.type),
    server,
    servedBy: route?.pod?.metadata.name,
    status: answer?.rcode ?? 'NOANSWER',
    answer: answer?.answers.map(recordText) ?? [],
    authority: answer?.authority.map(recordText) ?? [],
    additional: answer?.additional.map(recordText) ?? [],
  }
}
