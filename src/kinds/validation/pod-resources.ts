// What a whole Pod asks for, against what its containers ask for. Upstream: pkg/apis/core/validation/validation.go (validatePodResources).
import type { Container, Pod, PodSpec } from '../../api/types'
import type { FieldError } from '../../errors'
import { type Amounts, amounts, podRequests } from '../../lib/pod-requests'
import { canonicalQuantity } from '../../lib/quantity'
import { fieldsOf } from '../defaults/fields'
import { asWritten } from '../defaults/pod-resources'
import { forbiddenField, invalidValue } from './errors'
import { validatePodResourceName, validateResources } from './resources'

type Resources = NonNullable<Container['resources']>

export function validatePodResources(spec: PodSpec, path: string, claims: Set<string>): FieldError[] {
  const own = spec.resources as Resources | undefined
  if (!own) return []
  if (fieldsOf(spec.os)?.name === 'windows') return [forbiddenField(path, 'may not be set for a windows pod')]
  const errors = fieldsOf(own)?.claims ? [forbiddenField(`${path}.claims`, 'claims may not be set for Resources at pod-level')] : []
  errors.push(...validateResources(own, path, claims, validatePodResourceName))
  const { resources: _, overhead: _o, ...rest } = spec
  const containers = (of: 'requests' | 'limits') => podRequests({ spec: rest } as Pod, of)
  errors.push(...below(spec, containers('requests'), own, path, 'requests'))
  const pages = Object.entries(containers('limits')).filter(([name]) => name.startsWith('hugepages-'))
  errors.push(...below(spec, Object.fromEntries(pages), own, path, 'limits'))
  const most = amounts(own.limits)
  for (const [i, { resources }] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(amounts(resources?.limits))) {
      if (most[name] === undefined || limit <= most[name]) continue
      const why = `must be less than or equal to pod limits of ${canonicalQuantity(own.limits?.[name] ?? 0)}`
      const shown = canonicalQuantity(resources?.limits?.[name] ?? 0)
      errors.push(invalidValue(`${path}.containers[${i}][${name}].limits`, shown, why))
    }
  }
  return errors
}

function below(spec: PodSpec, together: Amounts, own: Resources, path: string, of: 'requests' | 'limits'): FieldError[] {
  const given = amounts(own[of])
  return Object.entries(together).flatMap(([name, amount]) => {
    if (given[name] === undefined || amount <= given[name]) return []
    const why = `must be greater than or equal to aggregate container ${of} of ${asWritten(name, amount, spec, of)}`
    return [invalidValue(`${path}.${of}[${name}]`, canonicalQuantity(own[of]?.[name] ?? 0), why)]
  })
}
