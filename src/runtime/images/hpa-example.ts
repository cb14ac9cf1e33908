// registry.k8s.io/hpa-example: the page that the autoscaler's walkthrough loads.
import type { Image } from '../process'
import { executable, goNotFound, httpServer, plain, splitPath } from './servers'

/** The PHP page that the autoscaler's walkthrough loads. */
export const hpaExample: Image = {
  repositories: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example'],
  command: ['apache2-foreground'],
  ports: [80],
  sizeBytes: 141_434_880,
  userland: 'debian',
  program: (argv) =>
    executable(argv) === 'apache2-foreground'
      ? httpServer({
          ports: () => [80],
          respond: (r) => (splitPath(r.path).path === '/' || r.path === '/index.php' ? plain('OK!') : goNotFound()),
          onTerm: 0,
        })
      : undefined,
}
