// Nobody grants what he does not hold: roles and bindings that users write. Upstream: pkg/registry/rbac/{role,clusterrole,rolebinding,
// clusterrolebinding}/policybased/storage.go, pkg/registry/rbac/validation, component-helpers/auth/rbac/validation/policy_comparator.go.
import type { View } from '../api/contracts'
import type { PolicyRule, Role, RoleBinding } from '../api/rbac'
import type { KubeObject } from '../api/types'
import { forbidden, notFound } from '../errors'
import { deepEqual } from '../lib/equal'
import type { ResourceInfo } from '../schema/resources'
import { isAllowed, rulesFor, type User } from './authorization'

const GROUP = 'rbac.authorization.k8s.io'

/** A rule of one verb, and of one resource or path. */
function brokenDown({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs }: PolicyRule): PolicyRule[] {
  const named = (verb: string, group: string, resource: string): PolicyRule[] => {
    const one = { apiGroups: [group], resources: [resource], verbs: [verb] }
    return resourceNames.length ? resourceNames.map((name) => ({ ...one, resourceNames: [name] })) : [one]
  }
  return [
    ...apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.flatMap((verb) => named(verb, group, resource)))),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ]
}

function has(words: string[] | undefined, wanted: string[] | undefined): boolean {
  return (wanted ?? []).every((word) => words?.includes(word))
}

function hasResources(own: string[] = [], wanted: string[] = []): boolean {
  if (own.includes('*')) return true
  return wanted.every((path) => own.includes(path) || (path.includes('/') && own.includes(`*/${path.slice(path.indexOf('/') + 1)}`)))
}

function hasUrls(own: string[] = [], wanted: string[] = []): boolean {
  const covers = (pattern: string, url: string) => pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.replace(/\*+$/, '')))
  return wanted.every((url) => own.some((pattern) => covers(pattern, url)))
}

function covers(own: PolicyRule, one: PolicyRule): boolean {
  const isNamed = (own.resourceNames ?? []).length > 0
  return (
    (own.verbs.includes('*') || has(own.verbs, one.verbs)) &&
    (own.apiGroups?.includes('*') || has(own.apiGroups, one.apiGroups)) &&
    hasResources(own.resources, one.resources) &&
    hasUrls(own.nonResourceURLs, one.nonResourceURLs) &&
    (!isNamed || (one.resourceNames !== undefined && has(own.resourceNames, one.resourceNames)))
  )
}

/** Rules of the same resource as one, with all their verbs. */
function compact(rules: PolicyRule[]): PolicyRule[] {
  const out = new Map<string, PolicyRule>()
  for (const [i, rule] of rules.entries()) {
    const key = rule.nonResourceURLs ? String(i) : JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames])
    const known = out.get(key)
    out.set(key, known ? { ...known, verbs: [...known.verbs, ...rule.verbs] } : rule)
  }
  return [...out.values()]
}

function quoted(words: string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(' ')}]`
}

function shown({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts: [string, string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ]
  return `{${parts.flatMap(([name, words]) => (words?.length ? [`${name}:${quoted(words)}`] : [])).join(', ')}}`
}

/** What a user does not hold of some rules, in the words of the refusal; undefined when he holds them all. */
function missing(view: View, user: User, namespace: string | undefined, rules: PolicyRule[]): string | undefined {
  const own = rulesFor(view, user, namespace)
  const lacking = rules.flatMap(brokenDown).filter((one) => !own.some((rule) => covers(rule, one)))
  if (!lacking.length) return undefined
  const lines = [...new Set(compact(lacking).map(shown))].sort()
  const who = `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)})`
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`
}

/** Fields that garbage collection needs are anybody's to change. */
function isOnlyCollected(object: KubeObject, old: KubeObject): boolean {
  const rest = ({ metadata, ...fields }: KubeObject) => {
    const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...meta } = metadata
    return { ...fields, metadata: meta }
  }
  return !deepEqual(object, old) && deepEqual(rest(object), rest(old))
}

const EVERYTHING: PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
]

function checkRole(view: View, user: User, info: ResourceInfo, role: Role, old: Role | undefined): void {
  const { namespace, name } = role.metadata
  // Of a new role the request does not say the name.
  const asked = { verb: 'escalate', group: GROUP, resource: info.plural, namespace, name: old ? name : undefined }
  if (isAllowed(view, user, asked)) return
  const why = missing(view, user, namespace, role.rules ?? [])
  if (why) throw forbidden(info.resource, name, why)
  const aggregates = [role, old].some((each) => each?.aggregationRule?.clusterRoleSelectors?.length)
  if (!aggregates || !missing(view, user, namespace, EVERYTHING)) return
  throw forbidden(info.resource, name, 'must have cluster-admin privileges to use the aggregationRule')
}

function checkBinding(view: View, user: User, info: ResourceInfo, { metadata, roleRef }: RoleBinding): void {
  const { namespace, name } = metadata
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  const group = roleRef.apiGroup || GROUP
  if (isAllowed(view, user, { verb: 'bind', group, resource: plural, namespace, name: roleRef.name })) return
  const role = view.get<Role>(`${plural}.${GROUP}`, plural === 'roles' ? namespace : undefined, roleRef.name)
  // Upstream names the binding where it means the role.
  if (!role) throw notFound(info.resource, roleRef.name)
  const why = missing(view, user, namespace, role.rules ?? [])
  if (why) throw forbidden(info.resource, name, why)
}

const ROLES = [`roles.${GROUP}`, `clusterroles.${GROUP}`]
const BINDINGS = [`rolebindings.${GROUP}`, `clusterrolebindings.${GROUP}`]

/** Throws ApiError Forbidden when a user grants what he does not hold, NotFound for roles that are not there. */
export function checkEscalation(
  info: ResourceInfo,
  object: KubeObject,
  old: KubeObject | undefined,
  { view, user, trusted }: { view: View; user?: User; trusted?: boolean },
): void {
  if (trusted || !user || user.groups.includes('system:masters') || info.group !== GROUP) return
  if (old && isOnlyCollected(object, old)) return
  if (ROLES.includes(info.resource)) checkRole(view, user, info, object as unknown as Role, old as unknown as Role)
  if (BINDINGS.includes(info.resource)) checkBinding(view, user, info, object as unknown as RoleBinding)
}
