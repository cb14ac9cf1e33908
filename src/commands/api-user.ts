// Who makes a request: the administrator, unless a token or an impersonation says otherwise. Upstream: apiserver/pkg/endpoints/filters.
import type { IncomingHttpHeaders } from 'node:http'
import { impersonated, type User } from '../apiserver/authorization'
import { userOfToken } from '../apiserver/token-users'
import { ISSUER } from '../apiserver/tokens'
import type { Cluster } from '../cluster'
import { ApiError } from '../errors'

/** Undefined is the administrator, who needs no token here. Throws ApiError Unauthorized, InternalError. */
export function userOf({ server }: Cluster, headers: IncomingHttpHeaders): User | undefined {
  const bearer = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const user = bearer === undefined ? undefined : userOfToken(server, bearer)
  // A token for somebody else is none for the API server.
  if (bearer !== undefined && !user?.audiences.includes(ISSUER)) throw new ApiError('Unauthorized', 'Unauthorized')
  const name = one(headers['impersonate-user'])
  const groups = all(headers['impersonate-group'])
  const extra: Record<string, string[]> = {}
  for (const [header, value] of Object.entries(headers)) {
    if (header.startsWith('impersonate-extra-')) extra[decodeURIComponent(header.slice('impersonate-extra-'.length))] = all(value)
  }
  if (!name) {
    if (groups.length || Object.keys(extra).length || headers['impersonate-uid']) {
      throw new ApiError('InternalError', 'Internal error occurred: requested [] without impersonating a user')
    }
    return user
  }
  // Only the administrator may be somebody else.
  if (user)
    throw new ApiError(
      'Forbidden',
      `users ${JSON.stringify(name)} is forbidden: User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`,
      { name, kind: 'users' },
    )
  return impersonated(name, groups, one(headers['impersonate-uid']), extra)
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** Node joins a header that comes several times by commas. */
function all(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : value.split(',')).map((each) => each.trim())
}
