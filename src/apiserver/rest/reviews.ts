// Resources that are questions: who am I, may I, which rules hold, whose token is this. They are answered and not stored.
// Upstream: pkg/registry/authorization, pkg/registry/authentication.
import type { KubeObject } from '../../api/types'
import { invalid } from '../../errors'
import { timestamp } from '../../lib/time'
import { type Access, ADMIN, impersonated, isAllowed, rulesFor, type User } from '../authorization'
import type { ApiServer } from '../server'
import { userOfToken } from '../token-users'
import { ISSUER } from '../tokens'

interface Attributes {
  resourceAttributes?: {
    verb?: string
    group?: string
    resource?: string
    subresource?: string
    namespace?: string
    name?: string
  }
  nonResourceAttributes?: { verb?: string; path?: string }
  user?: string
  groups?: string[]
  uid?: string
  extra?: Record<string, string[]>
  namespace?: string
  token?: string
  audiences?: string[]
}

type Review = (server: ApiServer, spec: Attributes, namespace: string | undefined) => unknown

const REVIEWS: Record<string, Review> = {
  'selfsubjectreviews.authentication.k8s.io': (server) => ({ userInfo: userInfo(server.user ?? ADMIN) }),
  'selfsubjectaccessreviews.authorization.k8s.io': (server, spec) => decide(server, server.user ?? ADMIN, accessOf(spec, 'SelfSubject')),
  'subjectaccessreviews.authorization.k8s.io': (server, spec) => decide(server, subjectOf(spec), accessOf(spec, 'Subject')),
  'localsubjectaccessreviews.authorization.k8s.io': (server, spec) => decide(server, subjectOf(spec), accessOf(spec, 'LocalSubject')),
  'selfsubjectrulesreviews.authorization.k8s.io': (server, spec) => rules(server, spec.namespace),
  'tokenreviews.authentication.k8s.io': (server, spec) => tokenStatus(server, spec.token ?? '', spec.audiences),
}

export function isReview(resource: string): boolean {
  return Object.hasOwn(REVIEWS, resource)
}

/** The review with its status. Throws ApiError Invalid. */
export function reviewed(server: ApiServer, resource: string, object: KubeObject, namespace: string | undefined): KubeObject {
  const status = REVIEWS[resource](server, (object.spec ?? {}) as Attributes, namespace)
  const metadata = object.kind === 'SelfSubjectReview' ? { creationTimestamp: timestamp(server.env.now()) } : (object.metadata ?? {})
  return { ...object, metadata, status } as unknown as KubeObject
}

function userInfo({ name: username, ...rest }: User): object {
  return { username, ...rest }
}

function subjectOf({ user, groups, uid, extra }: Attributes): User {
  const { name, ...rest } = impersonated(user ?? '', groups ?? [], uid, extra)
  // A review names all the groups it means.
  return { ...rest, name, groups: groups ?? [] }
}

function accessOf({ resourceAttributes: on, nonResourceAttributes: path }: Attributes, kind: string): Access {
  if (Boolean(on) === Boolean(path)) {
    const message = on
      ? 'Invalid value: {}: cannot be specified in combination with resourceAttributes'
      : 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'
    const field = on ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes'
    throw invalid(`${kind}AccessReview`, 'authorization.k8s.io', '', [{ type: 'Invalid', field, message }])
  }
  if (path) return { verb: path.verb ?? '', path: path.path ?? '' }
  return {
    verb: on?.verb ?? '',
    group: on?.group ?? '',
    resource: on?.resource ?? '',
    ...(on?.subresource ? { subresource: on.subresource } : {}),
    ...(on?.namespace ? { namespace: on.namespace } : {}),
    ...(on?.name ? { name: on.name } : {}),
  }
}

function decide(server: ApiServer, user: User, access: Access): object {
  return { allowed: isAllowed(server.view, user, access) }
}

function rules(server: ApiServer, namespace: string | undefined): object {
  const user = server.user ?? ADMIN
  const all = rulesFor(server.view, user, namespace)
  const onResources = all.filter((rule) => !rule.nonResourceURLs?.length)
  const onPaths = all.filter((rule) => rule.nonResourceURLs?.length)
  return {
    resourceRules: onResources.map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames })),
    nonResourceRules: onPaths.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}

/** Upstream: pkg/serviceaccount/jwt.go; without audiences the API server asks for itself. */
function tokenStatus(server: ApiServer, token: string, wanted: string[] = []): object {
  const user = userOfToken(server, token)
  if (!user) return { user: {}, error: 'invalid bearer token' }
  const targets = wanted.length > 0 ? wanted : [ISSUER]
  const { audiences, ...known } = user
  const shared = audiences.filter((audience) => targets.includes(audience))
  if (shared.length === 0) {
    const list = (names: string[]) => `[${names.map((name) => JSON.stringify(name)).join(' ')}]`
    return {
      user: {},
      error: `[invalid bearer token, token audiences ${list(audiences)} is invalid for the target audiences ${list(targets)}]`,
    }
  }
  return { authenticated: true, user: userInfo(known), audiences: shared }
}
