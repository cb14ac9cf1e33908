// Values of environment variables that refer to the Pod or to a container's resources.
// Follows kubectl's pkg/util/fieldpath and pkg/util/resource: only what is known from the Pod's metadata has a value.
import type { Container, Pod, StringMap } from '../../api/types'
import { parseQuantity, quantityMilliValue, quantityOf, quantityValue } from '../../lib/quantity'

function mapText(map: StringMap | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join('\n')
}

/** The value of `metadata.name`, `metadata.labels['a']`, …; empty for fields of spec and status. */
export function fieldRefValue({ metadata }: Pod, path: string): string {
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path)
  if (subscript) return (subscript[1] === 'metadata.labels' ? metadata.labels : metadata.annotations)?.[subscript[2]] ?? ''
  switch (path) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid
    case 'metadata.labels':
      return mapText(metadata.labels)
    case 'metadata.annotations':
      return mapText(metadata.annotations)
    default:
      return ''
  }
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
