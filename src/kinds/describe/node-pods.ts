// What the pods of a node ask for, a line each and in sum. Follows describeNodeResource of kubectl's pkg/describe.
import type { Node, Pod } from '../../api/types'
import { age } from '../../lib/ages'
import {
  addQuantities,
  formatQuantity,
  type Quantity,
  quantityMilliValue,
  quantityOf,
  quantityValue,
  zeroQuantity,
} from '../../lib/quantity'
import { type Amounts, podAmounts } from './pod-resources'
import type { DescribeWriter } from './writer'

const STANDARD = ['cpu', 'memory', 'ephemeral-storage']

/** Whole percents, cut off; 0 of nothing. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.trunc((part / whole) * 100)
}

function share(amounts: Amounts, name: string, allocatable: Quantity): string {
  const amount = amounts.get(name) ?? zeroQuantity
  const measure = name === 'cpu' ? quantityMilliValue : quantityValue
  return `${formatQuantity(amount)} (${percent(measure(amount), measure(allocatable))}%)`
}

function total(lists: Amounts[]): Amounts {
  const sum: Amounts = new Map()
  for (const list of lists) for (const [name, amount] of list) sum.set(name, addQuantities(sum.get(name) ?? zeroQuantity, amount))
  return sum
}

/** `now` is the cluster's time in ms. */
export function nodePodLines(w: DescribeWriter, { status }: Node, pods: Pod[], now: number): void {
  const allocatable = Object.keys(status?.allocatable ?? {}).length > 0 ? status.allocatable : status?.capacity
  const available = (name: string) => quantityOf(allocatable?.[name])
  w.write(0, `Non-terminated Pods:\t(${pods.length} in total)\n`)
  w.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n')
  w.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n')
  const requests: Amounts[] = []
  const limits: Amounts[] = []
  for (const { metadata, spec } of pods) {
    const request = podAmounts(spec, 'requests')
    const limit = podAmounts(spec, 'limits')
    requests.push(request)
    limits.push(limit)
    const shares = ['cpu', 'memory'].flatMap((name) => [share(request, name, available(name)), share(limit, name, available(name))])
    w.write(1, `${metadata.namespace ?? ''}\t${metadata.name}\t\t${shares.join('\t')}\t${age(metadata.creationTimestamp, now)}\n`)
  }
  w.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n')
  w.write(1, 'Resource\tRequests\tLimits\n')
  w.write(1, '--------\t--------\t------\n')
  const [asked, allowed] = [total(requests), total(limits)]
  const names = Object.keys(allocatable ?? {}).sort()
  const hugePages = names.filter((name) => name.startsWith('hugepages-'))
  for (const name of [...STANDARD, ...hugePages]) {
    w.write(1, `${name}\t${share(asked, name, available(name))}\t${share(allowed, name, available(name))}\n`)
  }
  const extended = names.filter((name) => !STANDARD.includes(name) && !hugePages.includes(name) && name !== 'pods')
  const text = (amounts: Amounts, name: string) => formatQuantity(amounts.get(name) ?? zeroQuantity)
  for (const name of extended) w.write(1, `${name}\t${text(asked, name)}\t${text(allowed, name)}\n`)
}
