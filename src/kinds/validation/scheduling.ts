// Validation of where a Pod may run: affinity, tolerations, spreading. Upstream: pkg/apis/core/validation/validation.go (validateAffinity, ValidateTolerations).
import type { LabelSelector, Toleration } from '../../api/types'
import type { FieldError } from '../../errors'
import { isDns1123Label, isDns1123Subdomain, isLabelValue } from '../../lib/names'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { duplicate, forbiddenField, invalids, invalidValue, notSupported, required } from './errors'
import { validateLabelKey, validateSelector } from './object-meta'

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function validateTolerations(tolerations: Toleration[] | undefined, path: string): FieldError[] {
  return (tolerations ?? []).flatMap((toleration, i) => {
    const here = `${path}[${i}]`
    const { key, operator = '', value = '', effect = '', tolerationSeconds } = toleration
    const errors = key ? validateLabelKey(key, `${here}.key`) : []
    if (!key && operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalidValue(`${here}.operator`, operator, why))
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalidValue(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    }
    if (operator === 'Equal' || operator === '') {
      const complaints = isLabelValue(value)
      if (complaints.length) errors.push(invalidValue(`${here}.operator`, value, complaints.join(';')))
    } else if (operator === 'Exists') {
      if (value) errors.push(invalidValue(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'"))
    } else {
      // Only the gate of a feature that is off keeps the two that compare numbers away.
      const compares = operator === 'Lt' || operator === 'Gt'
      errors.push(notSupported(`${here}.operator`, operator, compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']))
    }
    if (effect && !TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${here}.effect`, effect, TAINT_EFFECTS))
    return errors
  })
}

// ---------------------------------------------------------------- node affinity

function validateNodeRequirement(requirement: Fields, path: string, strictValues: boolean): FieldError[] {
  const errors: FieldError[] = []
  const values = (requirement.values ?? []) as string[]
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (!values.length) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
      break
    default:
      errors.push(invalidValue(`${path}.operator`, requirement.operator ?? '', 'not a valid selector operator'))
  }
  errors.push(...validateLabelKey(String(requirement.key ?? ''), `${path}.key`))
  if (strictValues) for (const [i, value] of values.entries()) errors.push(...invalids(`${path}.values[${i}]`, value, isLabelValue(value)))
  return errors
}

function validateNodeField(requirement: Fields, path: string): FieldError[] {
  const errors: FieldError[] = []
  const values = (requirement.values ?? []) as string[]
  if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
    if (values.length !== 1) {
      errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
    }
  } else errors.push(invalidValue(`${path}.operator`, requirement.operator ?? '', 'not a valid selector operator'))
  if (requirement.key !== 'metadata.name') {
    return [...errors, invalidValue(`${path}.key`, requirement.key ?? '', 'not a valid field selector key')]
  }
  return [...errors, ...values.flatMap((value, i) => invalids(`${path}.values[${i}]`, value, isDns1123Subdomain(value)))]
}

function validateNodeTerm(term: Fields, path: string, strictValues: boolean): FieldError[] {
  return [
    ...listOf(term.matchExpressions).flatMap((r, i) => validateNodeRequirement(r, `${path}.matchExpressions[${i}]`, strictValues)),
    ...listOf(term.matchFields).flatMap((r, i) => validateNodeField(r, `${path}.matchFields[${i}]`)),
  ]
}

/** A v1.NodeSelector, as in required node affinity and in PersistentVolumes. */
export function validateNodeSelector(selector: Fields, path: string): FieldError[] {
  const terms = listOf(selector.nodeSelectorTerms)
  if (!terms.length) return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')]
  return terms.flatMap((term, i) => validateNodeTerm(term, `${path}.nodeSelectorTerms[${i}]`, true))
}

function validateWeight(term: Fields, path: string): FieldError[] {
  const weight = Number(term.weight ?? 0)
  return weight <= 0 || weight > 100 ? [invalidValue(`${path}.weight`, weight, 'must be in the range 1-100')] : []
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

function validateNodeAffinity(affinity: Fields, path: string): FieldError[] {
  const hard = fieldsOf(affinity[REQUIRED])
  return [
    ...(hard ? validateNodeSelector(hard, `${path}.${REQUIRED}`) : []),
    ...listOf(affinity[PREFERRED]).flatMap((term, i) => {
      const here = `${path}.${PREFERRED}[${i}]`
      return [...validateWeight(term, here), ...validateNodeTerm(fieldsOf(term.preference) ?? {}, `${here}.preference`, false)]
    }),
  ]
}

// ---------------------------------------------------------------- pod affinity

function validatePodTerm(term: Fields, path: string): FieldError[] {
  const errors = [
    ...validateSelector(fieldsOf(term.labelSelector) as LabelSelector | undefined, `${path}.labelSelector`),
    ...validateSelector(fieldsOf(term.namespaceSelector) as LabelSelector | undefined, `${path}.namespaceSelector`),
  ]
  for (const name of (term.namespaces ?? []) as string[]) errors.push(...invalids(`${path}.namespace`, name, isDns1123Label(name)))
  const key = String(term.topologyKey ?? '')
  if (!key) errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  errors.push(...validateLabelKey(key, `${path}.topologyKey`))
  return [...errors, ...validateTermLabelKeys(term, path)]
}

/** Of the keys whose values come from the Pod itself. Upstream: ValidateMatchLabelKeysAndMismatchLabelKeys. */
function validateTermLabelKeys(term: Fields, path: string): FieldError[] {
  const [match, mismatch] = [(term.matchLabelKeys ?? []) as string[], (term.mismatchLabelKeys ?? []) as string[]]
  const selector = fieldsOf(term.labelSelector) as LabelSelector | undefined
  const errors = [
    ...validateLabelKeys(match, selector, `${path}.matchLabelKeys`),
    ...validateLabelKeys(mismatch, selector, `${path}.mismatchLabelKeys`),
  ]
  // The Pod's own values were put at the end of the selector: a key is there twice when it was asked for before.
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}))
  for (const { key } of selector?.matchExpressions ?? []) {
    if (seen.has(key) && match.includes(key)) {
      errors.push(invalidValue(`${path}[${match.lastIndexOf(key)}]`, key, 'exists in both matchLabelKeys and labelSelector'))
    }
    seen.add(key)
  }
  const both = [...match.entries()].filter(([, key]) => mismatch.includes(key))
  const why = 'exists in both matchLabelKeys and mismatchLabelKeys'
  return [...errors, ...both.map(([i, key]) => invalidValue(`${path}.matchLabelKeys[${i}]`, key, why))]
}

function validateLabelKeys(keys: string[], selector: LabelSelector | undefined, path: string): FieldError[] {
  if (!keys.length) return []
  if (!selector) return [forbiddenField(path, 'must not be specified when labelSelector is not set')]
  return keys.flatMap((key, i) => validateLabelKey(key, `${path}[${i}]`))
}

function validatePodAffinity(affinity: Fields, path: string): FieldError[] {
  return [
    ...listOf(affinity[REQUIRED]).flatMap((term, i) => validatePodTerm(term, `${path}.${REQUIRED}[${i}]`)),
    ...listOf(affinity[PREFERRED]).flatMap((term, i) => {
      const here = `${path}.${PREFERRED}[${i}]`
      return [...validateWeight(term, here), ...validatePodTerm(fieldsOf(term.podAffinityTerm) ?? {}, `${here}.podAffinityTerm`)]
    }),
  ]
}

export function validateAffinity(affinity: Fields | undefined, path: string): FieldError[] {
  if (!affinity) return []
  const node = fieldsOf(affinity.nodeAffinity)
  const pod = fieldsOf(affinity.podAffinity)
  const anti = fieldsOf(affinity.podAntiAffinity)
  return [
    ...(node ? validateNodeAffinity(node, `${path}.nodeAffinity`) : []),
    ...(pod ? validatePodAffinity(pod, `${path}.podAffinity`) : []),
    ...(anti ? validatePodAffinity(anti, `${path}.podAntiAffinity`) : []),
  ]
}

// ---------------------------------------------------------------- spreading

const UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway']

export function validateSpread(constraints: Fields[], path: string): FieldError[] {
  return constraints.flatMap((constraint, i) => {
    const here = `${path}[${i}]`
    const errors: FieldError[] = []
    const skew = Number(constraint.maxSkew ?? 0)
    if (skew <= 0) errors.push(invalidValue(`${here}.maxSkew`, skew, 'must be greater than zero'))
    const key = String(constraint.topologyKey ?? '')
    if (!key) errors.push(required(`${here}.topologyKey`, 'can not be empty'))
    const when = String(constraint.whenUnsatisfiable ?? '')
    if (!UNSATISFIABLE.includes(when)) errors.push(notSupported(`${here}.whenUnsatisfiable`, when, UNSATISFIABLE))
    if (constraints.slice(i + 1).some((c) => c.topologyKey === key && c.whenUnsatisfiable === when)) {
      errors.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, `{${key}, ${when}}`))
    }
    const domains = constraint.minDomains as number | undefined
    if (domains !== undefined) {
      if (domains <= 0) errors.push(invalidValue(`${here}.minDomains`, domains, 'must be greater than zero'))
      if (when !== 'DoNotSchedule') {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`
        errors.push(invalidValue(`${here}.minDomains`, domains, why))
      }
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      const value = constraint[policy]
      if (value !== undefined && value !== 'Honor' && value !== 'Ignore') {
        errors.push(notSupported(`${here}.${policy}`, value, ['Honor', 'Ignore']))
      }
    }
    errors.push(...validateTermLabelKeys(constraint, here))
    return [...errors, ...validateSelector(fieldsOf(constraint.labelSelector) as LabelSelector | undefined, `${here}.labelSelector`)]
  })
}
