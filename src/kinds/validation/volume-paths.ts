// Files of a volume that get into each other's way. Upstream: pkg/api/pod/warnings.go warningsForOverlappingVirtualPaths.
import { type Fields, fieldsOf, listOf } from '../defaults/fields'

interface File {
  path: string
  source: string
}

function filesOf(holder: Fields | undefined, source: string): File[] {
  return listOf(holder?.items).map(({ path }) => ({ path: String(path ?? ''), source }))
}

function shown({ path, source }: File): string {
  return source ? `${JSON.stringify(path)} (${source})` : JSON.stringify(path)
}

function overlaps(files: File[]): string[] {
  const before: File[] = []
  return files.flatMap((given) => {
    const file = { ...given, path: given.path.replace(/\/+$/, '') }
    const [own, others] = [`${file.path}/`, before.filter(({ path }) => path)]
    const met = file.path ? others.filter(({ path }) => `${path}/`.startsWith(own) || own.startsWith(`${path}/`)) : []
    before.push(file)
    return met.map((other) => `${shown(file)} with ${shown(other)}`)
  })
}

function projected(source: Fields): File[] {
  const [config, secret, token] = [fieldsOf(source.configMap), fieldsOf(source.secret), fieldsOf(source.serviceAccountToken)]
  if (config?.items) return filesOf(config, `ConfigMap ${JSON.stringify(config.name ?? '')}`)
  if (secret?.items) return filesOf(secret, `Secret ${JSON.stringify(secret.name ?? '')}`)
  const downward = fieldsOf(source.downwardAPI)
  if (downward?.items) return filesOf(downward, 'DownwardAPI')
  if (token) return [{ path: String(token.path ?? ''), source: 'ServiceAccountToken' }]
  const bundle = fieldsOf(source.clusterTrustBundle)
  const named = JSON.stringify(bundle?.name ?? bundle?.signerName ?? '')
  if (bundle) return [{ path: String(bundle.path ?? ''), source: `ClusterTrustBundle ${named}` }]
  const certificate = fieldsOf(source.podCertificate) ?? {}
  const parts: [string, string][] = [
    ['certificateChainPath', 'chain'],
    ['keyPath', 'key'],
    ['credentialBundlePath', 'credential bundle'],
  ]
  return parts.flatMap(([key, what]) => (certificate[key] ? [{ path: String(certificate[key]), source: `PodCertificate ${what}` }] : []))
}

export function overlapWarnings(volumes: Fields[]): string[] {
  return volumes.flatMap((volume) => {
    const warn = (what: string, files: File[]) =>
      overlaps(files).map((overlap) => `volume ${JSON.stringify(volume.name)} (${what}): overlapping paths: ${overlap}`)
    const [config, secret, downward] = [fieldsOf(volume.configMap), fieldsOf(volume.secret), fieldsOf(volume.downwardAPI)]
    const sources = listOf(fieldsOf(volume.projected)?.sources)
    const empty = sources.filter((source) => !Object.values(source).some(fieldsOf))
    return [
      ...warn(`ConfigMap ${JSON.stringify(config?.name ?? '')}`, filesOf(config, '')),
      ...warn(`Secret ${JSON.stringify(secret?.secretName ?? '')}`, filesOf(secret, '')),
      ...warn('DownwardAPI', filesOf(downward, '')),
      ...empty.map(() => `volume ${JSON.stringify(volume.name)} (Projected) has no sources provided`),
      ...warn('Projected', sources.flatMap(projected)),
    ]
  })
}
