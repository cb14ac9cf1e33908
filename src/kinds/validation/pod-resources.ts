// What a whole Pod asks for, against what its containers ask for. Upstream: pkg/apis/core/validation/validation.go (validatePodResources).
import type { Container, Pod, PodSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { type Amounts, amounts, podRequests } from '../../lib/pod-requests'
import { canonicalQuantity } from '../../lib/quantity'
import { fieldsOf } from '../defaults/fields'
import { forbiddenField, invalidValue } from './errors'
import { validatePodResourceName, validateResources } from './resources'

type Resources = NonNullable<Container['resources']>

/** As a quantity prints. */
function shown(name: string, amount: number): string {
  return canonicalQuantity(name === 'cpu' ? `${amount}m` : amount)
}

export function validatePodResources(spec: PodSpec, path: string, claims: Set<string>): FieldError[] {
  const own = spec.resources as Resources | undefined
  if (!own) return []
  if (fieldsOf(spec.os)?.name === 'windows') return [forbiddenField(path, 'may not be set for a windows pod')]
  const errors = fieldsOf(own)?.claims ? [forbiddenField(`${path}.claims`, 'claims may not be set for Resources at pod-level')] : []
  errors.push(...validateResources(own, path, claims, validatePodResourceName))
  const { resources: _, overhead: _o, ...rest } = spec
  const containers = (of: 'requests' | 'limits') => podRequests({ spec: rest } as Pod, of)
  errors.push(...below(containers('requests'), own.requests, `${path}.requests`, 'requests'))
  const pages = Object.entries(containers('limits')).filter(([name]) => name.startsWith('hugepages-'))
  errors.push(...below(Object.fromEntries(pages), own.limits, `${path}.limits`, 'limits'))
  const most = amounts(own.limits)
  for (const [i, { resources }] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(amounts(resources?.limits))) {
      if (most[name] === undefined || limit <= most[name]) continue
      const why = `must be less than or equal to pod limits of ${shown(name, most[name])}`
      errors.push(invalidValue(`${path}.containers[${i}][${name}].limits`, shown(name, limit), why))
    }
  }
  return errors
}

function below(together: Amounts, own: Resources['requests'], path: string, what: string): FieldError[] {
  const given = amounts(own)
  return Object.entries(together).flatMap(([name, amount]) => {
    if (given[name] === undefined || amount <= given[name]) return []
    const why = `must be greater than or equal to aggregate container ${what} of ${shown(name, amount)}`
    return [invalidValue(`${path}[${name}]`, shown(name, given[name]), why)]
  })
}
