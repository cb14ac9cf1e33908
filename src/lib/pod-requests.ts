// What a Pod asks of its node, in the scheduler's units: CPU in thousandths, everything else in whole units (bytes).
// Follows staging/src/k8s.io/component-helpers/resource/helpers.go.
import type { Container, Pod } from '../api/types'
import { quantityMilliValue, quantityOf, quantityValue } from './quantity'

export type Amounts = Record<string, number>

export function amounts(list: Record<string, string | number> | undefined): Amounts {
  const out: Amounts = {}
  for (const [name, value] of Object.entries(list ?? {})) {
    out[name] = name === 'cpu' ? quantityMilliValue(quantityOf(value)) : quantityValue(quantityOf(value))
  }
  return out
}

export function addAmounts(into: Amounts, more: Amounts): Amounts {
  for (const [name, value] of Object.entries(more)) into[name] = (into[name] ?? 0) + value
  return into
}

function atLeast(into: Amounts, other: Amounts): void {
  for (const [name, value] of Object.entries(other)) into[name] = Math.max(into[name] ?? 0, value)
}

/** Containers together, or the greediest step of the initialization if that is more; sidecars go on beside all that comes after them. */
export function podRequests(pod: Pod, of: 'requests' | 'limits' = 'requests'): Amounts {
  const asked = (container: Pick<Container, 'resources'>) => amounts(container.resources?.[of])
  const total: Amounts = {}
  for (const container of pod.spec.containers) addAmounts(total, asked(container))
  const sidecars: Amounts = {}
  const steps: Amounts = {}
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      addAmounts(total, asked(container))
      addAmounts(sidecars, asked(container))
      atLeast(steps, sidecars)
    } else {
      atLeast(steps, addAmounts({ ...sidecars }, asked(container)))
    }
  }
  atLeast(total, steps)
  const whole = (pod.spec as { resources?: Container['resources'] }).resources
  if (whole?.[of]) Object.assign(total, amounts(whole[of]))
  addAmounts(total, amounts((pod.spec as { overhead?: Record<string, string> }).overhead))
  return total
}

export function sumRequests(pods: Pod[]): Amounts {
  const total: Amounts = {}
  for (const pod of pods) addAmounts(total, podRequests(pod))
  return total
}
