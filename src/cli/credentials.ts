// Who the client says it is, in the headers of its requests. Upstream: client-go/transport/round_trippers.go.
import type { Host } from '../env'
import type { Flags } from './flags'
import { impersonationOf } from './impersonation'
import { KubeconfigFiles, type Stanza } from './kubeconfig'

/** Names and values; secrets are masked, as logs show them. */
export function credentialHeaders(host: Host, flags: Flags): [name: string, value: string][] {
  const { merged } = KubeconfigFiles.load(host, flags)
  const context = merged.contexts.get(flags.string('context') || merged.currentContext) as { user?: string } | undefined
  const user = (merged.users.get(flags.string('user') || context?.user || '') ?? {}) as Stanza
  const headers: [string, string][] = []
  if (flags.string('token') || user.token || user.tokenFile) headers.push(['Authorization', 'Bearer <masked>'])
  else if (flags.string('username') || user.username) headers.push(['Authorization', 'Basic <masked>'])
  const { name, groups, uid, extra } = impersonationOf(flags, user)
  if (!name) return headers
  headers.push(['Impersonate-User', name])
  for (const group of groups) headers.push(['Impersonate-Group', group])
  if (uid) headers.push(['Impersonate-Uid', uid])
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) headers.push([`Impersonate-Extra-${titled(key)}`, value])
  }
  return headers
}

/** As net/http writes the names of headers. */
function titled(key: string): string {
  return encodeURIComponent(key)
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}
