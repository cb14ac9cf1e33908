// Which form of an answer a client takes: JSON or YAML, whole objects, their metadata alone, or rows of a table.
// Upstream: apiserver/pkg/endpoints/handlers/negotiation.
import { ApiError } from '../../errors'

export interface Form {
  media: 'application/json' | 'application/yaml'
  /** `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`. */
  as?: string
  /** The version of that form: `v1`, `v2`. */
  version?: string
}

/** Throws ApiError NotAcceptable when nothing that is accepted can be made. `forms`: what `as` may be here. */
export function negotiate(accept: string | undefined, forms: string[]): Form {
  for (const clause of clausesOf(accept)) {
    const [media, ...parameters] = clause.split(';').map((part) => part.trim())
    const made = mediaOf(media)
    if (!made) continue
    const given = new Map(parameters.map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]))
    const as = given.get('as')
    if (as === undefined) return { media: made }
    if (forms.includes(as) && isServed(as, given.get('g'), given.get('v'))) return { media: made, as, version: given.get('v') }
  }
  throw new ApiError('NotAcceptable', 'only the following media types are accepted: application/json, application/yaml')
}

function clausesOf(accept: string | undefined): string[] {
  const clauses = (accept ?? '')
    .split(',')
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
  return clauses.length ? clauses : ['*/*']
}

function mediaOf(media: string): Form['media'] | undefined {
  if (['*/*', 'application/*', 'application/json'].includes(media)) return 'application/json'
  return media === 'application/yaml' ? media : undefined
}

function isServed(as: string, group: string | undefined, version: string | undefined): boolean {
  if (as === 'APIGroupDiscoveryList') return group === 'apidiscovery.k8s.io' && version === 'v2'
  return group === 'meta.k8s.io' && version === 'v1'
}
