// registry.k8s.io/serve_hostname.
import type { Image } from '../process'
import { serveHostname } from './agnhost-servers'
import { executable } from './servers'

export const serveHostnameImage: Image = {
  repositories: ['registry.k8s.io/serve_hostname', 'k8s.gcr.io/serve_hostname', 'registry.k8s.io/e2e-test-images/serve-hostname'],
  entrypoint: ['/serve_hostname'],
  sizeBytes: 2_120_704,
  files: { '/serve_hostname': '' },
  program: (argv) => (executable(argv) === 'serve_hostname' ? serveHostname(argv) : undefined),
}
