// What certificate approve and deny share: a condition on the request. Upstream: kubectl/pkg/cmd/certificates.
import type { Condition, KubeObject } from '../api/types'
import type { CommandContext } from '../cli/context'
import { resultPrinter } from '../cli/result'
import { documentsOf, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { quote } from '../lib/go-values'
import { timestamp } from '../lib/time'

export interface Decision {
  type: 'Approved' | 'Denied'
  opposite: 'Approved' | 'Denied'
  reason: string
  message: string
  /** `approved` */
  outcome: string
}

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io'

interface Request extends KubeObject {
  status?: { conditions?: (Condition & { lastUpdateTime?: string })[] }
}

/** Puts the decision into the requests that are named. */
export async function decide(context: CommandContext, decision: Decision): Promise<void> {
  const print = resultPrinter(context, 'none', true)
  const documents = await documentsOf(context)
  if (context.args.length === 0 && !documents) throw new CommandError('one or more CSRs must be specified as <name> or -f <filename>')
  const lines: string[] = []
  const failures: Error[] = []
  context.cluster.write((cluster) => {
    const args = documents ? [] : context.args.map((name) => (name.includes('/') ? name : `certificatesigningrequests/${name}`))
    const { objects, failures: missing } = select(context, cluster, documents, { args })
    failures.push(...missing)
    for (const { info, object } of objects) {
      try {
        if (info.resource !== RESOURCE) {
          const got = info.group ? `${info.kind}.${info.group}` : info.kind
          throw new CommandError(`can only handle CertificateSigningRequest.certificates.k8s.io objects, got ${got}`)
        }
        note(context, cluster, object as Request, decision)
        lines.push(print(object, decision.outcome))
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof CommandError)) throw error
        failures.push(error)
      }
    }
    const failure = combine(failures)
    // What could be decided stays so.
    if (failure && lines.length === 0) throw failure
  })
  if (lines.length === 0 && failures.length === 0) context.out('No resources found\n')
  context.out(lines.join(''))
  const failure = combine(failures)
  if (failure) throw failure
}

function note(context: CommandContext, cluster: Cluster, request: Request, { type, opposite, reason, message }: Decision): void {
  const conditions = request.status?.conditions ?? []
  if (conditions.some((condition) => condition.type === opposite)) {
    throw new CommandError(`certificate signing request ${quote(request.metadata.name)} is already ${opposite}`)
  }
  const already = conditions.some((condition) => condition.type === type)
  if (already && !context.flags.bool('force')) return
  const now = timestamp(cluster.env.now())
  const condition = { type, status: 'True', reason, message, lastUpdateTime: now, lastTransitionTime: now } as const
  const next = { ...request, status: { ...request.status, conditions: already ? conditions : [...conditions, condition] } }
  cluster.server.update(next, { manager: 'kubectl', subresource: 'approval' })
}
