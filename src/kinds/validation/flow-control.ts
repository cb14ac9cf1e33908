// Validation of how requests to the API server are put in order: FlowSchemas and priority levels. Upstream: pkg/apis/flowcontrol/validation/validation.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { deepEqual } from '../../lib/equal'
import { isDns1123Label, isDns1123Subdomain } from '../../lib/names'
import { ownEntry } from '../../lib/own-entry'
import { internalForm } from '../../schema/internal'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { forbiddenField, invalids, invalidValue, notSupported, required } from './errors'

const MOST_PRECEDENCE = 10000
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

function text(value: unknown): string {
  return String(value ?? '')
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : []) as string[]
}

// ---------------------------------------------------------------- subjects

const SUBJECTS: [kind: string, key: string][] = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
]

function validateNamed(subject: Fields, key: string, path: string): FieldError[] {
  const name = text(subject.name)
  if (!name) return [required(`${path}.name`)]
  return key === 'serviceAccount' && name !== '*' ? invalids(`${path}.name`, name, isDns1123Subdomain(name)) : []
}

function validateSubject(subject: Fields, path: string): FieldError[] {
  const own = SUBJECTS.find(([kind]) => kind === subject.kind)
  if (!own) return [notSupported(`${path}.kind`, subject.kind ?? '', ['Group', 'ServiceAccount', 'User'])]
  const [kind, key] = own
  const given = fieldsOf(subject[key])
  const errors = given
    ? validateNamed(given, key, `${path}.${key}`)
    : [required(`${path}.${key}`, `${key} is required when subject kind is '${kind}'`)]
  if (given && key === 'serviceAccount') {
    const namespace = text(given.namespace)
    const field = `${path}.${key}.namespace`
    errors.push(
      ...(namespace
        ? invalids(field, namespace, isDns1123Label(namespace))
        : [required(field, 'must specify namespace for service account')]),
    )
  }
  const others = SUBJECTS.filter(([, other]) => other !== key && subject[other] !== undefined)
  return [
    ...errors,
    ...others.map(([word, other]) => forbiddenField(`${path}.${other}`, `${other} is forbidden when subject kind is not '${word}'`)),
  ]
}

// ---------------------------------------------------------------- rules

/** `none` is what is said of an empty list, `others` what a wildcard makes superfluous. */
function validateWords(words: string[], field: string, none: string, others: string): FieldError[] {
  if (!words.length) return [required(field, none)]
  const isWild = words.includes('*') && words.length > 1
  return isWild ? [invalidValue(field, words, `if '*' is present, must not specify other ${others}`)] : []
}

function validateVerbs(verbs: string[], field: string): FieldError[] {
  const errors = validateWords(verbs, field, 'verbs must contain at least one value', 'verbs')
  if (verbs.includes('*') || verbs.every((verb) => VERBS.includes(verb))) return errors
  return [...errors, notSupported(field, verbs, VERBS)]
}

function validateNamespaces(rule: Fields, field: string): FieldError[] {
  const names = texts(rule.namespaces)
  if (!names.length && rule.clusterScope === true) return []
  const none = 'resource rules that are not cluster scoped must supply at least one namespace'
  const errors = validateWords(names, field, none, 'namespaces')
  if (errors.length || names.includes('*')) return errors
  const must = "each member of this list must be '*' or a DNS-1123 label; "
  return names.flatMap((name, i) =>
    invalids(
      `${field}[${i}]`,
      name,
      isDns1123Label(name).map((why) => must + why),
    ),
  )
}

function validateResourceRule(rule: Fields, path: string): FieldError[] {
  const supply = (what: string) => `resource rules must supply at least one ${what}`
  return [
    ...validateVerbs(texts(rule.verbs), `${path}.verbs`),
    ...validateWords(texts(rule.apiGroups), `${path}.apiGroups`, supply('api group'), 'api groups'),
    ...validateWords(texts(rule.resources), `${path}.resources`, supply('resource'), 'resources'),
    ...validateNamespaces(rule, `${path}.namespaces`),
  ]
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const stars = url.split('*').length - 1
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}

function validateUrlRule(rule: Fields, path: string): FieldError[] {
  const urls = texts(rule.nonResourceURLs)
  const field = `${path}.nonResourceURLs`
  const errors = validateWords(urls, field, 'nonResourceURLs must contain at least one value', 'non-resource URLs')
  if (!errors.length && !urls.includes('*')) {
    for (const [i, url] of urls.entries()) {
      const problem = urlProblem(url)
      if (problem) errors.push(invalidValue(`${field}[${i}]`, url, problem))
    }
  }
  return [...validateVerbs(texts(rule.verbs), `${path}.verbs`), ...errors]
}

function validateRule(rule: Fields, path: string): FieldError[] {
  const [subjects, resources, urls] = [listOf(rule.subjects), listOf(rule.resourceRules), listOf(rule.nonResourceRules)]
  const errors = subjects.length
    ? subjects.flatMap((subject, i) => validateSubject(subject, `${path}.subjects[${i}]`))
    : [required(`${path}.subjects`, 'subjects must contain at least one value')]
  if (!resources.length && !urls.length) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
  }
  return [
    ...errors,
    ...resources.flatMap((item, i) => validateResourceRule(item, `${path}.resourceRules[${i}]`)),
    ...urls.flatMap((item, i) => validateUrlRule(item, `${path}.nonResourceRules[${i}]`)),
  ]
}

const EVERYTHING = [
  {
    nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
    resourceRules: [{ apiGroups: ['*'], clusterScope: true, namespaces: ['*'], resources: ['*'], verbs: ['*'] }],
  },
]

function groupsFrom(...names: string[]): Fields[] {
  return EVERYTHING.map((rule) => ({ ...rule, subjects: names.map((name) => ({ group: { name }, kind: 'Group' })) }))
}

/** The schemas that every cluster has. Upstream: pkg/apis/flowcontrol/bootstrap/default.go. */
const SCHEMAS: Record<string, Fields> = {
  exempt: { matchingPrecedence: 1, priorityLevelConfiguration: { name: 'exempt' }, rules: groupsFrom('system:masters') },
  'catch-all': {
    distinguisherMethod: { type: 'ByUser' },
    matchingPrecedence: 10000,
    priorityLevelConfiguration: { name: 'catch-all' },
    rules: groupsFrom('system:unauthenticated', 'system:authenticated'),
  },
}

function mustBeFixed(name: string, spec: unknown, shown: object): FieldError[] {
  const fixed = ownEntry(SCHEMAS, name)
  return fixed && !deepEqual(fixed, spec) ? [invalidValue('spec', shown, `spec of '${name}' must equal the fixed value`)] : []
}

export function validateFlowSchema({ metadata, spec }: KubeObject): FieldError[] {
  const { matchingPrecedence = 1000, distinguisherMethod, priorityLevelConfiguration, rules } = fieldsOf(spec) ?? {}
  const precedence = Number(matchingPrecedence)
  const field = 'spec.matchingPrecedence'
  const errors: FieldError[] = []
  if (precedence <= 0) errors.push(invalidValue(field, precedence, 'must be a positive value'))
  if (precedence > MOST_PRECEDENCE) errors.push(invalidValue(field, precedence, `must not be greater than ${MOST_PRECEDENCE}`))
  if (precedence === 1 && metadata.name !== 'exempt') {
    errors.push(invalidValue(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
  }
  const method = fieldsOf(distinguisherMethod)
  if (method && method.type !== 'ByUser' && method.type !== 'ByNamespace') {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type ?? '' }, ['ByNamespace', 'ByUser']))
  }
  const level = text(fieldsOf(priorityLevelConfiguration)?.name)
  const named = 'spec.priorityLevelConfiguration.name'
  if (level) errors.push(...invalids(named, level, isDns1123Subdomain(level)))
  else errors.push(required(named, 'must reference a priority level'))
  errors.push(...mustBeFixed(metadata.name, spec, internalForm('FlowSchemaSpec', fieldsOf(spec) ?? {})))
  return [...errors, ...listOf(rules).flatMap((rule, i) => validateRule(rule, `spec.rules[${i}]`))]
}

// ---------------------------------------------------------------- priority levels

const MOST_QUEUES = 10_000_000
/** Bits of the hash by which a request finds its queues. */
const HASH_BITS = 60

function validateQueuing(queuing: Fields, path: string): FieldError[] {
  const [queues, hand, length] = ['queues', 'handSize', 'queueLengthLimit'].map((key) => Number(queuing[key] ?? 0))
  const refuse = (key: string, value: number, why: string) => [invalidValue(`${path}.${key}`, value, why)]
  const errors = length <= 0 ? refuse('queueLengthLimit', length, 'must be positive') : []
  if (queues <= 0) errors.push(...refuse('queues', queues, 'must be positive'))
  else if (queues > MOST_QUEUES) errors.push(...refuse('queues', queues, `must not be greater than ${MOST_QUEUES}`))
  if (hand <= 0) return [...errors, ...refuse('handSize', hand, 'must be positive')]
  if (hand > queues) return [...errors, ...refuse('handSize', hand, `should not be greater than queues (${queues})`)]
  if (Math.ceil(Math.log2(queues) * hand) <= HASH_BITS) return errors
  const bits = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${HASH_BITS}`
  return [...errors, ...refuse('handSize', hand, bits)]
}

function validateShares(level: Fields, path: string): FieldError[] {
  const { nominalConcurrencyShares: shares, lendablePercent: lendable } = level as Record<string, number | undefined>
  const errors: FieldError[] = []
  if (shares !== undefined && shares < 0) {
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'))
  }
  if (lendable !== undefined && (lendable < 0 || lendable > 100)) {
    errors.push(invalidValue(`${path}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive'))
  }
  return errors
}

function validateLimited(limited: Fields, path: string): FieldError[] {
  const response = fieldsOf(limited.limitResponse) ?? {}
  const queuing = fieldsOf(response.queuing)
  const here = `${path}.limitResponse`
  const [nominal, ...lent] = validateShares(limited, path)
  const errors = nominal ? [nominal] : []
  if (response.type === 'Reject') {
    if (queuing) errors.push(forbiddenField(`${here}.queuing`, ''))
  } else if (response.type === 'Queue') {
    errors.push(...(queuing ? validateQueuing(queuing, `${here}.queuing`) : [required(`${here}.queuing`)]))
  } else if (!response.type) errors.push(required(`${here}.type`))
  else errors.push(notSupported(`${here}.type`, response.type, ['Queue', 'Reject']))
  const most = limited.borrowingLimitPercent as number | undefined
  if (most === undefined || most >= 0) return [...errors, ...lent]
  return [...errors, ...lent, invalidValue(`${path}.borrowingLimitPercent`, most, 'if specified, must be a non-negative integer')]
}

const CATCH_ALL = { limited: { lendablePercent: 0, limitResponse: { type: 'Reject' }, nominalConcurrencyShares: 5 }, type: 'Limited' }

/** The levels that every cluster has; of `exempt` only what it says of seats may differ. */
function mustBeFixedLevel(name: string, spec: Fields): FieldError[] {
  const refuse = (what: string) => [
    invalidValue('spec', internalForm('PriorityLevelConfigurationSpec', spec), `spec of '${name}' ${what} the fixed value`),
  ]
  if (name === 'catch-all') return deepEqual(spec, CATCH_ALL) ? [] : refuse('must equal')
  const { exempt: _, ...rest } = spec
  if (name !== 'exempt' || deepEqual(rest, { type: 'Exempt' })) return []
  return refuse("except the 'spec.exempt' field must equal")
}

export function validatePriorityLevel({ metadata, spec }: KubeObject): FieldError[] {
  const { type, ...rest } = fieldsOf(spec) ?? {}
  const [limited, exempt] = [fieldsOf(rest.limited), fieldsOf(rest.exempt)]
  const errors: FieldError[] = []
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalidValue('spec.type', type ?? '', "must be 'Exempt' if and only if `name` is 'exempt'"))
  }
  errors.push(...mustBeFixedLevel(metadata.name, fieldsOf(spec) ?? {}))
  if (type === 'Exempt') {
    if (limited) errors.push(forbiddenField('spec.limited', ''), ...validateLimited(limited, 'spec.limited'))
    if (exempt) errors.push(...validateShares(exempt, 'spec.exempt'))
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbiddenField('spec.exempt', ''))
    errors.push(...(limited ? validateLimited(limited, 'spec.limited') : [required('spec.limited')]))
  } else if (!type) errors.push(required('spec.type'))
  else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']))
  return errors
}
