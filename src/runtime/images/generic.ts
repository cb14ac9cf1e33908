// Any image the catalogue does not know: it starts, runs, and answers on the ports its container declares, saying what it is.
import type { Image, Listener, ProcessContext, Program } from '../process'

const STAND_IN: Program = {
  start: (context) => ({ state: null, listeners: declaredListeners(context) }),
  signal: (state, signal) =>
    signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGQUIT' ? { state, exit: { code: 0 } } : undefined,
  http: (_state, request, listener, context) => ({
    response: {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `${context.container.image} is not in kubesim's catalogue: this is its stand-in in Pod ${context.pod.metadata.name}, container ${context.container.name}, port ${listener.port} (${request.method} ${request.path})\n`,
    },
  }),
  stream: () => ({ data: '' }),
}

function declaredListeners(context: ProcessContext): Listener[] {
  return (context.container.ports ?? [])
    .map((p) => ({ port: p.containerPort, protocol: (p.protocol ?? 'TCP') as Listener['protocol'] }))
    .filter((p) => !context.bound(p.port, p.protocol))
    .map((p) => ({ ...p, handler: p.protocol === 'TCP' ? ('http' as const) : ('stream' as const) }))
}

const COMMANDS = new Set('sh bash ash dash sleep true false echo cat ls env test date hostname tail printf'.split(' '))

export const generic: Image = {
  repositories: [],
  entrypoint: ['/entrypoint'],
  sizeBytes: 52_428_800,
  userland: 'debian',
  program: (argv) => (COMMANDS.has(argv[0].replace(/^.*\//, '')) ? undefined : STAND_IN),
}
