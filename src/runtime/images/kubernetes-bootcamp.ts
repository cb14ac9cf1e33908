// gcr.io/google-samples/kubernetes-bootcamp: the server of the first tutorial.
import type { Image } from '../process'
import { hostnameOf, httpServer, plain } from './servers'

export const bootcamp: Image = {
  repositories: ['gcr.io/google-samples/kubernetes-bootcamp', 'docker.io/jocatalin/kubernetes-bootcamp', 'jocatalin/kubernetes-bootcamp'],
  command: ['/bin/sh', '-c', 'node server.js'],
  ports: [8080],
  sizeBytes: 83_621_376,
  userland: 'debian',
  files: { '/server.js': "var http = require('http');\n" },
  program: (argv, tag) =>
    argv.includes('server.js') || argv.includes('node server.js')
      ? httpServer({
          ports: () => [8080],
          started: (context) =>
            context.log(
              `Kubernetes Bootcamp App Started At: ${new Date(context.env.now()).toISOString()} | Running On:  ${hostnameOf(context)} \n`,
            ),
          respond(request, context) {
            context.log(
              `Running On: ${hostnameOf(context)} | Total Requests: 1 | App Uptime: ${(context.env.now() - context.record.startedAt) / 1000} seconds | Log Time: ${new Date(context.env.now()).toISOString()}`,
            )
            void request
            return plain(`Hello Kubernetes bootcamp! | Running on: ${hostnameOf(context)} | v=${tag.replace(/^v/, '') || '1'}\n`)
          },
        })
      : undefined,
}
