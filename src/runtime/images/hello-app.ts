// gcr.io/google-samples/hello-app: a greeting with its version and host name.
import type { Image } from '../process'
import { goAnswer } from './go-http'
import { executable, hostnameOf, httpServer, splitPath } from './servers'
import { goLog } from './times'

export const helloApp: Image = {
  repositories: ['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'],
  entrypoint: ['/hello-app'],
  ports: [8080],
  sizeBytes: 12_000_256,
  userland: 'alpine',
  files: { '/hello-app': '' },
  program: (argv, tag) =>
    executable(argv) === 'hello-app'
      ? httpServer({
          ports: (context) => [Number(context.variables['PORT'] || 8080)],
          started: (context) => goLog(context, `Server listening on port ${context.variables['PORT'] || 8080}`),
          respond(request, context) {
            goLog(context, `Serving request: ${splitPath(request.path).path}`)
            return goAnswer(
              context,
              `Hello, world!\nVersion: ${tag.startsWith('2') ? '2.0.0' : '1.0.0'}\nHostname: ${hostnameOf(context)}\n`,
            )
          },
          onTerm: 'go',
        })
      : undefined,
}
