// kubesim iptables-save: the rules kube-proxy programmed on a node, as iptables-save prints them.
import type { Node } from '../api/types'
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import type { Cluster } from '../cluster'
import { CommandError, notFound } from '../errors'
import { iptablesSave } from '../network/proxy/iptables-save'
import { LARGE_CLUSTER, RULES, type RulesEntry, rulesOn, type ServiceRules, type Table } from '../network/proxy/rules'

const TABLES: Table[] = ['nat', 'filter', 'mangle']

/** The tables of one node (default: the first). Throws ApiError NotFound. */
export function rulesText(cluster: Cluster, nodeName: string | undefined, table: Table | undefined): string {
  const node = nodeName ?? cluster.view.list<Node>('nodes')[0]?.metadata.name ?? ''
  if (!cluster.view.get('nodes', undefined, node)) throw notFound('nodes', node)
  const services: ServiceRules[] = []
  let endpoints = 0
  for (const [, entry] of cluster.server.storage.records.list<RulesEntry>(RULES)) {
    endpoints += entry.endpoints
    const rules = rulesOn(entry, node)
    if (rules) services.push(rules)
  }
  return iptablesSave(services, { table, largeCluster: endpoints > LARGE_CLUSTER, now: cluster.env.now() })
}

export const command: OwnCommand = {
  summary: 'Print the rules kube-proxy programmed on a node',
  define(program: Program, context: OwnContext) {
    program
      .option('--node <name>', 'the node (default: the first)')
      .option('-t, --table <table>', 'only this table: nat, filter or mangle')
      .action((options: { node?: string; table?: string }) => {
        const table = TABLES.find((t) => t === options.table)
        if (options.table !== undefined && !table) throw new CommandError(`there is no table "${options.table}": ${TABLES.join(', ')}`)
        context.out(context.cluster.read((cluster) => rulesText(cluster, options.node, table)))
      })
  },
}
