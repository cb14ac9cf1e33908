// Quotas: one by itself, and those of a namespace. Follows describeQuota and DescribeResourceQuotas of kubectl's pkg/describe.
import type { ResourceQuota } from '../../api/workloads'
import { canonicalQuantity, formatQuantity, quantityOf, quantityValue } from '../../lib/quantity'
import { compare } from './metadata'
import { type DescribeWriter, describing } from './writer'

const POD = 'These pods'
const SCOPES: Record<string, string> = {
  Terminating: `Matches all pods that have an active deadline. ${POD} have a limited lifespan on a node before being actively terminated by the system.`,
  NotTerminating: `Matches all pods that do not have an active deadline. ${POD} usually include long running pods whose container command is not expected to terminate.`,
  BestEffort: `Matches all pods that do not have resource requirements set. ${POD} have a best effort quality of service.`,
  NotBestEffort: `Matches all pods that have at least one resource requirement set. ${POD} have a burstable or guaranteed quality of service.`,
}

function scopeLines(w: DescribeWriter, { spec }: ResourceQuota, level: number, bullet: string): void {
  const scopes = [...(spec.scopes ?? [])].sort()
  if (scopes.length === 0) return
  w.write(level, `Scopes:\t${scopes.join(', ')}\n`)
  for (const scope of scopes) if (SCOPES[scope]) w.write(level, `${bullet} ${SCOPES[scope]}\n`)
}

/** What is used, in the format in which the limit is given: whole units when they differ. */
function usedText(used: string | undefined, hard: string): string {
  const amount = quantityOf(used)
  const { format } = quantityOf(hard)
  if (amount.format === format) return formatQuantity(amount)
  return formatQuantity({ unscaled: BigInt(quantityValue(amount)), scale: 0, format })
}

export function describeQuota(quota: ResourceQuota): string {
  const { hard = {}, used = {} } = quota.status ?? {}
  return describing((w) => {
    w.write(0, `Name:\t${quota.metadata.name}\n`)
    w.write(0, `Namespace:\t${quota.metadata.namespace ?? ''}\n`)
    scopeLines(w, quota, 0, ' *')
    w.write(0, 'Resource\tUsed\tHard\n')
    w.write(0, '--------\t----\t----\n')
    for (const name of Object.keys(hard).sort()) w.write(0, `${name}\t${usedText(used[name], hard[name])}\t${hard[name]}\n`)
  })
}

/** The quotas of a namespace in its description. */
export function quotaLines(w: DescribeWriter, quotas: ResourceQuota[]): void {
  if (quotas.length === 0) {
    w.write(0, 'No resource quota.\n')
    return
  }
  w.write(0, 'Resource Quotas\n')
  for (const quota of [...quotas].sort((a, b) => compare(a.metadata.name, b.metadata.name))) {
    const { hard = {}, used = {} } = quota.status ?? {}
    w.write(1, `Name:\t${quota.metadata.name}\n`)
    scopeLines(w, quota, 1, '*')
    w.write(1, 'Resource\tUsed\tHard\n')
    w.write(1, '--------\t---\t---\n')
    for (const name of Object.keys(hard).sort()) w.write(1, `${name}\t${canonicalQuantity(used[name] ?? '0')}\t${hard[name]}\n`)
  }
}
