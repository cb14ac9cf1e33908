// registry.k8s.io/hpa-example: the PHP page that the autoscaler's walkthrough loads.
import type { Image } from '../process'
import { apacheError } from './httpd'
import { executable, httpServer, splitPath } from './servers'

const SERVER = 'Apache/2.4.10 (Debian) PHP/5.6.14'

export const hpaExample: Image = {
  repositories: ['registry.k8s.io/hpa-example', 'k8s.gcr.io/hpa-example'],
  command: ['apache2-foreground'],
  ports: [80],
  workingDir: '/var/www/html',
  sizeBytes: 141_434_880,
  userland: 'debian',
  program: (argv) =>
    executable(argv) === 'apache2-foreground'
      ? httpServer({
          ports: () => [80],
          respond(request, context) {
            const { path } = splitPath(request.path)
            if (path !== '/' && path !== '/index.php') return apacheError(request, context, 404, SERVER)
            const headers = { date: context.dateHeader(), server: SERVER, 'x-powered-by': 'PHP/5.6.14', 'content-length': '3' }
            return { status: 200, headers: { ...headers, 'content-type': 'text/html; charset=UTF-8' }, body: 'OK!' }
          },
          onTerm: 0,
        })
      : undefined,
}
