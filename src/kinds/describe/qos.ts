// The quality of service of a Pod that has no status yet. Follows kubectl's pkg/util/qos.
import type { PodSpec, ResourceRequirements } from '../../api/types'
import { compareQuantities, quantityOf, zeroQuantity } from '../../lib/quantity'

type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed'

function ofResource({ requests, limits }: ResourceRequirements, name: string): QosClass {
  const request = quantityOf(requests?.[name])
  if (compareQuantities(request, quantityOf(limits?.[name])) !== 0) return 'Burstable'
  return compareQuantities(request, zeroQuantity) === 0 ? 'BestEffort' : 'Guaranteed'
}

/** One class when all agree, else Burstable. */
function agreed(classes: QosClass[]): QosClass {
  return classes.every((entry) => entry === classes[0]) ? (classes[0] ?? 'BestEffort') : 'Burstable'
}

function ofRequirements(resources: ResourceRequirements = {}): QosClass {
  const set = Object.keys(resources.requests ?? {}).length + Object.keys(resources.limits ?? {}).length
  return set === 0 ? 'BestEffort' : agreed([ofResource(resources, 'cpu'), ofResource(resources, 'memory')])
}

/** Pod-level resources decide when there are any, else the containers and init containers together. */
export function qosClass(spec: PodSpec): QosClass {
  const whole = spec.resources as ResourceRequirements | undefined
  if (whole?.requests || whole?.limits) return ofRequirements(whole)
  return agreed([...(spec.initContainers ?? []), ...spec.containers].map((container) => ofRequirements(container.resources)))
}
