// What a whole Pod requests or is limited to. Follows PodRequests and PodLimits of k8s.io/component-helpers/resource.
import type { Container, PodSpec, ResourceRequirements } from '../../api/types'
import { addQuantities, compareQuantities, type Quantity, quantityOf, zeroQuantity } from '../../lib/quantity'

export type Amounts = Map<string, Quantity>

type Side = 'requests' | 'limits'

function amountsOf(list: Record<string, string | number> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, quantityOf(value)]))
}

function add(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a)
  for (const [name, amount] of b) sum.set(name, addQuantities(sum.get(name) ?? zeroQuantity, amount))
  return sum
}

function larger(a: Amounts, b: Amounts): Amounts {
  const most = new Map(a)
  for (const [name, amount] of b) if (!most.has(name) || compareQuantities(amount, most.get(name)!) > 0) most.set(name, amount)
  return most
}

/** The containers together with sidecars, or the largest moment of initialization if that is more. */
function containerAmounts(spec: PodSpec, side: Side): Amounts {
  const of = (container: Container) => amountsOf(container.resources?.[side])
  let sidecars: Amounts = new Map()
  let initial: Amounts = new Map()
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, of(container))
      initial = larger(initial, sidecars)
    } else {
      initial = larger(initial, add(of(container), sidecars))
    }
  }
  const running = spec.containers.reduce((sum, container) => add(sum, of(container)), new Map() as Amounts)
  return larger(add(running, sidecars), initial)
}

/** Pod-level resources replace the sum for the names they give; a runtime's overhead is added, to limits only where there is one. */
export function podAmounts(spec: PodSpec, side: Side): Amounts {
  const whole = amountsOf((spec.resources as ResourceRequirements | undefined)?.[side])
  const amounts = new Map([...containerAmounts(spec, side), ...whole])
  for (const [name, amount] of amountsOf(spec.overhead as Record<string, string> | undefined)) {
    if (side === 'requests' || amounts.has(name)) amounts.set(name, addQuantities(amounts.get(name) ?? zeroQuantity, amount))
  }
  return amounts
}
