// Who may do what: users as the API server sees them, and RBAC's answer. Upstream: plugin/pkg/auth/authorizer/rbac.
import type { View } from '../api/contracts'
import type { PolicyRule, Role, RoleBinding, Subject } from '../api/rbac'
import { ApiError } from '../errors'

export interface User {
  name: string
  uid?: string
  groups: string[]
  extra?: Record<string, string[]>
}

/** The administrator a kubeadm cluster's kubeconfig belongs to. */
export const ADMIN: User = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${'5a6864f5f17b3583'.repeat(4)}`] },
}

/** Extras come in headers, whose names are alike in capitals and not. */
function lowered(extra: Record<string, string[]>): Record<string, string[]> {
  const out: Record<string, string[]> = {}
  for (const [key, values] of Object.entries(extra)) out[key.toLowerCase()] = [...(out[key.toLowerCase()] ?? []), ...values]
  return out
}

/** A user by name, with the groups the server adds: those of service accounts, and of all who are known. */
export function impersonated(name: string, groups: string[], uid?: string, extra?: Record<string, string[]>): User {
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)
  const own = groups.length ? groups : account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : []
  const known = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
  return {
    name,
    groups: [...new Set([...own, known])],
    ...(uid ? { uid } : {}),
    ...(extra && Object.keys(extra).length ? { extra: lowered(extra) } : {}),
  }
}

/** One request: on a resource (`group` empty for the core group), or on a path that is none. */
export type Access =
  | { verb: string; group: string; resource: string; subresource?: string; namespace?: string; name?: string }
  | { verb: string; path: string }

const RBAC = 'rbac.authorization.k8s.io'

/** All rules that hold for a user in a namespace; without one, those of ClusterRoleBindings. */
export function rulesFor(view: View, user: User, namespace: string | undefined): PolicyRule[] {
  const rules: PolicyRule[] = []
  for (const binding of view.list<RoleBinding>(`clusterrolebindings.${RBAC}`)) {
    if (concerns(binding, user, undefined)) rules.push(...rulesOf(view, binding, undefined))
  }
  if (namespace) {
    for (const binding of view.list<RoleBinding>(`rolebindings.${RBAC}`, namespace)) {
      if (concerns(binding, user, namespace)) rules.push(...rulesOf(view, binding, namespace))
    }
  }
  return rules
}

function concerns({ subjects }: RoleBinding, user: User, namespace: string | undefined): boolean {
  return (subjects ?? []).some((subject) => matches(subject, user, namespace))
}

function matches({ kind, name, namespace }: Subject, user: User, own: string | undefined): boolean {
  if (kind === 'User') return name === user.name
  if (kind === 'Group') return user.groups.includes(name)
  return kind === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace || own || ''}:${name}`
}

function rulesOf(view: View, { roleRef }: RoleBinding, namespace: string | undefined): PolicyRule[] {
  const resource = roleRef.kind === 'Role' ? `roles.${RBAC}` : `clusterroles.${RBAC}`
  return view.get<Role>(resource, roleRef.kind === 'Role' ? namespace : undefined, roleRef.name)?.rules ?? []
}

export function isAllowed(view: View, user: User, access: Access): boolean {
  if (user.groups.includes('system:masters')) return true
  const namespace = 'path' in access ? undefined : access.namespace
  return rulesFor(view, user, namespace).some((rule) => allows(rule, access))
}

function allows(rule: PolicyRule, access: Access): boolean {
  if (!includes(rule.verbs, access.verb)) return false
  if ('path' in access) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, access.path))
  const { group, resource, subresource, name } = access
  if (!includes(rule.apiGroups, group)) return false
  if (rule.resourceNames?.length && !rule.resourceNames.includes(name ?? '')) return false
  const full = subresource ? `${resource}/${subresource}` : resource
  return includes(rule.resources, full) || (subresource !== undefined && (rule.resources ?? []).includes(`*/${subresource}`))
}

function includes(words: string[] | undefined, word: string): boolean {
  return (words ?? []).some((each) => each === '*' || each === word)
}

function urlMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))
}

/** A namespace stands in itself. */
export function namespaceAsked(
  info: { resource: string; namespaced: boolean },
  namespace: string | undefined,
  name: string | undefined,
): { namespace?: string } {
  const where = info.resource === 'namespaces' ? name : info.namespaced ? namespace : undefined
  return where ? { namespace: where } : {}
}

/** The refusal of a request, in the API server's words. */
export function forbiddenAccess(user: User, access: Access): ApiError {
  if ('path' in access) {
    const text = `forbidden: User ${JSON.stringify(user.name)} cannot ${access.verb} path ${JSON.stringify(access.path)}`
    return new ApiError('Forbidden', text)
  }
  const { verb, group, resource, subresource, namespace, name } = access
  const what = group ? `${resource}.${group}` : resource
  const full = subresource ? `${resource}/${subresource}` : resource
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope'
  const request = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}`
  return new ApiError('Forbidden', `${what}${name ? ` ${JSON.stringify(name)}` : ''} is forbidden: ${request}`, {
    name,
    group,
    kind: resource,
  })
}
