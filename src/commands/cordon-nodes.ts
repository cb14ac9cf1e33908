// Marking nodes unschedulable and back, and finding them: what cordon, uncordon and drain share.
import type { KubeObject, Node } from '../api/types'
import { listObjects } from '../apiserver/query'
import type { CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { parseResourceArguments, resourceNamed } from '../cli/resource-args'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'

/** The nodes named by arguments or `--selector`. Throws UsageError, and ApiError NotFound for the first that is missing. */
export function nodesOf(context: CommandContext, cluster: Cluster): Node[] {
  const { flags, args } = context
  const { server } = cluster
  const info = resourceNamed(server.discovery, 'nodes')
  const labelSelector = flags.string('selector')
  if (labelSelector) return listObjects(server, info, undefined, { labelSelector }) as Node[]
  // An empty selector leaves nothing that names a resource.
  if (!args.length) parseResourceArguments(server.discovery, [], { selector: false, allowAll: false })
  const names = args.map((arg) => arg.replace(/^nodes?\//, ''))
  return names.map((name) => server.get<Node>(info, undefined, name))
}

/** Refuses wrong arguments before the cluster is looked at. */
export function checkNodeArguments(context: CommandContext, use: string): void {
  const { flags, args } = context
  if (!args.length && !flags.changed('selector')) throw context.usage(`USAGE: ${use} [flags]`)
  if (args.length && flags.string('selector')) throw context.usage('cannot specify both a node name and a --selector option')
}

/** Brings the nodes into the wanted state; answers the lines to print. */
export function cordonAll(context: CommandContext, cluster: Cluster, nodes: Node[], desired: boolean): string[] {
  const dryRun = dryRunOf(context)
  const verb = desired ? 'cordoned' : 'uncordoned'
  return nodes.map((node) => {
    const print = resultPrinter(context, dryRun)
    if ((node.spec.unschedulable ?? false) === desired) return print(node, `already ${verb}`)
    const { unschedulable: _, ...spec } = node.spec
    const changed: KubeObject = { ...node, spec: desired ? { ...spec, unschedulable: true } : spec }
    if (dryRun !== 'client') cluster.server.update(changed, { manager: 'kubectl', dryRun: dryRun === 'server', patch: true })
    return print(node, verb)
  })
}

export function cordonNodes(context: CommandContext, desired: boolean): void {
  checkNodeArguments(context, desired ? 'cordon NODE' : 'uncordon NODE')
  const reads = dryRunOf(context) === 'client'
  const lines = context.cluster[reads ? 'read' : 'write']((cluster) => cordonAll(context, cluster, nodesOf(context, cluster), desired))
  context.out(lines.join(''))
}
