// Whom the client acts as: what the kubeconfig says of its user, and flags in its place. Upstream: cli-runtime/pkg/genericclioptions/config_flags.go.
import type { Flags } from './flags'
import type { Stanza } from './kubeconfig'

export interface Impersonation {
  /** Empty where nobody is impersonated. */
  name: string
  groups: string[]
  uid: string
  extra: Record<string, string[]>
}

/** Each part by itself comes from the flags, or else from the stanza; of extras each key. */
export function impersonationOf(flags: Flags, user: Stanza | undefined): Impersonation {
  const stanza = (user ?? {}) as { as?: string; 'as-groups'?: string[]; 'as-uid'?: string; 'as-user-extra'?: Record<string, string[]> }
  const given = flags.list('as-group')
  return {
    name: flags.string('as') || stanza.as || '',
    groups: given.length ? given : (stanza['as-groups'] ?? []),
    uid: flags.string('as-uid') || stanza['as-uid'] || '',
    extra: { ...stanza['as-user-extra'], ...extraOf(flags.list('as-user-extra')) },
  }
}

/** `KEY=VALUE`, where everything behind the first sign is the value; words without one are passed over. */
function extraOf(entries: string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const entry of entries) {
    const at = entry.indexOf('=')
    if (at < 0) continue
    const key = entry.slice(0, at)
    extra[key] = [...(extra[key] ?? []), entry.slice(at + 1)]
  }
  return extra
}

/** The parts of somebody who is nobody. */
export function isHeadless({ name, groups, uid, extra }: Impersonation): boolean {
  return name === '' && (groups.length > 0 || uid !== '' || Object.keys(extra).length > 0)
}
