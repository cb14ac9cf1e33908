// Values of environment variables that refer to the Pod or to a container's resources.
// Follows kubectl's pkg/util/fieldpath and pkg/util/resource: only the Pod's name and namespace have a value.
import type { Container, Pod } from '../../api/types'
import { parseQuantity, quantityMilliValue, quantityOf, quantityValue } from '../../lib/quantity'

/** The value of `metadata.name` or `metadata.namespace`, which is all that the client's scheme knows as fields; empty for others. */
export function fieldRefValue({ metadata }: Pod, path: string): string {
  if (path === 'metadata.name') return metadata.name
  return path === 'metadata.namespace' ? (metadata.namespace ?? '') : ''
}

/** The amount in units of the divisor, rounded up; empty for a resource that cannot be referred to. */
export function resourceRefValue({ resource, divisor }: { resource: string; divisor?: string | number }, container: Container): string {
  const [side, ...rest] = resource.split('.')
  const name = rest.join('.')
  if (side !== 'limits' && side !== 'requests') return ''
  if (!['cpu', 'memory', 'ephemeral-storage'].includes(name) && !name.startsWith('hugepages-')) return ''
  const asked = quantityOf(divisor)
  const unit = asked.unscaled === 0n ? parseQuantity('1') : asked
  const amount = quantityOf(container.resources?.[side]?.[name])
  const measure = name === 'cpu' ? quantityMilliValue : quantityValue
  return String(Math.ceil(measure(amount) / measure(unit)))
}
