// References to images: `registry.example.com:5000/team/app:1.2@sha256:…`. Upstream: github.com/distribution/reference.

/** The whole reference, as run and debug check an image before anything else. */
export const IMAGE_REFERENCE =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/

/** A name as a container runtime reads it. */
export interface Reference {
  /** `docker.io` when the name has none. */
  registry: string
  /** With `library/` for Docker's official images. */
  repository: string
  tag?: string
  digest?: string
  /** The repository as people write it: `nginx`, `vfarcic/go-demo-2`, `gcr.io/x/y`. */
  familiar: string
  /** `docker.io/library/nginx:1.25`, with `:latest` when nothing was said. */
  canonical: string
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/

/** An error's text is the one of upstream: `invalid reference format`, `repository name must be lowercase`, ... */
export function parseReference(name: string): Reference | { error: string } {
  if (name === '') return { error: 'repository name must have at least one component' }
  if (/^[a-f0-9]{64}$/.test(name)) return { error: `invalid repository name (${name}), cannot specify 64-byte hexadecimal strings` }
  const at = name.indexOf('@')
  const digest = at < 0 ? undefined : name.slice(at + 1)
  if (digest !== undefined && !/^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/.test(digest))
    return { error: 'invalid reference format' }
  const named = at < 0 ? name : name.slice(0, at)
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  const tag = tagged ? named.slice(colon + 1) : undefined
  const path = tagged ? named.slice(0, colon) : named
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return { error: 'invalid reference format' }
  const slash = path.indexOf('/')
  const first = slash < 0 ? '' : path.slice(0, slash)
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const registry = isDomain ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io'
  let repository = isDomain ? path.slice(slash + 1) : path
  if (isDomain && !DOMAIN.test(first)) return { error: 'invalid reference format' }
  if (repository !== repository.toLowerCase())
    return { error: `invalid reference format: repository name (${repository}) must be lowercase` }
  if (!REPOSITORY.test(repository)) return { error: 'invalid reference format' }
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`
  const familiar = registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`
  const ending = (tag !== undefined ? `:${tag}` : digest ? '' : ':latest') + (digest ? `@${digest}` : '')
  return {
    registry,
    repository,
    tag: tag ?? (digest ? undefined : 'latest'),
    digest,
    familiar,
    canonical: `${registry}/${repository}${ending}`,
  }
}
